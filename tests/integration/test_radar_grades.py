"""Signals graded horizon by horizon on virtual time, across a restart; the unknown stays unknown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.enrichment.service import Enricher
from core.radar import facts
from core.radar.board import Records
from core.radar.engine import Radar
from core.radar.grade import Horizon
from core.radar.grading import Grader
from core.radar.receipts import Receipts
from core.signals.spec import Cfg, SignalType
from data.models.ids import Chain, TokenKey, UserId
from data.models.market import TokenSnapshot
from data.models.signals import GradeRow
from data.store.store import Store
from handlers.cards.radar import signals_card, track_card
from handlers.reply import Invoke
from tests.fakes.clock import LoopClock
from tests.fakes.still_market import still
from tests.integration.desk import words_of

TOKEN = TokenKey(Chain.SOLANA, "GJtJuWD9qYcCkrwMBmtY1tpapV1sKfB2zUv9Q4aqpump")
DOOMED = TokenKey(Chain.SOLANA, "9BB6NFEcjBCtnNLFko2FqVQBq8HHM13kCyYcdQbgpump")


class SilentSources:
    """Nobody knows any token."""

    def __init__(self) -> None:
        self.asked = 0

    async def snapshots(self, token: TokenKey, *_: object) -> AsyncIterator[TokenSnapshot]:
        self.asked += 1
        yield TokenSnapshot(token=token, at=LoopClock().now(), resolved={})

    async def candles(self, *_: object, **__: object) -> tuple[None, None, tuple[()]]:
        return None, None, ()


@dataclass(frozen=True, slots=True)
class Post:
    """A radar with nothing around it."""

    store: Store
    radar: Radar
    grader: Grader
    records: Records
    receipts: Receipts
    clock: LoopClock
    sources: SilentSources

    async def launch(self, token: TokenKey) -> None:
        now = self.clock.now()
        self.radar.sol_usd = Decimal(150)
        self.radar.take(token, facts.Launched(at=now, born_at=now, dev_ratio=0.01))
        self.radar.take(token, facts.Listening(at=now))
        self.radar.take(token, facts.Progressed(at=now, ratio=0.01, depth_usd=Decimal(9_000)))
        (event,) = await self.radar.judge(token)
        assert event.type is SignalType.LAUNCH

    def trade(self, token: TokenKey, price: str) -> None:
        now = self.clock.now()
        usd = Decimal(price)
        self.radar.take(token, facts.Traded(at=now, traded_at=now, is_buy=True, usd=usd, tokens=Decimal(1)))

    async def grades(self, token: TokenKey) -> dict[int, GradeRow]:
        async with self.store.read() as tx:
            (record,) = await tx.signals.page(token=token)
            return {row.horizon_s: row for row in (await tx.signals.grades_of([record.id]))[record.id]}


@asynccontextmanager
async def post(folder: Path, *, later: timedelta = timedelta()) -> AsyncIterator[Post]:
    clock = LoopClock(LoopClock().now() + later)
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'radar.db'}", clock)
    await store.migrate()

    async def nobody(token: TokenKey) -> Collection[UserId]:
        return ()

    receipts, sources = Receipts(store, clock), SilentSources()
    radar = Radar(
        store=store, outbox=Outbox(store, clock), audience=Audience(store, clock), receipts=receipts,
        watchers=nobody, cfg=Cfg(), clock=clock,
    )  # fmt: skip
    await radar.begin()
    grader = Grader(store=store, radar=radar, enricher=cast(Enricher, sources), clock=clock)
    try:
        yield Post(store, radar, grader, Records(store, clock), receipts, clock, sources)
    finally:
        await store.close()


def test_a_signal_is_graded_horizon_by_horizon_across_a_restart_and_the_unknown_stays_unknown(
    tmp_path: Path,
) -> None:
    async def begun() -> None:
        async with post(tmp_path) as made:
            for token in (TOKEN, DOOMED):
                await made.launch(token)
            await asyncio.sleep(61)
            for token in (TOKEN, DOOMED):
                made.trade(token, "1")
            await asyncio.sleep(60)
            made.trade(TOKEN, "1.3")
            made.radar.take(DOOMED, facts.Looked(at=made.clock.now(), liquidity_usd=Decimal(100)))
            await made.grader.run()
            assert all(row.graded_at is None for row in (await made.grades(TOKEN)).values())
            for horizon in (Horizon.M5, Horizon.M15, Horizon.H1, Horizon.H4):
                await asyncio.sleep(horizon.span.total_seconds() + 120)
                await made.grader.run()
            mine, theirs = await made.grades(TOKEN), await made.grades(DOOMED)
            for horizon_s in (300, 900, 3_600, 14_400):
                assert mine[horizon_s].gross_ratio == Decimal("0.3")
                net = mine[horizon_s].net_ratio
                assert net is not None and Decimal("0.2") < net < Decimal("0.3")
                assert (theirs[horizon_s].gross_ratio, theirs[horizon_s].rugged) == (-1, True)
            assert (mine[14_400].hit, theirs[14_400].hit) == (True, False)
            assert mine[86_400].graded_at is None
            assert made.sources.asked == 0  # all of it was heard
            (line,) = await made.records.board(timedelta(days=1))
            assert (line.told, line.standing.n, line.standing.quiet) == (2, 2, False)
            shown = words_of(track_card([line], "1d", ""))
            assert "Launch: 2 seen, 2 graded" in shown and "hits 50 %" in shown and "unproven" in shown
            listed, grades = await made.records.latest(SignalType.LAUNCH, None)
            card = words_of(signals_card(listed, grades, 1, Invoke("signals"), made.clock.now(), ""))
            assert "4h: rugged" in card and "4h: +2" in card
            await made.receipts.count()
            chance = made.receipts.chance(SignalType.LAUNCH, listed[0].strength)
            assert chance is not None and (chance.n, chance.ratio, chance.proven) == (2, 0.5, False)

    async def again() -> None:
        async with post(tmp_path, later=timedelta(hours=24, minutes=5)) as made:
            await made.grader.run()
            assert made.sources.asked == 1  # what was heard ended with the restart
            assert (await made.grades(TOKEN))[86_400].graded_at is None  # somebody may tell it yet
            assert (await made.grades(DOOMED))[86_400].net_ratio == -1
            await asyncio.sleep(1_800)
            await made.grader.run()
            row = (await made.grades(TOKEN))[86_400]
            assert (row.missing, row.gross_ratio, row.net_ratio) == ("bars are missing", None, None)
            await made.grader.run()
            async with made.store.read() as tx:
                assert await tx.signals.due(made.clock.now() + timedelta(days=9), 9) == ()

    still(begun)
    still(again)


def test_a_type_that_lost_money_beyond_doubt_is_recorded_and_graded_but_told_to_nobody(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as made:
            await made.launch(TOKEN)
            async with made.store.begin() as tx:
                (first,) = await tx.signals.page()
                for number in range(60):
                    record = type(first)(
                        **{name: getattr(first, name) for name in first.__slots__}
                        | {"key": f"old {number}", "id": 0}
                    )
                    at = made.clock.now()
                    key = await tx.signals.add(record, [(14_400, at)])
                    assert key is not None
                    lost = Decimal(-90 - number % 5) / 100
                    row = GradeRow(
                        signal_id=key, horizon_s=14_400, due_at=at, graded_at=at, gross_ratio=lost,
                        net_ratio=lost, hit=False, rugged=False,
                    )  # fmt: skip
                    await tx.signals.graded([row])
            assert first.told
            await made.receipts.count()
            assert made.receipts.standing(SignalType.LAUNCH).quiet
            await asyncio.sleep(5)
            await made.launch(DOOMED)
            async with made.store.read() as tx:
                (kept,) = await tx.signals.page(token=DOOMED)
                assert not kept.told and len((await tx.signals.grades_of([kept.id]))[kept.id]) == 5
            (line,) = await made.records.board(timedelta(days=1))
            assert "Quiet: Launch. Beyond doubt they lost money" in words_of(track_card([line], "1d", ""))

    still(scenario)
