"""What a window holds in columns: minute bars, values over time, trades. Arrays, checked as made.

Every `of` takes rows in any order and an instant, and keeps nothing that was not known by then: a detector
cannot see a later bar because its window has none. Figures here are for measuring, never for money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.errors import BadPayload, InvariantBroken

Column: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.intp]
Number: TypeAlias = float | int | Decimal

MINUTE_S = 60
DAY_BARS = 1_440
# Beyond these no market figure is one, and sums and quotients of a day's worth stay finite.
MOST, LEAST_PRICE = 1e24, 1e-30


class Minute(NamedTuple):
    """One minute in USD; `time` is its start, unix seconds. `bought` and `sold` None: not told."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    bought: float | None = None
    sold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bars:
    """Closed minute bars without a hole, oldest first: (n,) float64 columns, prices and volumes in USD.

    `time` is each bar's start, unix seconds. `buys_usd` and `sells_usd` are known from row `flow_from` on
    (`len` where nothing is) and zero before.
    """

    time: Column
    open: Column
    high: Column
    low: Column
    close: Column
    volume_usd: Column
    buys_usd: Column
    sells_usd: Column
    flow_from: int

    def __post_init__(self) -> None:
        rows = len(self.time)
        prices = (self.open, self.high, self.low, self.close)
        amounts = (self.volume_usd, self.buys_usd, self.sells_usd)
        if not rows or any(len(column) != rows for column in (*prices, *amounts)):
            raise InvariantBroken("bars need at least one row, and columns of one length")
        for column in prices:
            _bounded(column, LEAST_PRICE, MOST, "a bar's price")
        for column in amounts:
            _bounded(column, 0.0, MOST, "a bar's volume")
        if np.any(np.diff(self.time) != MINUTE_S) or self.time[0] % MINUTE_S:
            raise InvariantBroken("bars have a hole or are out of order")
        if np.any(self.high < np.maximum(self.open, self.close)) or np.any(
            self.low > np.minimum(self.open, self.close)
        ):
            raise InvariantBroken("a bar's range does not hold its open and close")
        freeze(self.time, *prices, *amounts)

    def __len__(self) -> int:
        return len(self.time)

    @property
    def end_s(self) -> float:
        """When the newest bar closed, unix seconds."""
        return float(self.time[-1]) + MINUTE_S

    @classmethod
    def of(cls, rows: Iterable[Minute], until: datetime) -> Bars | None:
        """Make bars of the last day up to the newest minute that was over by `until`; None without any.

        A minute that is left out had no trade: it stands at the close before, with no volume. So give no rows
        from before a time that nobody watched. A bar whose range does not hold its open and close is widened.

        Raises:
            BadPayload: a figure is no number, negative, or beyond all markets; two bars are of one minute.
        """
        last = int(until.timestamp()) // MINUTE_S * MINUTE_S - MINUTE_S
        first = last - (DAY_BARS - 1) * MINUTE_S
        kept = sorted(row for row in rows if row.time <= last)
        if not kept:
            return None
        times = [row.time for row in kept]
        if len(set(times)) != len(times) or any(time % MINUTE_S for time in times):
            raise BadPayload("two bars of one minute, or one that begins within a minute")
        figures = np.array([row[1:6] for row in kept], dtype=np.float64)
        _bounded(figures[:, :4], LEAST_PRICE, MOST, "a bar's price")
        begin = max(first, times[0])
        grid = np.arange(begin, last + MINUTE_S, MINUTE_S)
        source = np.searchsorted(times, grid, side="right") - 1
        traded = np.asarray(times)[source] == grid
        opened, high, low, close, volume = figures[source].T
        flow_from, flows = _flows(kept, begin)
        return cls(
            time=grid.astype(np.float64),
            open=np.where(traded, opened, close),
            high=np.where(traded, np.maximum.reduce([opened, high, close]), close),
            low=np.where(traded, np.minimum.reduce([opened, low, close]), close),
            close=close.copy(),
            volume_usd=np.where(traded, volume, 0.0),
            buys_usd=np.where(traded, flows[source, 0], 0.0),
            sells_usd=np.where(traded, flows[source, 1], 0.0),
            flow_from=flow_from,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One value over time, oldest first: (n,) float64 unix seconds and values."""

    time: Column
    value: Column

    def __post_init__(self) -> None:
        if not len(self.time) or len(self.time) != len(self.value):
            raise InvariantBroken("a series needs at least one point, and columns of one length")
        _bounded(self.value, -MOST, MOST, "a value")
        if np.any(np.diff(self.time) < 0):
            raise InvariantBroken("a series is out of order")
        freeze(self.time, self.value)

    @classmethod
    def of(cls, points: Iterable[tuple[datetime, Number]], until: datetime) -> Series | None:
        """Make a series of the points known by an instant; None without any.

        Raises:
            BadPayload: a value is no number or beyond all markets.
        """
        kept = sorted((at.timestamp(), _number(value)) for at, value in points if at <= until)
        if not kept:
            return None
        columns = np.array(kept, dtype=np.float64)
        return cls(time=columns[:, 0].copy(), value=columns[:, 1].copy())

    @property
    def last(self) -> float:
        """The newest value."""
        return float(self.value[-1])

    def at(self, instant_s: float, within_s: float) -> float | None:
        """Tell the value that stood at an instant; None where the newest by then is older than `within_s`."""
        place = int(np.searchsorted(self.time, instant_s, side="right")) - 1
        if place < 0 or instant_s - self.time[place] > within_s:
            return None
        return float(self.value[place])

    def after(self, instant_s: float) -> Column:
        """List the values later than an instant."""
        return self.value[int(np.searchsorted(self.time, instant_s, side="right")) :]


class Swap(NamedTuple):
    """One trade; `owner` is the cluster that the trader belongs to, None where it stands alone."""

    at: datetime
    is_buy: bool
    usd: Number
    tokens: Number
    trader: str | None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trades:
    """Trades, oldest first, complete from `since_s` (unix seconds) on.

    `owner` is a row of `owners`, which names clusters, and wallets that belong to none; -1 is not told.
    `places` tells the row of each.
    """

    time: Column
    buy: NDArray[np.bool_]
    usd: Column
    tokens: Column
    owner: Codes
    owners: tuple[str, ...]
    places: Mapping[str, int]
    since_s: float

    def __post_init__(self) -> None:
        columns = (self.time, self.buy, self.usd, self.tokens, self.owner)
        if len({len(column) for column in columns}) != 1:
            raise InvariantBroken("trades need columns of one length")
        _bounded(self.usd, 0.0, MOST, "a trade's sum")
        _bounded(self.tokens, 0.0, MOST, "a trade's amount")
        if np.any(np.diff(self.time) < 0):
            raise InvariantBroken("trades are out of order")
        if np.any(self.owner < -1) or np.any(self.owner >= len(self.owners)):
            raise InvariantBroken("a trade of an owner that is not listed")
        freeze(*columns)

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, rows: Iterable[Swap], *, since: datetime, until: datetime) -> Trades:
        """Make columns of the trades from `since`, when they begin to be complete, until an instant.

        Raises:
            BadPayload: a figure is no number, negative, or beyond all markets.
        """
        kept = sorted((row for row in rows if since <= row.at <= until), key=lambda row: row.at)
        whose = [row.owner or row.trader for row in kept]
        codes = {name: code for code, name in enumerate(dict.fromkeys(name for name in whose if name))}
        return cls(
            time=np.array([row.at.timestamp() for row in kept], dtype=np.float64),
            buy=np.array([row.is_buy for row in kept], dtype=np.bool_),
            usd=np.array([_number(row.usd) for row in kept], dtype=np.float64),
            tokens=np.array([_number(row.tokens) for row in kept], dtype=np.float64),
            owner=np.array([codes[name] if name else -1 for name in whose], dtype=np.intp),
            owners=tuple(codes),
            places=codes,
            since_s=since.timestamp(),
        )

    def span(self, start_s: float, end_s: float) -> slice:
        """Tell the rows later than `start_s` and not later than `end_s`."""
        return slice(*(int(np.searchsorted(self.time, at, side="right")) for at in (start_s, end_s)))


def _flows(rows: Sequence[Minute], begin: int) -> tuple[int, Column]:
    """Tell from which row of the grid on all flows are known, and the flows of the given rows."""
    silent = [row.time for row in rows if row.bought is None or row.sold is None]
    flow_from = max(0, (silent[-1] - begin) // MINUTE_S + 1) if silent else 0
    known = silent[-1] if silent else -1
    pairs = [(row.bought or 0.0, row.sold or 0.0) if row.time > known else (0.0, 0.0) for row in rows]
    return flow_from, np.array(pairs, dtype=np.float64)


def _number(value: Number) -> float:
    try:
        return float(value)
    except (ValueError, OverflowError) as error:  # a signalling NaN; an integer of hundreds of digits
        raise BadPayload("a figure is no number, or beyond all markets") from error


def _bounded(column: Column, least: float, most: float, what: str) -> None:
    """Refuse what is no number (it compares false) and what is beyond the bounds."""
    if not np.all((column >= least) & (column <= most)):
        raise BadPayload(f"{what} is no number, or beyond all markets")


def freeze(*columns: NDArray[np.generic]) -> None:
    """Let nobody write into columns."""
    for column in columns:
        column.setflags(write=False)
