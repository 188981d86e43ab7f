"""A notice that another process posts is carried by the running program to both platforms, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from core.delivery.note import Note
from core.delivery.outbox import Outbox
from core.events import encode
from data.clock import SystemClock
from data.models.delivery import Channel, Notice, Stream, Target, Urgency
from data.store.store import Store
from tests.e2e import stage
from tests.fakes import program

PATIENCE_S = 20.0


def note(key: str, clock: SystemClock) -> Notice:
    now = clock.now()
    return Notice(
        key=key, kind="note", stream=Stream.UPDATES, at=now, expires_at=now + timedelta(hours=1),
        urgency=Urgency.NEWS, body=encode(Note(title="Hello <b>all</b>", lines=(f"about {key}",))),
    )  # fmt: skip


async def test_what_is_posted_reaches_telegram_and_discord_once(tmp_path: Path) -> None:
    clock = SystemClock()
    async with stage.platforms() as there:
        private, general = there.telegram.private(there.tess), there.guild.channel("general")
        places = (
            Target(channel=Channel.TELEGRAM, address=str(private.id), private=True),
            Target(channel=Channel.TELEGRAM, address=str(there.forum.id), topic=str(there.topic)),
            Target(channel=Channel.DISCORD, address=str(general.id)),
        )
        async with program.started(state_dir=tmp_path, settings=there.settings()) as running:
            await there.joined()
            store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'practice.db'}", clock)
            outbox = Outbox(store, clock)
            assert await outbox.publish(note("one", clock), places)
            assert not await outbox.publish(note("one", clock), places)
            assert await outbox.publish(note("two", clock), places)
            async with asyncio.timeout(PATIENCE_S):
                while not await settled(store):  # noqa: ASYNC110 - another process writes it
                    await asyncio.sleep(0.05)
            await store.close()
            running.terminate()
            assert await running.ended() == 0
        there.verify()
        topic = [each for each in there.forum.messages if each.thread_id == there.topic]
        for shown in (private.messages, topic):
            assert ["about one" in each.visible for each in shown] == [True, False]
            assert ["about two" in each.visible for each in shown] == [False, True]
        assert len(general.messages) == 2
    assert "task_failed" not in running.stderr


async def settled(store: Store) -> bool:
    async with store.read() as tx:
        lines = await tx.outbox.queue()
    return sum(line.sent for line in lines) == 6 and not any(line.waiting + line.leased for line in lines)
