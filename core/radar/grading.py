"""Signals are graded when their horizons are over: by what the journal holds, and bars that are asked for.

What is due is kept in the database, so that it is graded after a restart as well. A grade follows from the
journal alone: reckoned again, it is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from core.enrichment.service import Enricher
from core.radar import facts, heard
from core.radar.after import KINDS, bars_after, rugged_at
from core.radar.engine import Radar
from core.radar.facts import Fact
from core.radar.grade import Grade, Horizon, Missing, QuoteCost, entry_of, grade
from core.radar.receipts import DECIDES
from core.signals.spec import MARKET
from data.clock import Clock, Deadline
from data.models.fields import PRICE_USD
from data.models.ids import TokenKey
from data.models.market import Timeframe
from data.models.signals import GradeRow, JournalRow, SignalRecord
from data.store.store import Store, Tx

log = structlog.get_logger("radar")

FEE_RATIO = Decimal(
    "0.0125"
)  # what a launchpad's curve takes; pools take less, so none looks cheaper than it is
PRIORITY_SOL = Decimal("0.001")
_AT_ONCE = 20
_WAITS = timedelta(minutes=30)  # for bars that nobody tells yet
_PATIENCE_S = 6.0
_MOST_BARS = 300
_HORIZONS = {int(each.span.total_seconds()): each for each in Horizon}


class Grader:
    """Grades what is due."""

    def __init__(self, *, store: Store, radar: Radar, enricher: Enricher, clock: Clock) -> None:
        self._store = store
        self._radar = radar
        self._enricher = enricher
        self._clock = clock

    async def run(self) -> None:
        """Grade some of what is due.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        await self._radar.flush()  # what is graded is what is written
        now = self._clock.now()
        async with self._store.read() as tx:
            records = await tx.signals.due(now, _AT_ONCE)
            waiting = await tx.signals.grades_of([record.id for record in records])
        for record in records:
            due = [row for row in waiting.get(record.id, ()) if row.graded_at is None and row.due_at <= now]
            await self._grade(record, due, now)

    async def _grade(self, record: SignalRecord, due: Sequence[GradeRow], now: datetime) -> None:
        known = await self._known(record)
        if any(_lacking(graded(record, row, known), row) for row in due):
            fetched = await self._fetched(record.token, record.at, now)
            if fetched is not None:
                known = (*known, fetched)
        rows = [row_of(record, row, known, now) for row in due]
        rows = [row for row in rows if row.missing != Missing.NO_BARS or now - row.due_at > _WAITS]
        rugged = rugged_at(known, record.at, record.liquidity_usd)
        if not rows and (rugged is None or record.rugged_at is not None):
            return
        async with self._store.begin() as tx:
            await tx.signals.graded(rows)
            if rugged is not None and record.rugged_at is None:
                await tx.signals.rugged(record.token, rugged)

    async def _known(self, record: SignalRecord) -> tuple[Fact, ...]:
        async with self._store.read() as tx:
            return await known_of(tx, record)

    async def _fetched(self, token: TokenKey, since: datetime, now: datetime) -> facts.Followed | None:
        """Ask for the bars since a signal, and keep them in the journal; None where nobody has any."""
        if token == MARKET:
            return None
        deadline = Deadline.after(self._clock, _PATIENCE_S)
        async with aclosing(self._enricher.snapshots(token, frozenset({PRICE_USD}), deadline)) as looks:
            async for snapshot in looks:
                pools = snapshot.pools
        limit = min(_MOST_BARS, int((now - since).total_seconds() // 60) + 5)
        series, pool, _ = await self._enricher.candles(token, pools, Timeframe.M1, deadline, limit=limit)
        if series is None or pool is None:
            return None
        told = facts.Followed(at=self._clock.now(), source=pool.dex, rows=heard.rows(series))
        row = JournalRow(token=token, at=told.at, kind=told.kind, body=facts.written(told))
        async with self._store.begin() as tx:
            await tx.journal.add([row])
        return told


async def known_of(tx: Tx, record: SignalRecord) -> tuple[Fact, ...]:
    """Read what the journal holds for the grade of a signal, in the order in which it was taken in."""
    since = record.at - timedelta(hours=2)  # when one began to hear its trades may lie before
    rows = await tx.journal.of(record.token, since, KINDS)
    if record.token != MARKET:
        rows = (*rows, *await tx.journal.of(MARKET, since, ("began",)))
    return tuple(facts.read(row.body) for row in sorted(rows, key=lambda row: row.id))


def graded(record: SignalRecord, row: GradeRow, known: Sequence[Fact]) -> Grade:
    """Grade a signal by what was known by the time when a horizon was due."""
    rugged = rugged_at(known, record.at, record.liquidity_usd)
    bars = bars_after(known, entry_of(record.at), row.due_at)
    return grade(record.at, bars, cost_of(record), until=row.due_at, rugged_at=rugged)


def cost_of(record: SignalRecord) -> QuoteCost | None:
    """Tell what an order met at a signal; None where liquidity or the price of SOL was unknown."""
    liquid, sol = record.liquidity_usd, record.sol_usd
    if not liquid or not sol or liquid < 0 or sol < 0:
        return None
    return QuoteCost(liquidity_usd=liquid, sol_usd=sol, fee_ratio=FEE_RATIO, priority_sol=PRIORITY_SOL)


def row_of(record: SignalRecord, row: GradeRow, known: Sequence[Fact], now: datetime) -> GradeRow:
    """Put down what a signal came to at a horizon."""
    found = graded(record, row, known)
    horizon = _HORIZONS[row.horizon_s]
    result = found.at(horizon)
    return GradeRow(
        signal_id=row.signal_id, horizon_s=row.horizon_s, due_at=row.due_at, graded_at=now,
        gross_ratio=result.gross_ratio, net_ratio=result.net_ratio,
        hit=found.hit if horizon is DECIDES else None, rugged=found.rugged,
        missing="" if result.missing is None else result.missing.value,
    )  # fmt: skip


def _lacking(found: Grade, row: GradeRow) -> bool:
    horizon = _HORIZONS[row.horizon_s]
    undecided = horizon is DECIDES and found.hit is None
    return found.at(horizon).missing is Missing.NO_BARS or undecided
