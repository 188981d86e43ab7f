"""Figures and time as places on a page: a value axis of any unit, and a time axis without gaps cut out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, log

import numpy as np
from numpy.typing import NDArray

from core.charts import labels, style, timeline
from core.charts.pictures import LineUnit
from core.charts.spec import Scale
from core.charts.style import Sheet
from core.charts.timeline import Timeline, TimeTick

Column = NDArray[np.float64]

LAST_TIME = 4_102_444_800  # the year 2100: beyond it is a vendor's slip
_HUGE, _TINY = 1e15, 1e-12
_FLAT_BELOW = 1e-5  # less than this would need more digits than there is room for
_FLAT_SPREAD = 0.05
_HEADROOM = 0.08
_TICK_ROOM = 150.0
_WHOLE_BELOW = 100_000  # from here on a count is written in steps
_WIDE_FROM = 1e7  # as `labels` has it for prices


def sound(value: float) -> bool:
    """Tell whether a figure can be drawn: NaN, infinity and what is beyond reason cannot."""
    return isfinite(value) and abs(value) <= _HUGE


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """Values from `low` to `high` over the height from `bottom` to `top`."""

    low: float
    high: float
    scale: Scale
    bottom: float
    top: float

    def y(self, values: Column | float) -> Column:
        """Place values; one outside the axis lands on its edge."""
        inside = np.clip(np.asarray(values, dtype=np.float64), self.low, self.high)
        if self.scale is Scale.LOG:
            share = np.log(inside / self.low) / log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return np.asarray(self.bottom + share * (self.top - self.bottom))

    def ticks(self, unit: LineUnit, count: int) -> list[tuple[float, str]]:
        """Choose at most about `count` round values and write them by their unit."""
        times = 100 if unit is LineUnit.PERCENT else 1
        found = labels.price_ticks(self.low * times, self.high * times, self.scale, count)
        match unit:
            case LineUnit.PERCENT:
                return [(value / 100, f"{_signed(words, value)} %") for value, words in found]
            case LineUnit.COUNT:
                whole = [(value, words) for value, words in found if abs(value - round(value)) < 1e-6]
                return [
                    (value, words if abs(value) >= _WIDE_FROM else f"{value:,.0f}") for value, words in whole
                ]
            case LineUnit.USD:
                return [(value, f"{'−' if value < 0 else ''}${words.lstrip('-')}") for value, words in found]


def value_axis(
    values: Iterable[float], scale: Scale, *, bottom: float, top: float, zero: bool = False
) -> ValueAxis:
    """Span sound values with some room, with zero where it must be in; log gives way to values below it."""
    known = [*values, *([0.0] if zero else [])]
    low, high = min(known), max(known)
    if scale is Scale.LOG and low > _TINY:
        room = max((high / low) ** _HEADROOM, 1 + _FLAT_SPREAD / 4)
        return ValueAxis(low / room, high * room, Scale.LOG, bottom, top)
    size = max(abs(low), abs(high))
    flat = high - low <= size * _FLAT_BELOW or high - low <= _TINY
    room = (size * _FLAT_SPREAD if size > _TINY else 1.0) if flat else (high - low) * _HEADROOM
    floor = low - room if low < 0 or (flat and not low) else max(0.0, low - room)
    return ValueAxis(floor, high + room, Scale.LINEAR, bottom, top)


def amount(value: float, unit: LineUnit) -> str:
    """Write a value by its unit: $12.3K, +4.2 %, 1,204."""
    sign = "−" if value < 0 else ""
    size = abs(value)
    match unit:
        case LineUnit.PERCENT:
            return f"{_signed(_short(size * 100), value)} %"
        case LineUnit.COUNT:
            return sign + (f"{size:,.0f}" if size < _WHOLE_BELOW else labels.volume_label(size))
        case LineUnit.USD:
            return f"{sign}${_short(size)}"


def _short(size: float) -> str:
    if size >= 1000:
        return labels.volume_label(size)
    return f"{size:.0f}" if size >= 100 else f"{size:.1f}" if size >= 10 else f"{size:.2f}"


def _signed(text: str, value: float) -> str:
    words = text.lstrip("-−")
    if not words.strip("0."):
        return words
    return f"{'+' if value > 0 else '−'}{words}"


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Instants from `start` to `end`, unix seconds, over the width from `left` to `right`."""

    start: int
    end: int
    left: float
    right: float

    def x(self, times: Column | float) -> Column:
        """Place instants."""
        share = (np.asarray(times, dtype=np.float64) - self.start) / (self.end - self.start)
        return np.asarray(self.left + share * (self.right - self.left))

    def ticks(self) -> list[TimeTick]:
        """Choose round UTC times; `slot` is a share of the width, 0 to 1."""
        whole = Timeline((self.start,), self.end - self.start, (0.0,), ())
        return timeline.time_ticks(whole, max(1, int((self.right - self.left) / _TICK_ROOM)))


def time_axis(times: Iterable[int], *, left: float, right: float) -> TimeAxis:
    """Span instants; a single one stands in the middle of two minutes."""
    known = sorted(times)
    start, end = known[0], known[-1]
    return TimeAxis(start - 60, end + 60, left, right) if start == end else TimeAxis(start, end, left, right)


def draw_times(sheet: Sheet, places: Iterable[tuple[float, TimeTick]], *, low: float, high: float) -> None:
    """Draw vertical lines with their times below `low`; each tick comes with its place."""
    for x, tick in places:
        at = min(max(x, 64.0), style.WIDTH - 64.0)
        sheet.lines(x, low, x, high, style.GRID)
        sheet.text(at, low - 24, tick.text, align="center")
        sheet.text(at, low - 54, tick.day, align="center", colour=style.INK)
