"""A candle chart with volume: prices on the right, UTC below, silences and the scale told in words.

Rising bars are hollow and blue, falling ones filled and orange, so that colour is never the only sign.
Knows bars and pixels; what the picture says in words is `alt`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.charts import alt, labels, style, timeline
from core.charts.spec import Chart, ChartSpec, Scale, drawable, suggested_scale
from core.charts.style import Align, Sheet
from core.charts.timeline import Timeline
from data.models.market import Candle

Column: TypeAlias = NDArray[np.float64]

_LEFT, _RIGHT = 20.0, 1108.0
_EDGE = style.WIDTH - 20.0
_PRICE_BOTTOM, _PRICE_TOP = 232.0, 604.0
_VOLUME_BOTTOM, _VOLUME_TOP = 104.0, 200.0
_SLOT_MAX = 34.0  # a young token's few bars keep the shape of candles
_BODY_SHARE = 0.72
_BOLD_FROM = 6.0  # pixels of body: room for a pen of two
_HOLLOW_FROM = 4.0  # a narrower one has no room for an inside
_HEADROOM = 0.09
_FLAT_SPREAD = 0.05
_FLAT_BELOW = 1e-5  # less than this would need more digits than the axis has room for
_PRICE_TICKS = 8
_TIME_TICK_ROOM = 150.0
_CUT_SIGNS = 12  # more of them would be a hedge; the note below counts them
_DIRECTIONS = {"+": ("▲", style.UP), "×": ("▲", style.UP), "−": ("▼", style.DOWN)}


@dataclass(frozen=True, slots=True)
class _PriceAxis:
    """Prices from `low` to `high` over the height of the price panel."""

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
        return _PRICE_BOTTOM + share * (_PRICE_TOP - _PRICE_BOTTOM)


@dataclass(frozen=True, slots=True)
class _TimeAxis:
    """Slots of a timeline over the width of the panels, the last one at the right edge."""

    line: Timeline

    @property
    def slot_px(self) -> float:
        return min((_RIGHT - _LEFT) / self.line.width, _SLOT_MAX)

    def x(self, slots: Column | float) -> Column:
        """Place the start of slots."""
        return _RIGHT - (self.line.width - np.asarray(slots, dtype=np.float64)) * self.slot_px


@dataclass(frozen=True, slots=True)
class _Bars:
    """The columns of the candles, with the middle of each bar in pixels and half a body's width."""

    x: Column
    half: float
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column

    @property
    def rising(self) -> NDArray[np.bool_]:
        return self.close >= self.open


def draw(spec: ChartSpec) -> Chart:
    """Draw one chart; equal specs give equal bytes."""
    sheet = Sheet()
    candles = drawable(spec.series.candles)
    if spec.practice:
        sheet.text(
            (_LEFT + _RIGHT) / 2,
            420,
            "PRACTICE MARKET",
            size=92,
            colour=style.WATERMARK,
            align="center",
            bold=True,
        )
    line = timeline.lay_out([bar.time for bar in candles], spec.series.timeframe.seconds) if candles else None
    if line is not None:
        _draw_series(sheet, spec, candles, line)
    else:
        _draw_header(sheet, spec, "", "")
        sheet.text(style.WIDTH / 2, 380, "No trades in this window", size=style.TITLE, align="center")
        _draw_footer(sheet, spec, "")
    words = alt.describe(spec, candles, line)
    return Chart(png=sheet.png(), width=style.WIDTH, height=style.HEIGHT, alt=words)


def _draw_series(sheet: Sheet, spec: ChartSpec, candles: tuple[Candle, ...], line: Timeline) -> None:
    prices = _price_axis(candles, spec.scale)
    times = _TimeAxis(line)
    middles = times.x(np.array(line.slots) + 0.5)
    columns = np.array([bar[1:] for bar in candles], dtype=np.float64).T
    bars = _Bars(middles, max(0.5, times.slot_px * _BODY_SHARE / 2), *columns)
    last = candles[-1].close
    last_colour = style.UP if bars.rising[-1] else style.DOWN

    _draw_price_grid(sheet, prices, last)
    _draw_time_grid(sheet, times)
    _draw_cuts(sheet, times)
    _draw_volume(sheet, bars)
    _draw_candles(sheet, bars, prices)
    _draw_extremes(sheet, bars, prices)
    _draw_last(sheet, prices, last, last_colour)
    change = labels.change_label(candles[0].open, last)
    _draw_header(sheet, spec, f"${labels.price_label(last)}", change)
    _draw_footer(sheet, spec, _note(spec.scale, prices.scale, candles, line))


