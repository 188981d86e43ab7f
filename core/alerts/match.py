"""Which alerts a value reaches, at a cost that grows with those it reaches and not with those there are.

Each alert waits at one or two bounds. The bounds of one gauge of one token stand in sorted arrays whose end
is what is reached next: a tick that reaches nothing compares two numbers. An alert costs 16 bytes here;
everything else of it stays in the store.

Bounds are floats. A decimal becomes the nearest float, and of two decimals the larger never becomes the
smaller float: so a value finds every alert that it reaches, and at times one whose bound rounds to the same
float. Who asks decides by the exact rule.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import inf

from data.models.alerts import Gauge
from data.models.ids import TokenKey


class Side(Enum):
    """From where a bound is reached."""

    RISING = 0  # by a value at or above it
    FALLING = 1  # by a value at or below it


@dataclass(frozen=True, slots=True)
class Bound:
    """Where an alert waits; None is reached by any value."""

    side: Side
    at: Decimal | None


class Ladder:
    """Bounds with the numbers of their alerts; what is reached by larger keys stands at the end."""

    __slots__ = ("_ids", "_keys")

    def __init__(self) -> None:
        self._keys = array("d")
        self._ids = array("q")

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: float, alert_id: int) -> None:
        """Put an alert at a bound; once, however often it is said."""
        at, there = self._place(key, alert_id)
        if not there:
            self._keys.insert(at, key)
            self._ids.insert(at, alert_id)

    def remove(self, key: float, alert_id: int) -> bool:
        """Take an alert away; False where it does not wait there."""
        at, there = self._place(key, alert_id)
        if there:
            del self._keys[at], self._ids[at]
        return there

    def take(self, level: float) -> list[int]:
        """Take all alerts whose key is at or above a level."""
        keys = self._keys
        if not keys or keys[-1] < level:
            return []
        at = bisect_left(keys, level)
        taken = self._ids[at:].tolist()
        del keys[at:], self._ids[at:]
        return taken

    def _place(self, key: float, alert_id: int) -> tuple[int, bool]:
        """Find where an alert stands or belongs; at one bound they stand by number."""
        first = bisect_left(self._keys, key)
        behind = bisect_right(self._keys, key, first)
        at = bisect_left(self._ids, alert_id, first, behind)
        return at, at < behind and self._ids[at] == alert_id


class Matcher:
    """All bounds of all alerts, by token and gauge."""

    def __init__(self) -> None:
        self._tokens: dict[TokenKey, dict[Gauge, tuple[Ladder, Ladder]]] = {}

    def __len__(self) -> int:
        """How many bounds there are."""
        every = (sides for gauges in self._tokens.values() for sides in gauges.values())
        return sum(len(rising) + len(falling) for rising, falling in every)

    @property
    def tokens(self) -> tuple[TokenKey, ...]:
        """The tokens that somebody waits for."""
        return tuple(self._tokens)

    def gauges(self, token: TokenKey) -> tuple[Gauge, ...]:
        """Tell which gauges of a token somebody waits for; empty for none."""
        return tuple(self._tokens.get(token, ()))

    def add(self, token: TokenKey, gauge: Gauge, bound: Bound, alert_id: int) -> None:
        """Let an alert wait at a bound; once, however often it is said."""
        gauges = self._tokens.setdefault(token, {})
        sides = gauges.get(gauge)
        if sides is None:
            sides = gauges[gauge] = (Ladder(), Ladder())
        sides[bound.side.value].add(_key(bound), alert_id)

    def remove(self, token: TokenKey, gauge: Gauge, bound: Bound, alert_id: int) -> bool:
        """Let an alert wait there no longer; False where it did not."""
        sides = self._tokens.get(token, {}).get(gauge)
        if sides is None:
            return False
        removed = sides[bound.side.value].remove(_key(bound), alert_id)
        self._tidy(token, gauge, sides)
        return removed

    def take(self, token: TokenKey, gauge: Gauge, low: Decimal, high: Decimal) -> list[int]:
        """Take the alerts that a value reaches: it is known to be at least `low` and at most `high`."""
        sides = self._tokens.get(token, {}).get(gauge)
        if sides is None:
            return []
        taken = sides[0].take(-float(low)) + sides[1].take(float(high))
        if taken:
            self._tidy(token, gauge, sides)
        return taken

    def _tidy(self, token: TokenKey, gauge: Gauge, sides: tuple[Ladder, Ladder]) -> None:
        if not sides[0] and not sides[1]:
            gauges = self._tokens[token]
            del gauges[gauge]
            if not gauges:
                del self._tokens[token]


def _key(bound: Bound) -> float:
    """Give the sort key: of bounds that are reached by rising, the lowest comes last."""
    if bound.at is None:
        return inf
    return -float(bound.at) if bound.side is Side.RISING else float(bound.at)
