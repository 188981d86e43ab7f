"""What somebody would have got who bought and sold after a wallet did, late and in a pool of its depth. Pure.

A follower comes a minute later, with half a SOL, to the same pool: its price then is read off the bars, and
the pool's liquidity of today stands in for that of then. Pool fees are left out: nobody tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median

from core.wallets.ledger import Closed
from core.wallets.moves import LAMPORTS
from data.models.market import Candle
from data.models.money import EXACT, divided, times

DELAY_S = 60
STAKE_SOL = Decimal("0.5")
BAR_S = 60
_NEAR_S = 300  # a bar that ended longer before tells no price
_FEES = Decimal(2 * 5_000) / LAMPORTS  # of a purchase and a sale


class Unknown(StrEnum):
    """Why it cannot be told of a position."""

    TIMES = "its times are not told"
    ENTRY = "no bars a minute after it bought"
    EXIT = "no bars a minute after it sold"
    POOL = "no pool with known liquidity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """The pool to trade in: USD on both sides together, and what SOL costs."""

    liquidity_usd: Decimal
    sol_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One closed position and what a follower would have made of it: ratios of profit to cost."""

    closed: Closed
    own_ratio: Decimal
    ratio: Decimal | None
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copyability:
    """What following the newest positions would have brought, as far as it can be told."""

    followed: tuple[Followed, ...]

    @property
    def told(self) -> tuple[Followed, ...]:
        """List those of which it can be told."""
        return tuple(each for each in self.followed if each.ratio is not None)

    @property
    def ratio(self) -> Decimal | None:
        """The middle one's profit over its cost for a follower; None where none can be told."""
        found = [each.ratio for each in self.followed if each.ratio is not None]
        return Decimal(median(found)) if found else None

    @property
    def own_ratio(self) -> Decimal | None:
        """The same for the wallet itself, of the same positions."""
        found = [each.own_ratio for each in self.told]
        return Decimal(median(found)) if found else None


def follow(
    closed: Closed, entry: Sequence[Candle], leaving: Sequence[Candle], depth: Depth | None
) -> Followed:
    """Tell what a follower of one position would have got, by bars of a minute about both ends of it."""
    own = divided(Decimal(closed.profit), Decimal(closed.cost)) or Decimal(0)
    if closed.opened_at is None or closed.closed_at is None:
        return Followed(closed=closed, own_ratio=own, ratio=None, unknown=Unknown.TIMES)
    if depth is None or depth.liquidity_usd <= 0 or depth.sol_usd <= 0:
        return Followed(closed=closed, own_ratio=own, ratio=None, unknown=Unknown.POOL)
    bought, sold = price_after(entry, closed.opened_at), price_after(leaving, closed.closed_at)
    if bought is None or sold is None:
        why = Unknown.ENTRY if bought is None else Unknown.EXIT
        return Followed(closed=closed, own_ratio=own, ratio=None, unknown=why)
    return Followed(closed=closed, own_ratio=own, ratio=_profit(bought, sold, depth))


def price_after(bars: Sequence[Candle], at: datetime) -> Decimal | None:
    """Find the price a minute after a moment: the close of the bar it falls in, or of the one just before."""
    then = at.timestamp() + DELAY_S
    before = [bar for bar in bars if bar.time <= then]
    if not before:
        return None
    last = max(before, key=lambda bar: bar.time)
    price = Decimal(str(last.close))
    return price if then - last.time < _NEAR_S + BAR_S and price.is_finite() and price > 0 else None


def _profit(bought: Decimal, sold: Decimal, depth: Depth) -> Decimal:
    """Work out a follower's profit over its cost: the pool takes its part on both ways."""
    side = depth.liquidity_usd / 2
    stake = times(STAKE_SOL, depth.sol_usd)
    worth = times(times(stake, _kept(stake, side)), EXACT.divide(sold, bought))
    got = times(worth, _kept(worth, side))
    fees = times(_FEES, depth.sol_usd)
    return EXACT.divide(got - stake - fees, stake)


def _kept(amount: Decimal, side: Decimal) -> Decimal:
    """Tell which part of its worth an amount keeps in a pool of constant product with so much on a side."""
    return EXACT.divide(side, side + amount)
