"""How well closed positions did, with how far so few of them can be believed. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from core.wallets.ledger import Closed
from data.models.money import EXACT

PROVEN_FROM = 50  # closed positions
_Z = 1.959964  # of the normal distribution: nineteen intervals in twenty hold what they are about


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What closed positions come to: `low` and `high` bound the share of wins, 19 times out of 20.

    `expectancy` is what one earned on average, in lamports, fees paid; `return_ratio` the middle one's
    profit over its cost. `count` leaves out those whose cost is not known.
    """

    count: int
    wins: int
    low: float
    high: float
    expectancy: Decimal
    return_ratio: Decimal
    held_for: timedelta | None

    @property
    def win_ratio(self) -> Decimal:
        return EXACT.divide(Decimal(self.wins), Decimal(self.count))

    @property
    def proven(self) -> bool:
        """Whether there are enough of them to judge by."""
        return self.count >= PROVEN_FROM


def record(closed: Sequence[Closed]) -> Record | None:
    """Sum closed positions up; None where the cost of none is known."""
    counted = [each for each in closed if each.cost > 0]
    if not counted:
        return None
    wins, count = sum(each.profit > 0 for each in counted), len(counted)
    low, high = wilson(wins, count)
    held = [each.held_for.total_seconds() for each in counted if each.held_for is not None]
    return Record(
        count=count, wins=wins, low=low, high=high,
        expectancy=EXACT.divide(Decimal(sum(each.profit for each in counted)), Decimal(count)),
        return_ratio=Decimal(
            median(EXACT.divide(Decimal(each.profit), Decimal(each.cost)) for each in counted)
        ),
        held_for=timedelta(seconds=median(held)) if held else None,
    )  # fmt: skip


def wilson(wins: int, count: int) -> tuple[float, float]:
    """Bound a share that was seen `wins` times out of `count`: Wilson's interval, 95 %.

    Source: Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927)
    """
    seen, square = wins / count, _Z * _Z / count
    middle = (seen + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(seen * (1 - seen) / count + square / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)
