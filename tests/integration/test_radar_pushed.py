"""A launch, its graduation and its rug: from the stream to what people see on both platforms."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot import radar as wiring
from bot import ways
from bot.app import App, build
from bot.delivery import PostOffice
from config.settings import FeedSettings, Settings
from core.delivery.outbox import Outbox
from core.people import People
from core.radar import facts
from core.radar.board import Records
from core.radar.engine import Radar
from core.radar.watch import Watch
from core.security.score import Verdict
from data.clock import SystemClock
from data.errors import StoreUnavailable
from data.models.alerts import WatchItem
from data.models.chat import Identity
from data.models.delivery import Channel, Stream, Subscription, Target
from data.models.events import TokenLaunched
from data.models.ids import Chain, Platform, TokenKey
from data.store.store import Store
from tests.integration import discord_stage, telegram_stage
from tests.integration.telegram_stage import until

TOKEN = TokenKey(Chain.SOLANA, "GJtJuWD9qYcCkrwMBmtY1tpapV1sKfB2zUv9Q4aqpump")
MAKER = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"
NASTY = "PEPE\u202e<b>@everyone"


@dataclass(frozen=True, slots=True)
class Scene:
    """Both platforms, the application, and its radar."""

    telegram: telegram_stage.Stage
    discord: discord_stage.Stage
    app: App
    watch: Watch

    @property
    def radar(self) -> Radar:
        return self.app.services[Radar]

    @property
    def now(self) -> datetime:
        return self.app.clock.now()

    def launch(self) -> None:
        self.watch.heard(
            TokenLaunched(
                source="pumpportal", at=self.now, mint=TOKEN.address, pool="pump", creator=MAKER, name=NASTY,
                symbol=NASTY, uri=None, bought=Decimal(10_000_000),
            )
        )  # fmt: skip

    def look(self, liquidity: str) -> None:
        prices = {"jupiter": Decimal("0.01"), "dexscreener": Decimal("0.01001")}
        self.radar.take(TOKEN, facts.Looked(at=self.now, prices=prices, liquidity_usd=Decimal(liquidity)))

    def graduate(self) -> None:
        """Tell what a graduation four minutes ago looks like: a pool, bars since, a scan, prices."""
        moved = self.now - timedelta(minutes=4)
        start = int(moved.timestamp()) // 60 * 60
        rows = tuple((start + 60 * n, *[Decimal(n + 9) / 1000] * 4, Decimal(500)) for n in range(-4, 5))
        self.radar.take(TOKEN, facts.Migrated(at=self.now, moved_at=moved, pool="pool"))
        self.radar.take(TOKEN, facts.Scanned(at=self.now, verdict=Verdict.CLEAR, severities={}))
        self.look("50000")
        self.radar.take(TOKEN, facts.Candled(at=self.now, source="pumpswap", rows=rows))


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    settings = Settings(market="sandbox", state_dir=folder, feeds=FeedSettings(enabled=False))
    async with (
        telegram_stage.stage() as telegram,
        discord_stage.stage() as discord,
        build(settings) as app,
    ):
        front = await discord.started()
        store = app.services[Store]
        office = PostOffice(
            outbox=app.services[Outbox], store=store, cards=ways.cards(app.services), clock=SystemClock(),
            rng=random.Random(7), nursery=app.nursery, metrics=app.metrics,
        )  # fmt: skip
        office.start([telegram.front.outlet, front.outlet])
        made = wiring.watch(app.services, app.clock)
        await app.services[Radar].begin()
        running = app.nursery.start(made.run(), name="radar")
        try:
            yield Scene(telegram, discord, app, made)
        finally:
            running.cancel()
            await office.stop()
        assert telegram.server.violations == []
        assert discord.server.violations == []


async def test_a_launch_is_told_on_both_platforms_within_two_seconds_and_grows_with_its_story(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as made:
        chat = made.telegram.server.private(made.telegram.server.user(7, "Alice"))
        other = made.telegram.server.private(made.telegram.server.user(8, "Bob"))
        room = made.discord.general
        bob = await made.app.services[People].join(Identity(Platform.TELEGRAM, "8"), "Bob")
        async with made.app.services[Store].begin() as tx:
            for place in (
                Target(channel=Channel.TELEGRAM, address=str(chat.id)),
                Target(channel=Channel.DISCORD, address=str(room.id)),
            ):
                for stream in (Stream.HUNT, Stream.DANGER):
                    await tx.subscriptions.put(Subscription(stream=stream, target=place, chat_key="x"))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        made.launch()
        await until(lambda: (len(chat.messages), len(room.messages)) == (1, 1), 10)
        took_s = loop.time() - begun
        assert took_s < 2, took_s
        shown = chat.messages[0]
        assert shown.text.startswith("Launch: PEPE<b>@\u2060everyone")
        assert "Since launch: " in shown.text and "at most 90 s" in shown.text and "Unproven" in shown.text
        assert "practice market" in shown.text
        assert "Launch: PEPE" in room.messages[0].embeds[0]["title"]

        made.graduate()
        made.watch._ask(TOKEN)
        await until(lambda: "Graduation" in (chat.messages[0].caption or chat.messages[0].text), 15)
        await until(lambda: room.messages[0].embeds[0]["title"].startswith("Graduation"), 15)
        assert (len(chat.messages), len(room.messages)) == (1, 1)
        assert "Before: Launch" in room.messages[0].embeds[0]["description"]

        item = WatchItem(token=TOKEN, symbol="PEPE", tag="", added_at=made.now)
        async with made.app.services[Store].begin() as tx:
            await tx.watching.put("user:bob", bob.id, item)
        made.look("4000")
        made.watch._ask(TOKEN)
        await until(lambda: (len(chat.messages), len(room.messages), len(other.messages)) == (2, 2, 1), 15)
        for place in (chat, other):
            words = place.messages[-1].caption or place.messages[-1].text
            assert "Liq drain" in words and "92.0 % (above 25.0 %)" in words
        records, _ = await made.app.services[Records].latest(None, None)
        assert [each.type for each in records] == ["liq_drain", "graduation", "launch"]


async def test_what_cannot_be_stored_is_told_to_nobody_and_told_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise StoreUnavailable("disk full")

    async with scene(tmp_path) as made:
        chat = made.telegram.server.private(made.telegram.server.user(7, "Alice"))
        store = made.app.services[Store]
        async with store.begin() as tx:
            place = Target(channel=Channel.TELEGRAM, address=str(chat.id))
            await tx.subscriptions.put(Subscription(stream=Stream.HUNT, target=place, chat_key="x"))
        monkeypatch.setattr(Outbox, "post", broken)  # the last of the transaction
        made.launch()
        await asyncio.sleep(0.5)
        assert chat.messages == []
        async with store.read() as tx:
            assert await tx.signals.page() == () and await tx.journal.after(0, 9) == ()
        monkeypatch.undo()
        await made.radar.flush()
        await until(lambda: len(chat.messages) == 1, 10)
        async with store.read() as tx:
            (kept,) = await tx.signals.page()
            kinds = [row.kind for row in await tx.journal.after(0, 9)]
        assert kept.told and kinds == ["began", "launched", "judged"]
        await made.radar.flush()
        await asyncio.sleep(0.3)
        assert len(chat.messages) == 1
