"""Runners: which tokens rose most within a day, by what was stored that day and nothing later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from core.boards.catalogue import Catalogue
from core.boards.rows import QUOTE_ASSETS, Row, row_of
from core.memory import Memory
from data.clock import Clock, Deadline
from data.models.fields import PRICE_USD
from data.models.ids import TokenKey
from data.models.market import Resolved
from data.models.money import divided
from data.store.store import Store, Tx

_MOST = 50
_PART = 100  # snapshots decoded in one go
_DAYS_REMEMBERED = 30
_RUNS_REMEMBERED = 50_000
_TOGETHER = 50  # tokens of one transaction
_BUDGET_S = 5.0
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)

Point: TypeAlias = tuple[datetime, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A rise from the lowest price to the highest one after it; `ratio` is high / low - 1."""

    first: Point
    low: Point
    high: Point
    last: Point
    ratio: Decimal
    prices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A token's run of a day, what was known of it at the low, and what is known now."""

    token: TokenKey
    run: Run
    then: Row
    now: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The runners of one UTC day, the largest rise first; `looked_at` of `tokens` were read in time."""

    day: date
    runners: tuple[Runner, ...]
    looked_at: int
    tokens: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of a token's day, and when it had been seen last by then."""

    seen_at: datetime
    run: Run | None


def best_run(prices: Sequence[Point]) -> Run | None:
    """Find the largest rise in time order; None without two prices, or where nothing rose."""
    if len(prices) < 2:
        return None
    low = prices[0]
    best: tuple[Decimal, Point, Point] | None = None
    for point in prices[1:]:
        rise = divided(point[1], low[1])
        if rise is not None and rise > 1 and (best is None or rise > best[0]):
            best = (rise, low, point)
        if point[1] < low[1]:
            low = point
    if best is None:
        return None
    return Run(
        first=prices[0], low=best[1], high=best[2], last=prices[-1], ratio=best[0] - 1, prices=len(prices)
    )


def trusted(history: Sequence[tuple[datetime, Resolved[Decimal]]]) -> tuple[Point, ...]:
    """Keep the prices that sources agreed on and had at that time."""
    return tuple(
        (at, seen.value)
        for at, seen in history
        if seen.value > 0 and not seen.disputed and not all(source.stale for source in seen.sources)
    )


async def _prices(tx: Tx, token: TokenKey, start: datetime) -> list[Point]:
    """Read a token's day in parts, so that others are served between them."""
    points: list[Point] = []
    since: datetime | None = start - _INSTANT
    while since is not None:
        part, since = await tx.snapshots.history_part(token, PRICE_USD, since, _PART, until=start + _DAY)
        points += trusted(part)
    return points


class Runners:
    """Looks a day over."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._past: Memory[date, Day] = Memory(_DAYS_REMEMBERED)
        self._runs: Memory[tuple[date, TokenKey], _Read] = Memory(_RUNS_REMEMBERED)

    async def of(self, day: date, deadline: Deadline) -> Day:
        """Rank the tokens by their largest rise within a UTC day.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        if (kept := self._past.get(day)) is not None:
            return kept
        until = deadline.at_most(_BUDGET_S)
        start = datetime.combine(day, time(), UTC)
        rows, complete = await self._catalogue.rows(until)
        seen = [row for row in rows if row.seen_at >= start and row.token.address not in QUOTE_ASSETS]
        over = self._clock.now() >= start + _DAY
        await self._read(day, [row for row in seen if self._stands(day, row, over=over) is None], until)
        known = [(self._stands(day, row, over=over), row) for row in seen]
        runs = [(read.run, row) for read, row in known if read is not None and read.run is not None]
        looked_at = sum(read is not None for read, _ in known)
        runs.sort(key=lambda each: (-each[0].ratio, each[1].token))
        runners = [await self._described(run, row) for run, row in runs[:_MOST]]
        result = Day(
            day=day, runners=tuple(runners), looked_at=looked_at, tokens=len(seen), made_at=self._clock.now()
        )
        return self._past.wrote(day, result) if over and complete and looked_at == len(seen) else result

    def _stands(self, day: date, row: Row, *, over: bool) -> _Read | None:
        """Find a run read before: what is over changes no more, and who was not seen since did not move."""
        read = self._runs.get((day, row.token))
        return read if read is not None and (over or read.seen_at == row.seen_at) else None

    async def _read(self, day: date, rows: Sequence[Row], until: Deadline) -> None:
        """Read the day of tokens, as many as there is time for."""
        start = datetime.combine(day, time(), UTC)
        for at in range(0, len(rows), _TOGETHER):
            async with self._store.read() as tx:
                for row in rows[at : at + _TOGETHER]:
                    if until.passed:
                        return
                    run = best_run(await _prices(tx, row.token, start))
                    self._runs.wrote((day, row.token), _Read(seen_at=row.seen_at, run=run))

    async def _described(self, run: Run, row: Row) -> Runner:
        async with self._store.read() as tx:
            then = await tx.snapshots.as_of(row.token, run.low[0])
        return Runner(token=row.token, run=run, then=row if then is None else row_of(then), now=row)