def _price_axis(candles: tuple[Candle, ...], scale: Scale) -> _PriceAxis:
    """Span all prices with some room; log gives way to linear where no price is above zero."""
    high = max(bar.high for bar in candles)
    low = min(bar.low for bar in candles)
    if scale is Scale.LOG and high > 0:
        positive = min(price for bar in candles for price in bar[1:5] if price > 0)
        room = max((high / positive) ** _HEADROOM, 1 + _FLAT_SPREAD / 4)
        return _PriceAxis(positive / room, high * room, Scale.LOG)
    room = (high - low) * _HEADROOM if high - low > high * _FLAT_BELOW else (high * _FLAT_SPREAD or 1.0)
    return _PriceAxis(max(0.0, low - room), high + room, Scale.LINEAR)


def _draw_price_grid(sheet: Sheet, prices: _PriceAxis, last: float) -> None:
    ticks = labels.price_ticks(prices.low, prices.high, prices.scale, _PRICE_TICKS)
    heights = prices.y(np.array([tick for tick, _ in ticks]))
    sheet.lines(_LEFT, heights, _RIGHT, heights, style.GRID)
    for height, (_, text) in zip(heights, ticks, strict=True):
        if abs(height - float(prices.y(last))) > style.LABEL * 1.3:
            sheet.text(_RIGHT + 12, float(height), text)


def _draw_time_grid(sheet: Sheet, times: _TimeAxis) -> None:
    shown_px = times.line.width * times.slot_px
    ticks = timeline.time_ticks(times.line, max(1, int(shown_px / _TIME_TICK_ROOM)))
    x = times.x(np.array([tick.slot for tick in ticks]))
    sheet.lines(x, _VOLUME_BOTTOM, x, _PRICE_TOP, style.GRID)
    sheet.lines(_LEFT, _VOLUME_BOTTOM, _RIGHT, _VOLUME_BOTTOM, style.FAINT)
    sheet.text(_RIGHT + 12, 84, "UTC", size=style.SMALL)
    for middle, tick in zip(x, ticks, strict=True):
        at = min(max(float(middle), _LEFT + 34), _RIGHT - 34)
        sheet.text(at, 84, tick.text, align="center")
        sheet.text(at, 58, tick.day, size=style.SMALL, align="center", colour=style.INK)


def _draw_cuts(sheet: Sheet, times: _TimeAxis) -> None:
    """Mark where time was left out: a dashed line, broken through the axis."""
    cuts = times.line.cuts
    if not 0 < len(cuts) <= _CUT_SIGNS:
        return
    slots = np.array(times.line.slots)
    middle = times.x(np.array([(slots[cut.after] + 1 + slots[cut.after + 1]) / 2 for cut in cuts]))
    low = _VOLUME_BOTTOM
    sheet.lines(middle, low, middle, _PRICE_TOP, style.FAINT, width=1.0, dashed=True)
    for shift in (-3.5, 3.5):
        sheet.lines(middle + shift - 4, low - 9, middle + shift + 4, low + 9, style.WARNING, width=2.0)


def _draw_candles(sheet: Sheet, bars: _Bars, prices: _PriceAxis) -> None:
    tops = prices.y(np.maximum(bars.open, bars.close))
    bottoms = prices.y(np.minimum(bars.open, bars.close))
    thin = np.where(tops - bottoms < 2.0, (2.0 - (tops - bottoms)) / 2, 0.0)
    tops, bottoms = tops + thin, bottoms - thin  # a bar that opened where it closed is still seen
    highs, lows = prices.y(bars.high), prices.y(bars.low)
    hollow = bars.half * 2 >= _HOLLOW_FROM
    width = 2.0 if bars.half * 2 >= _BOLD_FROM else 1.0  # whole pixels stay sharp
    for chosen, colour in ((bars.rising, style.UP), (~bars.rising, style.DOWN)):
        x, left, right = bars.x[chosen], bars.x[chosen] - bars.half, bars.x[chosen] + bars.half
        sheet.lines(x, lows[chosen], x, highs[chosen], colour, width=width)
        fill = style.BACKGROUND if hollow and colour == style.UP else colour
        sheet.boxes(
            left, bottoms[chosen], right, tops[chosen], fill, edge=colour, width=width if hollow else 0.0
        )


