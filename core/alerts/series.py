"""Observed values over time: the extremes of a window, and what one source alone has said for a while."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from data.models.money import divided

Mark: TypeAlias = tuple[float, Decimal, Decimal]

_STEPS = 500  # a window is kept to this part of its length, whatever comes in
HELD_S = 61.0  # a vendor that says nonsense for a minute moves nothing by itself
_SILENT_S = 600.0  # what it said before a longer silence does not count


class Extremes:
    """The lowest and the highest of a window, of values that come in order of time.

    What was not observed is not in it: a move can be missed, and none is made up. `at` is in seconds.
    """

    __slots__ = ("_highs", "_lows", "_step_s", "_window_s")

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._step_s = window_s / _STEPS
        # Each value in them is still the extreme of all that came after it.
        self._lows: deque[tuple[float, Decimal]] = deque()
        self._highs: deque[tuple[float, Decimal]] = deque()

    def __len__(self) -> int:
        return len(self._lows) + len(self._highs)

    @property
    def points(self) -> tuple[Mark, ...]:
        """What it holds, as it can be added to another."""
        return tuple((at, value, value) for at, value in sorted({*self._lows, *self._highs}))

    def add(self, at: float, low: Decimal, high: Decimal) -> None:
        """Take in a value that is known to be from `low` to `high`; what is uncertain makes no extreme."""
        self._forget(at)
        self._put(self._lows, at, high, rising=True)
        self._put(self._highs, at, low, rising=False)

    def rise(self, low: Decimal) -> Decimal | None:
        """Tell by what ratio a value is above the lowest of the window."""
        return _change(low, self._lows)

    def fall(self, high: Decimal) -> Decimal | None:
        """Tell by what ratio a value is below the highest of the window: zero, or negative."""
        return _change(high, self._highs)

    def _forget(self, at: float) -> None:
        for kept in (self._lows, self._highs):
            while kept and kept[0][0] < at - self._window_s:
                kept.popleft()

    def _put(self, kept: deque[tuple[float, Decimal]], at: float, value: Decimal, *, rising: bool) -> None:
        while kept and (kept[-1][1] >= value if rising else kept[-1][1] <= value):
            kept.pop()
        if not kept or at - kept[-1][0] >= self._step_s:
            kept.append((at, value))


def written(points: Iterable[Mark]) -> str:
    """Write points so that they are read back exactly."""
    return " ".join(f"{at!r}={low}" for at, low, _ in points)


def read(text: str) -> list[Mark]:
    """Read points as they were written."""
    pairs = (word.partition("=") for word in text.split())
    return [(float(at), Decimal(value), Decimal(value)) for at, _, value in pairs]


def _change(value: Decimal, kept: deque[tuple[float, Decimal]]) -> Decimal | None:
    if not kept or not kept[0][1]:
        return None
    ratio = divided(value, kept[0][1])
    return None if ratio is None else ratio - 1


class Held:
    """What one source alone has said: only what held for `HELD_S` counts, as a range."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        self._said: deque[tuple[float, Decimal]] = deque()

    def add(self, at: float, value: Decimal) -> tuple[Decimal, Decimal] | None:
        """Take in a value; gives the lowest and the highest of the last minute, None before there is one."""
        said = self._said
        if said and not 0 <= at - said[-1][0] <= _SILENT_S:
            said.clear()
        if not said or said[-1] != (at, value):
            said.append((at, value))
        while len(said) > 1 and said[1][0] <= at - HELD_S:
            said.popleft()
        if said[0][0] > at - HELD_S:
            return None
        values = [each for _, each in said]
        return min(values), max(values)
