"""Defects that the fuzzing found, each by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.app import App
from data.models.ids import Platform
from tests.e2e import cast, stage
from tests.e2e.matrix import Place, Role
from tests.e2e.stage import Platforms
from tests.fakes import program
from tests.fakes.telegram import Rule

TESS = {"id": 7002, "is_bot": False, "first_name": "Tess"}
BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PATIENCE_S = 10.0


@pytest.fixture
async def there() -> AsyncIterator[Platforms]:
    async with stage.platforms() as platforms:
        yield platforms


@pytest.fixture
async def app(there: Platforms, tmp_path: Path) -> AsyncIterator[App]:
    with capture_logs() as events:
        async with stage.on_both(there, tmp_path) as app:
            yield app
    assert not [event for event in events if event["log_level"] in {"error", "critical"}]


async def answers(there: Platforms) -> None:
    """Wait until the bot answers on Telegram once more."""
    home = there.telegram.private(there.tess)
    there.tess.send(home, "/version")
    await there.telegram.until(lambda: "TrenchCoat" in home.messages[-1].visible, PATIENCE_S)


@pytest.mark.parametrize(
    "update",
    [
        {"callback_query": {"id": "9", "from": TESS, "chat_instance": "1", "data": "tpp:BONK"}},
        {"callback_query": {"id": "\ud83d", "from": TESS, "chat_instance": "1", "data": "tpversion:"}},
        {
            "callback_query": {
                "id": "9",
                "from": TESS,
                "chat_instance": "\x00",
                "data": "tpflag:",
                "inline_message_id": "x",
            }
        },
        {"inline_query": {"id": "\ud83d", "from": TESS, "query": "BONK", "offset": ""}},
    ],
    ids=["a-press-under-nothing", "half-a-character", "a-chat-of-control-characters", "half-a-query"],
)
async def test_an_odd_query_fails_no_task(app: App, there: Platforms, update: dict[str, Any]) -> None:
    """An id that cannot be sent failed its task; a press under no message made a call without a target; a
    chat that cannot be a key made an apology."""
    resting = len(app.nursery)
    there.telegram.push_raw(update)
    await stage.settled(there, app, resting)
    await answers(there)
    known = {Rule.CALLBACK, Rule.INLINE, Rule.TARGET}
    assert {violation.rule for violation in there.telegram.violations} <= known


async def test_an_event_that_cannot_be_read_leaves_the_gateway_open(app: App, there: Platforms) -> None:
    """One event without its fields ended the gateway for good."""
    general = there.guild.channel("general")
    for event in ("INTERACTION_CREATE", "MESSAGE_CREATE", "GUILD_CREATE"):
        there.discord.dispatch_raw(event, {"id": str(general.id), "guild_id": str(there.guild.id)})
    await there.discord.shown(there.dora.slash(general, "status"), timeout=PATIENCE_S)
    there.discord.verify()


async def test_a_refusal_is_told_where_it_cannot_be_kept(tmp_path: Path) -> None:
    """A store that failed as the refusal was kept left the person without any answer."""
    async with program.inside(tmp_path, owner_ids=cast.OWNERS) as app:
        stranger = await cast.player(app, Platform.TELEGRAM, Role.STRANGER)
        with sqlite3.connect(tmp_path / "practice.db") as database:
            database.execute("ALTER TABLE recents RENAME TO gone")
        where = cast.chat(Platform.TELEGRAM, Place.PRIVATE, stranger)
        reply = await cast.last(app.dispatcher, stranger.asks(where, "flag"))
        assert reply.error == "not allowed"


async def test_a_card_is_shown_where_nothing_of_it_can_be_kept(tmp_path: Path) -> None:
    """Notes for later that a busy store did not take failed their tasks."""
    with capture_logs() as events:
        async with program.inside(tmp_path, owner_ids=cast.OWNERS) as app:
            with sqlite3.connect(tmp_path / "practice.db") as database:
                for table in ("tokens", "snapshots", "recents"):
                    database.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
            stranger = await cast.player(app, Platform.TELEGRAM, Role.STRANGER)
            where = cast.chat(Platform.TELEGRAM, Place.PRIVATE, stranger)
            before = asyncio.all_tasks()
            reply = await cast.last(app.dispatcher, stranger.asks(where, "p", BONK))
            assert "BONK" in reply.body.plain
            begun = {task for task in asyncio.all_tasks() - before if not task.get_name().startswith("feed")}
            if begun:
                _, unfinished = await asyncio.wait(begun, timeout=PATIENCE_S)
                assert not unfinished
    noted = {event["event"] for event in events}
    assert "snapshot_not_kept" in noted
    assert "task_failed" not in noted
