"""What became of a signal: the price afterwards, net of what a small order would have cost. Pure and exact.

A grade follows from its facts alone, so that it can be reckoned again at any time and be the same. What the
facts do not tell is unknown: no bar is guessed, and no cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from typing import NamedTuple

from data.errors import BadPayload
from data.models.money import EXACT

VERSION = 1
MINUTE = timedelta(minutes=1)
ORDER_SOL = Decimal("0.5")
MARK = Decimal("0.2")  # the rise or fall that decides a hit
LOST = Decimal(-1)
_PLACES = Decimal("1e-8")
_WIDE = Context(prec=100)
# Beyond these no price is one, and every result can be written with its eight places.
_MOST, _LEAST = Decimal("1e24"), Decimal("1e-30")
_ONE, _ZERO = Decimal(1), Decimal(0)


class Horizon(StrEnum):
    """How long after the entry the result is taken."""

    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    H24 = "24h"

    @property
    def span(self) -> timedelta:
        return timedelta(minutes={"5m": 5, "15m": 15, "1h": 60, "4h": 240, "24h": 1_440}[self.value])


class PriceBar(NamedTuple):
    """One minute's prices in USD; `time` is its start, unix seconds. A silent minute is a flat bar."""

    time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCost:
    """What an order meets: the pool's liquidity in USD (both sides) at the signal, and what is charged.

    `fee_ratio` is the pool's fee on what is swapped, `priority_sol` what a transaction pays to land.
    """

    liquidity_usd: Decimal
    sol_usd: Decimal
    fee_ratio: Decimal
    priority_sol: Decimal
    order_sol: Decimal = ORDER_SOL

    def __post_init__(self) -> None:
        above = (self.liquidity_usd, self.sol_usd, self.order_sol)
        if not all(figure.is_finite() and figure > 0 for figure in above):
            raise BadPayload("a cost needs liquidity, a price of SOL and an order above zero")
        if not (self.fee_ratio.is_finite() and 0 <= self.fee_ratio < 1):
            raise BadPayload("a fee is a share below one")
        if not (self.priority_sol.is_finite() and self.priority_sol >= 0):
            raise BadPayload("a priority fee is not below zero")


class Missing(StrEnum):
    """Why a result is not known."""

    NOT_YET = "not yet"
    NO_BARS = "bars are missing"
    NO_COST = "the cost is unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How it stood at a horizon: the price's change, and what an order came to; None is unknown."""

    horizon: Horizon
    gross_ratio: Decimal | None = None
    net_ratio: Decimal | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What became of a signal.

    `entry_at` is when the next bar opened. `hit` says whether it rose by 20 % before it fell by 20 %, within
    4 hours; None where that is not known, or not yet. `rugged` says that it was rugged within a day.
    """

    entry_at: datetime
    entry_usd: Decimal | None
    results: tuple[Result, ...]
    hit: bool | None
    rugged: bool
    version: int = VERSION

    def at(self, horizon: Horizon) -> Result:
        """Look a horizon up."""
        return next(result for result in self.results if result.horizon is horizon)

    @property
    def settled(self) -> bool:
        """Whether time alone will change nothing more."""
        return all(result.missing is not Missing.NOT_YET for result in self.results)


def entry_of(signal_at: datetime) -> datetime:
    """Tell when the bar after a signal opens: at the next full minute, never at the signal's own instant."""
    return signal_at.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE


def grade(
    signal_at: datetime,
    bars: Sequence[PriceBar],
    cost: QuoteCost | None,
    *,
    until: datetime,
    rugged_at: datetime | None = None,
) -> Grade:
    """Grade a signal by the bars after it, as far as they were known by `until`.

    A minute that is left out of `bars` is unknown. A rug loses everything from then on, whatever bars say.

    Raises:
        BadPayload: a price is no number or beyond all markets, or a bar's range does not hold its prices.
    """
    entry_at = entry_of(signal_at)
    by_time = {bar.time: _checked(bar) for bar in bars}
    first = by_time.get(int(entry_at.timestamp()))
    entry = None if first is None else first.open
    rug = rugged_at if rugged_at is not None and rugged_at <= until else None
    results = tuple(_result(horizon, entry_at, entry, by_time, cost, until, rug) for horizon in Horizon)
    return Grade(
        entry_at=entry_at,
        entry_usd=entry,
        results=results,
        hit=_hit(entry_at, entry, by_time, until, rug),
        rugged=rug is not None and rug <= entry_at + Horizon.H24.span,
    )