def _draw_volume(sheet: Sheet, bars: _Bars) -> None:
    most = float(bars.volume.max())
    if most <= 0:
        sheet.text(_LEFT + 8, _VOLUME_TOP - 12, "No volume in this window", size=style.SMALL)
        return
    tops = _VOLUME_BOTTOM + bars.volume / most * (_VOLUME_TOP - _VOLUME_BOTTOM)
    for chosen, colour in ((bars.rising, style.UP_DIM), (~bars.rising, style.DOWN_DIM)):
        x = bars.x[chosen]
        sheet.boxes(x - bars.half, _VOLUME_BOTTOM, x + bars.half, tops[chosen], colour)
    sheet.text(_RIGHT + 12, _VOLUME_TOP, f"${labels.volume_label(most)}", size=style.SMALL)
    sheet.text(_RIGHT + 12, _VOLUME_TOP - 24, "max vol", size=style.SMALL)


def _draw_extremes(sheet: Sheet, bars: _Bars, prices: _PriceAxis) -> None:
    """Write the highest and the lowest price beside their bars, towards the middle of the picture."""
    high, low = int(bars.high.argmax()), int(bars.low.argmin())
    if bars.high[high] == bars.low[low]:
        return
    for index, price, away in ((high, bars.high[high], 14.0), (low, bars.low[low], -14.0)):
        y = float(prices.y(price)) + away
        align: Align = "left" if bars.x[index] < (_LEFT + _RIGHT) / 2 else "right"
        word = "High" if away > 0 else "Low"
        x = min(max(float(bars.x[index]), _LEFT), _RIGHT)
        sheet.text(
            x,
            y,
            f"{word} {labels.price_label(float(price))}",
            size=style.SMALL,
            colour=style.INK,
            align=align,
        )


def _draw_last(sheet: Sheet, prices: _PriceAxis, last: float, colour: str) -> None:
    y = float(prices.y(last))
    sheet.lines(_LEFT, y, _RIGHT, y, colour, width=1.0, dashed=True)
    sheet.boxes(_RIGHT + 4, y - 17, style.WIDTH - 4, y + 17, colour)
    sheet.text(_RIGHT + 12, y, labels.price_label(last), colour=style.BACKGROUND, bold=True)


def _draw_header(sheet: Sheet, spec: ChartSpec, price: str, change: str) -> None:
    room = sheet.width_of(price, size=style.TITLE, bold=True) + 40 if price else 0
    title = sheet.fitted(spec.title, _EDGE - _LEFT - room, size=style.TITLE, bold=True)
    sheet.text(_LEFT, 682, title, size=style.TITLE, colour=style.INK, bold=True)
    subtitle = sheet.fitted(spec.subtitle, _EDGE - _LEFT - 220, size=style.LABEL)
    sheet.text(_LEFT, 640, subtitle)
    sheet.text(_EDGE, 682, price, size=style.TITLE, colour=style.INK, align="right", bold=True)
    arrow, colour = _DIRECTIONS.get(change[:1], ("", style.MUTED))
    sheet.text(_EDGE, 640, f"{arrow} {change}", size=style.LARGE, colour=colour, align="right")


def _draw_footer(sheet: Sheet, spec: ChartSpec, note: str) -> None:
    x = _LEFT
    if spec.practice:
        sheet.text(x, 22, "Practice market", size=style.SMALL, colour=style.WARNING, bold=True)
        x += sheet.width_of("Practice market", size=style.SMALL, bold=True) + 20
    note_room = sheet.width_of(note, size=style.SMALL) + 24 if note else 0
    sheet.text(x, 22, sheet.fitted(spec.footer, _EDGE - x - note_room, size=style.SMALL), size=style.SMALL)
    sheet.text(_EDGE, 22, note, size=style.SMALL, colour=style.WARNING, align="right")


def _note(asked: Scale, used: Scale, candles: tuple[Candle, ...], line: Timeline) -> str:
    """Say what a reader cannot see: time left out, and a scale that hides or is not the one asked for."""
    parts = []
    if cuts := line.cuts:
        parts.append(f"{len(cuts)} quiet {'stretch' if len(cuts) == 1 else 'stretches'} shortened")
    if used is Scale.LOG:
        parts.append("log scale")
    elif asked is Scale.LOG:
        parts.append("linear: no price above zero")
    elif suggested_scale(candles) is Scale.LOG:
        parts.append("wide range: log shows more")
    return " · ".join(parts)
