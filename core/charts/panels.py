"""The panels of a candle chart: where prices, volume and strength stand, and the axes that place them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.charts.indicators import Column
from core.charts.spec import Scale
from core.charts.timeline import Timeline

LEFT, RIGHT = 20.0, 1108.0
_SLOT_MAX = 34.0  # a young token's few bars keep the shape of candles


class Box(NamedTuple):
    """A place that something takes, in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Whether two places share any of it."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stretch of the height, in pixels from below."""

    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which panels there are; `bottom` is where the time axis lies."""

    price: Panel
    volume: Panel
    rsi: Panel | None = None

    @property
    def bottom(self) -> float:
        return (self.rsi or self.volume).bottom


_TWO = Panel(bottom=232, top=604), Panel(bottom=104, top=200)
_THREE = Panel(bottom=344, top=604), Panel(bottom=246, top=314)
_RSI = Panel(bottom=104, top=226)
_LEGEND = 34.0


def lay_out(*, rsi: bool, legend: bool) -> Layout:
    """Choose the panels; a legend takes a line from the top of the prices."""
    price, volume = _THREE if rsi else _TWO
    top = price.top - (_LEGEND if legend else 0.0)
    return Layout(price=Panel(bottom=price.bottom, top=top), volume=volume, rsi=_RSI if rsi else None)


@dataclass(frozen=True, slots=True)
class PriceAxis:
    """Prices from `low` to `high` over the height of a panel."""

    panel: Panel
    low: float
    high: float
    scale: Scale

    def y(self, prices: Column | float) -> Column:
        """Place prices; one outside the axis lands on its edge."""
        inside = np.clip(np.asarray(prices, dtype=np.float64), self.low, self.high)
        if self.scale is Scale.LOG:
            share = np.log(inside / self.low) / log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return np.asarray(self.panel.bottom + share * self.panel.height)

    def edges(self, count: int) -> Column:
        """Cut the axis into so many bins of one height."""
        if self.scale is Scale.LOG:
            return np.geomspace(self.low, self.high, count + 1)
        return np.linspace(self.low, self.high, count + 1)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Slots of a timeline over the width of the panels, the last one at the right edge."""

    line: Timeline

    @property
    def slot_px(self) -> float:
        return min((RIGHT - LEFT) / self.line.width, _SLOT_MAX)

    def x(self, slots: Column | float) -> Column:
        """Place the start of slots."""
        return RIGHT - (self.line.width - np.asarray(slots, dtype=np.float64)) * self.slot_px


@dataclass(frozen=True, slots=True)
class Bars:
    """The columns of the candles, with the middle of each bar in pixels and half a body's width.

    `starts` are the first bars after time that was left out: no line is drawn across to them.
    """

    x: Column
    half: float
    starts: frozenset[int]
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column

    def runs(self, others: frozenset[int] = frozenset()) -> Iterator[slice]:
        """Give the stretches that lines are drawn along, broken before the bars `others` too."""
        firsts = sorted({0, len(self.x)} | self.starts | others)
        return (slice(first, end) for first, end in pairwise(firsts))

    @property
    def rising(self) -> NDArray[np.bool_]:
        return self.close >= self.open
