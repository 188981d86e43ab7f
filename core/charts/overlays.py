"""Studies on a candle chart: lines, bands, levels and volumes among the prices, strength in its own panel.

Each line has dashes of its own besides its colour, and its name in the legend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.charts import labels, style
from core.charts.indicators import Bands, Column
from core.charts.panels import LEFT, RIGHT, Bars, Box, Panel, PriceAxis
from core.charts.studies import (
    BAND_PERIOD,
    EMA_PERIODS,
    RSI_HIGH,
    RSI_LOW,
    RSI_PERIOD,
    Studied,
)
from core.charts.style import Sheet
from core.charts.zones import Profile

TAG_ROOM = 23.0  # of one line of words beside the axis
_LAST_ROOM = 30.0
_SWATCH = 30.0
_LEGEND_GAP = 16.0
_STEP = 24.0  # between the places tried for the name of a level
_PROFILE_SHARE = 0.2  # of the width, for the fullest bin


@dataclass(frozen=True, slots=True)
class _Pen:
    colour: str
    width: float
    dashes: tuple[float, ...] = ()


_EMA_PENS = dict(
    zip(
        EMA_PERIODS,
        (_Pen(style.CAUTION, 2.0), _Pen(style.GOOD, 2.5, (9.0, 4.0)), _Pen(style.WARNING, 2.5, (2.5, 4.0))),
        strict=True,
    )
)
_VWAP_PEN = _Pen(style.INK, 2.0, (14.0, 4.0, 3.0, 4.0))
_BAND_PEN = _Pen(style.MUTED, 1.5)
_LEVEL_PEN = _Pen(style.MUTED, 1.0, (6.0, 6.0))  # as dashed lines of the sheet are
_RSI_PEN = _Pen(style.INK, 2.0)


def draw_under(sheet: Sheet, found: Studied, volumes: Profile | None, bars: Bars, prices: PriceAxis) -> None:
    """Fill what lies behind the grid and the candles: the bands and the volume by price."""
    if found.bands is not None:
        low, high = prices.y(found.bands.lower), prices.y(found.bands.upper)
        for run in bars.runs():
            known = np.isfinite(low[run])
            if known.sum() > 1:
                fill = style.tint(style.MUTED, 1)
                sheet.area(bars.x[run][known], low[run][known], high[run][known], fill)
    if volumes is not None:
        _draw_profile(sheet, volumes, prices)


def _draw_profile(sheet: Sheet, volumes: Profile, prices: PriceAxis) -> None:
    """Stand the volumes on the left edge; the value area is lighter, the fullest bin outlined."""
    edges = prices.y(volumes.edges)
    right = LEFT + volumes.volumes / volumes.volumes.max() * (RIGHT - LEFT) * _PROFILE_SHARE
    bins = np.arange(len(volumes.volumes))
    inside = (bins >= volumes.first) & (bins <= volumes.last)
    for chosen, eighths in ((inside, 3), (~inside, 2)):
        fill = style.tint(style.MUTED, eighths)
        sheet.boxes(LEFT, edges[:-1][chosen] + 1, right[chosen], edges[1:][chosen] - 1, fill)
    at = volumes.control
    sheet.boxes(
        LEFT,
        float(edges[at]) + 1,
        float(right[at]),
        float(edges[at + 1]) - 1,
        style.tint(style.MUTED, 3),
        edge=style.INK,
        width=1.0,
    )


def draw_over(sheet: Sheet, found: Studied, bars: Bars, prices: PriceAxis) -> None:
    """Draw the lines over the candles."""
    if found.bands is not None:
        _draw_bands(sheet, found.bands, bars, prices)
    if found.vwap is not None:
        _draw_line(sheet, found.vwap.values, bars, prices, _VWAP_PEN, found.vwap.starts)
    for period, values in found.averages:
        _draw_line(sheet, values, bars, prices, _EMA_PENS[period])


def _draw_line(
    sheet: Sheet,
    values: Column,
    bars: Bars,
    prices: PriceAxis,
    pen: _Pen,
    starts: frozenset[int] = frozenset(),
) -> None:
    """Draw a line where it is on the axis: what leaves it is not drawn along the edge."""
    seen = (values >= prices.low) & (values <= prices.high)
    y = np.where(seen, prices.y(values), np.nan)
    for run in bars.runs(starts):
        if seen[run].any():
            sheet.trace(bars.x[run], y[run], pen.colour, width=pen.width, dashes=pen.dashes)


def _draw_bands(sheet: Sheet, bands: Bands, bars: Bars, prices: PriceAxis) -> None:
    for edge in (bands.lower, bands.upper):
        _draw_line(sheet, edge, bars, prices, _BAND_PEN)


def draw_levels(
    sheet: Sheet, found: Studied, bars: Bars, prices: PriceAxis, taken: Sequence[Box], start: float
) -> None:
    """Dash each level across, with its price and touches where neither bars nor words are.

    The strongest choose first, from `start` to the right; one that finds no room stands unnamed.
    """
    boxes = [*taken, *_boxes_of(bars, prices)]
    for level in sorted(found.levels or (), key=lambda level: -level.strength):
        y = float(prices.y(level.price))
        sheet.lines(LEFT, y, RIGHT, y, style.MUTED, width=1.0, dashed=True)
        words = f"{labels.price_label(level.price)} ×{level.touches}"
        room = sheet.width_of(words, size=style.SMALL) + 12
        places = (Box(x, y - 11, x + room, y + 11) for x in np.arange(start, RIGHT - room, _STEP))
        place = next((each for each in places if not any(map(each.meets, boxes))), None)
        if place is not None:
            boxes.append(place)
            sheet.boxes(*place, style.BACKGROUND)
            sheet.text(place.left + 6, y, words, size=style.SMALL, colour=style.INK)


def _boxes_of(bars: Bars, prices: PriceAxis) -> list[Box]:
    edges = bars.x - bars.half, prices.y(bars.low), bars.x + bars.half, prices.y(bars.high)
    return [Box(*map(float, box)) for box in zip(*edges, strict=True)]


def profile_edge(volumes: Profile | None) -> float:
    """Tell how far the volume by price reaches from the left."""
    return LEFT if volumes is None else LEFT + (RIGHT - LEFT) * _PROFILE_SHARE + 4


def draw_tags(sheet: Sheet, found: Studied, prices: PriceAxis, last: float) -> list[float]:
    """Name the averages beside the axis, clear of the last price and each other; tell the heights taken."""
    middle, panel = float(prices.y(last)), prices.panel
    wanted = sorted(
        (float(prices.y(values[-1])), period)
        for period, values in found.averages
        if prices.low <= values[-1] <= prices.high
    )
    below = [tag for tag in wanted if tag[0] < middle]
    # Where the last price is near the bottom, what would stand below it stands above.
    fitting = max(0, int((middle - _LAST_ROOM + TAG_ROOM - panel.bottom) / TAG_ROOM))
    over = below[: max(0, len(below) - fitting)]
    below = below[len(over) :]
    above = [*over, *(tag for tag in wanted if tag[0] >= middle)]
    fitting = max(0, int((panel.top - middle - _LAST_ROOM + TAG_ROOM) / TAG_ROOM))
    below, above = [*below, *above[fitting:]], above[:fitting]
    taken = []
    for side, tags in ((1.0, above), (-1.0, below[::-1])):
        edge = middle + side * (_LAST_ROOM - TAG_ROOM)
        for y, period in tags:
            edge = max(edge + TAG_ROOM, y) if side > 0 else min(edge - TAG_ROOM, y)
            colour = _EMA_PENS[period].colour
            sheet.text(RIGHT + 12, edge, f"EMA {period}", size=style.SMALL, colour=colour, bold=True)
            taken.append(edge)
    return taken


def draw_legend(sheet: Sheet, found: Studied, volumes: Profile | None, y: float) -> None:
    """Name what is drawn, each with the sign it is drawn with."""
    entries: list[tuple[_Pen | None, str]] = [
        (_EMA_PENS[period], f"EMA {period}") for period, _ in found.averages
    ]
    if found.vwap is not None:
        entries.append((_VWAP_PEN, found.vwap.name))
    if found.bands is not None:
        entries.append((_BAND_PEN, f"Bollinger {BAND_PERIOD}"))
    if volumes is not None:
        entries.append((None, "Volume by price"))
    if found.levels is not None:
        entries.append((_LEVEL_PEN, "Levels × touches" if found.levels else "No levels"))
    x = LEFT
    for pen, words in entries:
        if pen is None:
            sheet.boxes(x, y - 7, x + _SWATCH, y + 7, style.tint(style.MUTED, 3))
        else:
            ends = np.array([x, x + _SWATCH])
            sheet.trace(ends, np.array([y, y]), pen.colour, width=pen.width, dashes=pen.dashes)
        sheet.text(x + _SWATCH + 8, y, words, size=style.SMALL)
        x += _SWATCH + 8 + sheet.width_of(words, size=style.SMALL) + _LEGEND_GAP


def draw_rsi(sheet: Sheet, values: Column, bars: Bars, panel: Panel) -> None:
    """Draw strength from 0 to 100 in its panel, with the lines that many look at."""

    def y(strength: Column | float) -> Column:
        return np.asarray(panel.bottom + np.asarray(strength) / 100 * panel.height)

    low, high = float(y(RSI_LOW)), float(y(RSI_HIGH))
    sheet.boxes(LEFT, low, RIGHT, high, style.tint(style.MUTED, 1))
    for bound, strength in ((low, RSI_LOW), (high, RSI_HIGH)):
        sheet.lines(LEFT, bound, RIGHT, bound, style.MUTED, width=1.0, dashed=True)
        if not np.isfinite(values[-1]) or abs(bound - float(y(values[-1]))) > TAG_ROOM:
            sheet.text(RIGHT + 12, bound, f"{strength:.0f}", size=style.SMALL)
    for run in bars.runs():
        if np.isfinite(values[run]).any():
            sheet.trace(bars.x[run], y(values[run]), _RSI_PEN.colour, width=_RSI_PEN.width)
    known = np.isfinite(values).any()
    words = f"RSI {RSI_PERIOD}{'' if known else f' needs {RSI_PERIOD + 1} bars with changes'}"
    sheet.text(LEFT, panel.top + 10, words, size=style.SMALL)
    if np.isfinite(values[-1]):
        newest = float(y(values[-1]))
        sheet.boxes(RIGHT + 4, newest - 14, RIGHT + 56, newest + 14, _RSI_PEN.colour)
        shown = f"{values[-1]:.0f}"
        sheet.text(RIGHT + 12, newest, shown, size=style.SMALL, colour=style.BACKGROUND, bold=True)