def net_of(entry: Decimal, exit_: Decimal, cost: QuoteCost) -> Decimal:
    """Tell what an order comes to that bought at one price and sold at another, as a ratio of what was paid.

    By constant product: the quote side is half the liquidity, and at another price the reserves lie where
    trading alone takes them. The order moves the price against itself on both ways and pays the pool's fee
    and a priority fee twice.
    """
    context = EXACT
    kept = context.subtract(_ONE, cost.fee_ratio)
    paid = context.multiply(cost.order_sol, cost.sol_usd)
    charge = context.multiply(cost.priority_sol, cost.sol_usd)
    quote = context.divide(cost.liquidity_usd, Decimal(2))
    swapped = context.multiply(paid, kept)
    base = context.divide(quote, entry)
    tokens = context.divide(context.multiply(base, swapped), context.add(quote, swapped))
    moved = context.sqrt(context.divide(exit_, entry))
    quote_then, base_then = context.multiply(quote, moved), context.divide(base, moved)
    sold = context.multiply(tokens, kept)
    got = context.divide(context.multiply(quote_then, sold), context.add(base_then, sold))
    proceeds = max(_ZERO, context.subtract(got, charge))
    return _rounded(context.subtract(context.divide(proceeds, context.add(paid, charge)), _ONE))


def _result(
    horizon: Horizon,
    entry_at: datetime,
    entry: Decimal | None,
    bars: Mapping[int, PriceBar],
    cost: QuoteCost | None,
    until: datetime,
    rug: datetime | None,
) -> Result:
    due = entry_at + horizon.span
    if due > until:
        return Result(horizon=horizon, missing=Missing.NOT_YET)
    if rug is not None and rug <= due:
        return Result(horizon=horizon, gross_ratio=LOST, net_ratio=LOST)
    last = bars.get(int((due - MINUTE).timestamp()))
    if entry is None or last is None:
        return Result(horizon=horizon, missing=Missing.NO_BARS)
    gross = _rounded(EXACT.subtract(EXACT.divide(last.close, entry), _ONE))
    if cost is None:
        return Result(horizon=horizon, gross_ratio=gross, missing=Missing.NO_COST)
    return Result(horizon=horizon, gross_ratio=gross, net_ratio=net_of(entry, last.close, cost))


def _hit(
    entry_at: datetime,
    entry: Decimal | None,
    bars: Mapping[int, PriceBar],
    until: datetime,
    rug: datetime | None,
) -> bool | None:
    """Follow the bars to the first that decides; one that reaches both marks counts as a fall."""
    if rug is not None and rug <= entry_at:
        return False
    if entry is None:
        return None
    high, low = EXACT.multiply(entry, _ONE + MARK), EXACT.multiply(entry, _ONE - MARK)
    end = entry_at + Horizon.H4.span
    at = entry_at
    while at < end:
        if rug is not None and rug < at + MINUTE:
            return False
        bar = bars.get(int(at.timestamp()))
        if bar is None or at + MINUTE > until:
            return None
        if bar.low <= low:
            return False
        if bar.high >= high:
            return True
        at += MINUTE
    return False


def _checked(bar: PriceBar) -> PriceBar:
    prices = bar[1:]
    if not all(price.is_finite() and _LEAST <= price <= _MOST for price in prices):
        raise BadPayload("a bar's price is no number, or beyond all markets")
    if bar.high < max(prices) or bar.low > min(prices):
        raise BadPayload("a bar's range does not hold its prices")
    return bar


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, context=_WIDE)
