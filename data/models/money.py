"""Exact numbers: amounts in base units, ratios, and the one decimal context they are computed in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

# 28 digits, the default, round silently: a supply of 10^27 base units times a price needs more.
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class TokenAmount:
    """An amount of one token in base units; `decimals` says how many make one."""

    raw: int
    decimals: int

    @property
    def units(self) -> Decimal:
        """The amount as people write it."""
        return EXACT.scaleb(Decimal(self.raw), -self.decimals)


def times(left: Decimal, right: Decimal) -> Decimal:
    """Multiply without losing digits."""
    return EXACT.multiply(left, right)


def divided(left: Decimal, right: Decimal) -> Decimal | None:
    """Divide; None where the divisor is zero."""
    return EXACT.divide(left, right) if right else None


def percent_to_ratio(percent: Decimal) -> Decimal:
    """Turn a vendor's percent into the ratio we compute with: 1.5 becomes 0.015."""
    return EXACT.scaleb(percent, -2)
