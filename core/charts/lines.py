"""Lines over time: each told by its colour, its dashes and the number at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from core.charts import axis, page, style
from core.charts.axis import TimeAxis, ValueAxis
from core.charts.pictures import Line, LinesSpec
from core.charts.spec import Chart, Scale
from core.charts.style import Sheet

_MOST = 8
_PLOT, _TIMES, _LEGEND_ROW = 470, 84, 42
_LEFT, _RIGHT = 170.0, 1180.0
_TAG = 17.0  # the radius of a number at a line's end
_TICKS = 7
_DOTS_BELOW = 40  # a line of few points shows where they are
_DASHES: tuple[tuple[float, ...], ...] = (
    (), (14, 7), (4, 6), (18, 6, 4, 6), (26, 8), (8, 4), (4, 4, 4, 12), (20, 4, 4, 4, 4, 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line with its place among the lines, and the points that can be drawn."""

    number: int
    label: str
    points: tuple[tuple[int, float], ...]

    @property
    def colour(self) -> str:
        return style.LINES[(self.number - 1) % len(style.LINES)]

    @property
    def last(self) -> float:
        return self.points[-1][1]


def draw(spec: LinesSpec) -> Chart:
    """Draw the lines; equal specs give equal bytes."""
    lines = [_sound(number, line) for number, line in enumerate(spec.lines[:_MOST], 1)]
    shown = [line for line in lines if line.points]
    if not shown:
        return page.empty(spec.frame, "Nothing known in this window")
    rows = -(-len(lines) // 2) if len(lines) > 1 else 0
    body = _PLOT + _TIMES + rows * _LEGEND_ROW
    bottom = page.FOOTER + rows * _LEGEND_ROW + _TIMES
    values = axis.value_axis(
        (value for line in shown for _, value in line.points),
        spec.scale,
        bottom=bottom,
        top=bottom + _PLOT - 16,
    )
    one = shown[0] if len(lines) == 1 else None
    right = _RIGHT - 40 if one is None else page.EDGE - 12
    times = axis.time_axis((time for line in shown for time, _ in line.points), left=_LEFT, right=right)
    sheet = page.begin(
        spec.frame,
        body,
        aside="" if one is None else axis.amount(one.last, spec.unit),
        note=_note(spec, values.scale),
    )
    _draw_grid(sheet, spec, values, times)
    for line in reversed(shown):  # the first on top
        _draw_line(sheet, line, values, times, few=sum(len(each.points) for each in shown) < _DOTS_BELOW * 2)
    if one is None:
        _draw_tags(sheet, shown, values, times)
        _draw_legend(sheet, lines, spec)
    return page.end(sheet, spec.frame, *_words(spec, lines, times))


def _sound(number: int, line: Line) -> _Drawn:
    """Keep the points that can be drawn, in time order, the last one of each time."""
    points = {time: value for time, value in line.points if axis.sound(value) and 0 <= time <= axis.LAST_TIME}
    return _Drawn(number, line.label, tuple(sorted(points.items())))


def _draw_grid(sheet: Sheet, spec: LinesSpec, values: ValueAxis, times: TimeAxis) -> None:
    right = _RIGHT if len(spec.lines) > 1 else page.EDGE
    for value, words in values.ticks(spec.unit, _TICKS):
        y = float(values.y(value))
        zero = not value and values.low < 0
        sheet.lines(_LEFT, y, right, y, style.MUTED if zero else style.GRID)
        page.write(sheet, _LEFT - 14, y, words, _LEFT - page.LEFT - 8, align="right")
    width = times.right - times.left
    places = [(times.left + tick.slot * width, tick) for tick in times.ticks()]
    axis.draw_times(sheet, places, low=values.bottom, high=values.top)
    sheet.lines(_LEFT, values.bottom, right, values.bottom, style.FAINT)
    sheet.text(page.LEFT, values.bottom - 24, "UTC", size=page.SMALLEST)


def _draw_line(sheet: Sheet, line: _Drawn, values: ValueAxis, times: TimeAxis, *, few: bool) -> None:
    x = times.x(np.array([time for time, _ in line.points], dtype=np.float64))
    y = values.y(np.array([value for _, value in line.points]))
    if len(line.points) > 1:
        dashes = _DASHES[(line.number - 1) % len(_DASHES)]
        sheet.trace(x, y, line.colour, width=3.5, dashes=dashes)
    if few or len(line.points) == 1:
        for left, height in zip(x, y, strict=True):
            sheet.disc(float(left), float(height), 6, line.colour)


def _draw_tags(sheet: Sheet, lines: Sequence[_Drawn], values: ValueAxis, times: TimeAxis) -> None:
    """Number the lines at their ends, pushed apart where they meet, each tied to its line."""
    ends = sorted(
        ((float(values.y(line.last)), line) for line in lines), key=lambda end: (end[0], -end[1].number)
    )
    heights = _apart([y for y, _ in ends], 2 * _TAG + 4, values.bottom + _TAG, values.top)
    for (y, line), height in zip(ends, heights, strict=True):
        x = float(times.x(line.points[-1][0]))
        sheet.lines(x, y, _RIGHT + _TAG, height, style.tint(line.colour, 4), width=2.0)
        sheet.disc(_RIGHT + _TAG + 8, height, _TAG, style.BACKGROUND, edge=line.colour, width=3.0)
        number = str(line.number)
        sheet.text(
            _RIGHT + _TAG + 8, height, number, size=page.SMALLEST, colour=style.INK, align="center", bold=True
        )


def _apart(heights: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Move ascending heights as little as keeps them `distance` apart, inside `low` to `high` if they fit."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, low, placed[-1] + distance if placed else low))
    ceiling = max(high, low + distance * (len(placed) - 1))
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - distance
    return placed


def _draw_legend(sheet: Sheet, lines: Sequence[_Drawn], spec: LinesSpec) -> None:
    rows = -(-len(lines) // 2)
    half = (page.EDGE - page.LEFT) / 2
    for index, line in enumerate(lines):
        x = page.LEFT + (index // rows) * half
        y = page.FOOTER + (rows - index % rows - 0.5) * _LEGEND_ROW
        sheet.disc(x + _TAG, y, _TAG, style.BACKGROUND, edge=line.colour, width=3.0)
        number = str(line.number)
        sheet.text(x + _TAG, y, number, size=page.SMALLEST, colour=style.INK, align="center", bold=True)
        dashes = _DASHES[(line.number - 1) % len(_DASHES)]
        sheet.trace(np.array([x + 46, x + 106]), np.array([y, y]), line.colour, width=3.5, dashes=dashes)
        value = axis.amount(line.last, spec.unit) if line.points else "unknown"
        taken = sheet.width_of(value, size=style.LABEL, bold=True)
        sheet.text(x + half - 24, y, value, colour=style.INK, align="right", bold=True)
        page.write(sheet, x + 120, y, line.label, half - 24 - 120 - taken - 16, colour=style.INK)


def _note(spec: LinesSpec, used: Scale) -> str:
    parts = []
    if len(spec.lines) > _MOST:
        parts.append(f"the first {_MOST} of {len(spec.lines)}")
    if used is Scale.LOG:
        parts.append("log scale")
    elif spec.scale is Scale.LOG:
        parts.append("linear: not all above zero")
    return " · ".join(parts)


def _words(spec: LinesSpec, lines: Sequence[_Drawn], times: TimeAxis) -> list[str]:
    """Tell the window, and of each line where it began and ended, and its range."""
    sentences = []
    if any(len(line.points) > 1 for line in lines):
        start, end = (datetime.fromtimestamp(at, UTC) for at in (times.start, times.end))
        sentences.append(f"From {start:%d %b %Y %H:%M} to {end:%d %b %Y %H:%M} UTC.")
    sentences += [_told(line, spec) for line in lines]
    if len(spec.lines) > _MOST:
        sentences.append(f"{len(spec.lines) - _MOST} more are not drawn.")
    return sentences


def _told(line: _Drawn, spec: LinesSpec) -> str:
    name = line.label or f"Line {line.number}"
    if not line.points:
        return f"{name}: unknown."
    last = axis.amount(line.last, spec.unit)
    if len(line.points) == 1:
        at = datetime.fromtimestamp(line.points[0][0], UTC)
        return f"{name}: {last}, known at one time only, {at:%d %b %Y %H:%M} UTC."
    known = [value for _, value in line.points]
    first, low, high = (axis.amount(value, spec.unit) for value in (known[0], min(known), max(known)))
    return f"{name}: {first} to {last}, lowest {low}, highest {high}."
