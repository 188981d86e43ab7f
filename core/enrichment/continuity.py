"""A price held against the last one that stood: where too few tell it to outvote a liar, the past may."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cachetools import LRUCache

from data.models.fields import PRICE_USD
from data.models.ids import TokenKey
from data.models.market import Observation, Resolved, TokenSnapshot

_REMEMBERED = 5_000
_RECENT = timedelta(minutes=10)
_FAR = 10.0  # times; what a price does not do in ten minutes without several sources telling of it
_AGREED = 2  # so many stood behind a price that may decide between two others
_OUTVOTED = 3  # among so many a liar is left out by the others


@dataclass(frozen=True, slots=True)
class LastPrice:
    """The last price that nobody disputed, with when it was and how many sources stood behind it."""

    usd: Decimal
    at: datetime
    sources: int


class LastPrices:
    """Remembers the last price of each token, for a while."""

    def __init__(self) -> None:
        self._kept: LRUCache[TokenKey, LastPrice] = LRUCache(_REMEMBERED)

    def of(self, token: TokenKey, now: datetime) -> LastPrice | None:
        """Find the last price of a token, unless it is old."""
        last = self._kept.get(token)
        return None if last is None or not timedelta(0) <= now - last.at <= _RECENT else last

    def note(self, snapshot: TokenSnapshot) -> None:
        """Remember the price of a snapshot, if nothing speaks against it."""
        price = snapshot.get(PRICE_USD)
        if price is None or price.disputed or price.note or any(seen.stale for seen in price.sources):
            return
        self._kept[snapshot.token] = LastPrice(price.value, snapshot.at, len(price.sources))


def held_against(price: Resolved[Decimal], last: LastPrice | None) -> Resolved[Decimal]:
    """Hold a price that one or two sources tell against the last.

    Of two that dispute it, the one near the last price stands where the other is far from it. A single one
    that is far from it is kept, for it may be true, and marked.
    """
    seen = (*price.sources, *price.rejected)
    if last is None or len(seen) >= _OUTVOTED or not last.usd:
        return price
    if not price.disputed:
        if _factor(price.value, last.usd) < _FAR:
            return price
        return dataclasses.replace(price, note=f"{_FAR:.0f} times off the price at {last.at:%H:%M} UTC")
    near = [each for each in seen if _factor(each.value, last.usd) < _FAR]
    if len(near) != 1 or last.sources < _AGREED:
        return price
    (one,) = near
    others: tuple[Observation[Decimal], ...] = tuple(each for each in seen if each is not one)
    return dataclasses.replace(price, value=one.value, sources=(one,), rejected=others)


def _factor(value: Decimal, other: Decimal) -> float:
    """Tell how many times the larger is the smaller; without bound where one is nothing."""
    small, large = sorted((abs(value), abs(other)))
    return float(large / small) if small else math.inf
