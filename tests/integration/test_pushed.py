"""One fact, from the outbox through its card to Telegram, Discord, a webhook and e-mail, as people see it."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import hooks, serving, ways
from bot.__main__ import parser
from bot.app import build
from bot.channels.mail import MailOutlet
from bot.channels.webhook import Hook, WebhookOutlet
from bot.delivery import PostOffice
from bot.discord.refusals import Refusals
from config.settings import MailSettings, Settings
from core.delivery.note import Note, NoteLink
from core.delivery.outbox import Outbox
from core.events import encode
from data.clock import SystemClock
from data.gateway.transport import HttpTransport
from data.metrics import Metrics
from data.models.delivery import Channel, Notice, Stream, Subscription, Target, Urgency
from data.models.ids import SOL
from data.nursery import Nursery
from data.store.store import Store
from handlers.alerts.note import note
from handlers.alerts.registry import Cards
from tests.fakes.hostile import corpus
from tests.fakes.smtp import MailServer
from tests.fakes.telegram import bad_request, forbidden, too_many_requests
from tests.integration import discord_stage, telegram_stage
from tests.integration.telegram_stage import until


class World:
    """Every platform on loopback, one post office, and who listens where."""

    def __init__(
        self, telegram: telegram_stage.Stage, discord: discord_stage.Stage, mail: MailServer, store: Store
    ) -> None:
        self.telegram, self.discord, self.mail, self.store = telegram, discord, mail, store
        self.clock = SystemClock()
        self.outbox = Outbox(store, self.clock)
        self.chat = telegram.server.private(telegram.server.user(7, "Alice"))
        sender = discord.server.webhook(discord.guild.channel("quiet"))
        _, number, token = sender.url.rsplit("/", 2)
        self.hook = Hook(number, SecretStr(token))
        self.targets = (
            Target(channel=Channel.TELEGRAM, address=str(self.chat.id)),
            Target(channel=Channel.DISCORD, address=str(discord.general.id)),
            Target(channel=Channel.WEBHOOK, address=number),
            Target(channel=Channel.MAIL, address="alice@example.org", private=True),
        )

    async def tell(
        self, told: Note, key: str, targets: Sequence[Target] | None = None, *, joins: bool = False
    ) -> None:
        now = self.clock.now()
        notice = Notice(
            key=key, kind="note", stream=Stream.UPDATES, body=encode(told), at=now,
            expires_at=now + timedelta(hours=1), urgency=Urgency.ALERT, joins=joins,
            about=SOL if joins else None,
        )  # fmt: skip
        assert await self.outbox.publish(notice, targets or self.targets)

    @property
    def seen(self) -> tuple[int, int, int, int]:
        """How many messages each place shows."""
        rooms = (self.discord.general, self.discord.guild.channel("quiet"))
        chat, general, quiet = (len(place.messages) for place in (self.chat, *rooms))
        return chat, general, quiet, len(self.mail.taken)


@asynccontextmanager
async def world(*, practice: bool = False) -> AsyncIterator[World]:
    async with (
        telegram_stage.stage() as telegram,
        discord_stage.stage() as discord,
        MailServer() as mail,
        HttpTransport() as transport,
        Nursery() as nursery,
    ):
        store = await Store.open("sqlite+aiosqlite://", SystemClock())
        await store.migrate()
        made = World(telegram, discord, mail, store)
        clock, metrics = made.clock, Metrics()
        front = await discord.started()
        settings = MailSettings(
            host="127.0.0.1", port=mail.port, security="none", sender="bot@trench.example"
        )
        cards = Cards({"note": note}, {"note": note.run}, clock, practice=practice)
        office = PostOffice(
            outbox=made.outbox, store=store, cards=cards, clock=clock, rng=random.Random(7), nursery=nursery,
            metrics=metrics,
        )  # fmt: skip
        office.start([
            telegram.front.outlet, front.outlet, MailOutlet(settings),
            WebhookOutlet(transport, [made.hook], Refusals(clock, metrics), discord.server.url),
        ])  # fmt: skip
        try:
            yield made
        finally:
            await office.stop()
            await store.close()
        assert telegram.server.violations == []
        assert discord.server.violations == []


NOTE = Note(
    title="Version 2", lines=("Faster.", "Calmer."), links=(NoteLink(label="Changes", url="https://example.org/c"),)
)  # fmt: skip


async def test_a_note_reaches_every_platform_once_in_its_own_dress() -> None:
    async with world(practice=True) as made:
        await made.tell(NOTE, "one")
        await until(lambda: made.seen == (1, 1, 1, 1), 10)
        assert not await made.outbox.publish(await told(made, "one"), made.targets)
        shown = made.chat.messages[0]
        assert shown.text.startswith("Version 2\nFaster.\nCalmer.")
        assert "practice market" in shown.text
        card = made.discord.general.messages[0]
        assert (card.embeds[0]["title"], card.button("Changes").url) == ("Version 2", "https://example.org/c")
        letter = made.mail.taken[0]
        assert letter.message["Subject"] == "[practice market, not real prices] Version 2"
        assert "Changes: https://example.org/c" in letter.words
        await asyncio.sleep(0.3)
        assert made.seen == (1, 1, 1, 1)


async def told(made: World, key: str) -> Notice:
    now = made.clock.now()
    return Notice(
        key=key, kind="note", stream=Stream.UPDATES, body=encode(NOTE), at=now, expires_at=now,
        urgency=Urgency.NEWS,
    )  # fmt: skip


async def test_more_about_the_same_edits_what_is_there_and_a_deleted_message_is_begun_anew() -> None:
    async with world() as made:
        telegram, discord = made.targets[:2]
        await made.tell(Note(title="One"), "one", (telegram, discord), joins=True)
        await until(lambda: made.seen[:2] == (1, 1), 10)
        await made.tell(Note(title="Two"), "two", (telegram, discord), joins=True)
        await until(lambda: made.chat.messages[0].text == "Two", 10)
        await until(lambda: made.discord.general.messages[0].embeds[0]["title"] == "Two", 10)
        assert made.seen[:2] == (1, 1)
        made.telegram.server.fault("editMessageText", bad_request("message to edit not found"))
        await made.tell(Note(title="Three"), "three", (telegram,), joins=True)
        await until(lambda: made.seen[0] == 2, 10)
        assert made.chat.messages[-1].text == "Three"


async def test_a_place_that_is_closed_hears_no_more_and_the_others_do() -> None:
    async with world() as made:
        place = made.targets[0]
        async with made.store.begin() as tx:
            await tx.subscriptions.put(
                Subscription(stream=Stream.UPDATES, target=place, chat_key="telegram:7")
            )
        made.telegram.server.fault("sendMessage", forbidden("bot was blocked by the user"))
        await made.tell(NOTE, "one")
        await until(lambda: made.seen == (0, 1, 1, 1), 10)

        async def paused() -> bool:
            async with made.store.read() as tx:
                (heard,) = await tx.subscriptions.of_chat("telegram:7")
            return not heard.active and "blocked" in heard.problem

        await until(paused, 10)
        await made.tell(NOTE, "two", made.targets[:2])
        await until(lambda: made.seen[1] == 2, 10)
        assert [call.method for call in made.telegram.server.calls].count("sendMessage") == 1


async def test_a_short_wait_delays_and_loses_nothing() -> None:
    async with world() as made:
        made.telegram.server.fault("sendMessage", too_many_requests(1))
        await made.tell(NOTE, "one", made.targets[:1])
        await until(lambda: made.seen[0] == 1, 10)
        first, second = [call for call in made.telegram.server.calls if call.method == "sendMessage"]
        assert second.at - first.at >= 1


async def test_hostile_words_arrive_as_words_everywhere() -> None:
    attacks = tuple(case.text[:60] for case in corpus()[::12])
    async with world() as made:
        await made.tell(Note(title=f"Token {attacks[0]}", lines=(*attacks, "end")), "one")
        await until(lambda: made.seen == (1, 1, 1, 1), 10)
        assert made.chat.messages[0].text.endswith("end")
        assert made.discord.general.messages[0].embeds[0]["description"].endswith("end")


async def test_the_running_program_has_every_way_out_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = {"host": "127.0.0.1", "port": 9, "security": "none", "sender": "bot@trench.example"}
    settings = Settings(market="sandbox", state_dir=tmp_path, mail=mail)
    url = f"https://discord.com/api/webhooks/123456789012345678/{'t' * 68}"
    monkeypatch.setattr("sys.stdin", io.StringIO(url))
    assert await hooks.run(settings, parser().parse_args(["webhooks", "add", "danger"])) == 0
    async with build(settings) as app, AsyncExitStack() as stack:
        made = await serving.webhooks_and_mail(app, stack)
        assert [outlet.channel for outlet in made] == [Channel.WEBHOOK, Channel.MAIL]
        ways.cards(app.services)  # every card finds its services
