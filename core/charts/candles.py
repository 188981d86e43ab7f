"""A candle chart with volume: prices on the right, UTC below, silences and the scale told in words.

Rising bars are hollow and blue, falling ones filled and orange, so that colour is never the only sign.
Knows bars and pixels; what the picture says in words is `alt`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts import alt, labels, overlays, panels, studies, style, timeline
from core.charts.indicators import Column
from core.charts.panels import LEFT, RIGHT, Bars, Box, Layout, Panel, PriceAxis, TimeAxis
from core.charts.spec import Chart, ChartSpec, Look, Scale, Study, drawable, suggested_scale
from core.charts.style import Align, Sheet
from core.charts.timeline import Timeline
from data.models.market import Candle

_EDGE = style.WIDTH - 20.0
_BODY_SHARE = 0.72
_BOLD_FROM = 6.0  # pixels of body: room for a pen of two
_HOLLOW_FROM = 4.0  # a narrower one has no room for an inside
_HEADROOM = 0.09
_STUDY_ROOM = 0.5  # of the height of the bars: a study may widen the axis by so much on either side
_FLAT_SPREAD = 0.05
_FLAT_BELOW = 1e-5  # less than this would need more digits than the axis has room for
_TICKS, _TICK_ROOM = 8, 34.0
_TIME_TICK_ROOM = 150.0
_CUT_SIGNS = 12  # more of them would be a hedge; the note below counts them
_DIRECTIONS = {"+": ("▲", style.UP), "×": ("▲", style.UP), "−": ("▼", style.DOWN)}


def draw(spec: ChartSpec) -> Chart:
    """Draw one chart; equal specs give equal bytes."""
    sheet = Sheet()
    known = drawable(spec.series.candles)
    candles = tuple(bar for bar in known if bar.time >= spec.since)
    if spec.practice:
        sheet.text(
            (LEFT + RIGHT) / 2,
            420,
            "PRACTICE MARKET",
            size=92,
            colour=style.WATERMARK,
            align="center",
            bold=True,
        )
    line = timeline.lay_out([bar.time for bar in candles], spec.series.timeframe.seconds) if candles else None
    notes: tuple[str, ...] = ()
    if line is not None:
        notes = _draw_series(sheet, spec, known, line)
    else:
        _draw_header(sheet, spec, "", "")
        sheet.text(style.WIDTH / 2, 380, "No trades in this window", size=style.TITLE, align="center")
        _draw_footer(sheet, spec, "")
    words = alt.describe(spec, candles, line, notes)
    return Chart(png=sheet.png(), width=style.WIDTH, height=style.HEIGHT, alt=words, notes=notes)


def _draw_series(sheet: Sheet, spec: ChartSpec, known: tuple[Candle, ...], line: Timeline) -> tuple[str, ...]:
    """Draw the bars with their studies, and tell the newest values of those."""
    candles = known[-len(line.times) :]
    found = studies.study(spec, known)
    layout = panels.lay_out(rsi=found.rsi is not None, legend=any(s is not Study.RSI for s in spec.studies))
    shown = _closes(candles) if spec.look is Look.LINE else candles
    prices = _price_axis(shown, spec.scale, layout.price, found.prices)
    profile = studies.profile(candles, prices.edges) if Study.PROFILE in spec.studies else None
    times = TimeAxis(line)
    middles = times.x(np.array(line.slots) + 0.5)
    columns = np.array([bar[1:] for bar in shown], dtype=np.float64).T
    starts = frozenset(cut.after + 1 for cut in line.cuts)
    bars = Bars(middles, max(0.5, times.slot_px * _BODY_SHARE / 2), starts, *columns)
    last = candles[-1].close
    last_colour = style.UP if bars.rising[-1] else style.DOWN

    overlays.draw_under(sheet, found, profile, bars, prices)
    tags = overlays.draw_tags(sheet, found, prices, last)
    _draw_price_grid(sheet, prices, last, tags)
    _draw_time_grid(sheet, times, layout)
    _draw_cuts(sheet, times, layout)
    _draw_volume(sheet, bars, layout.volume)
    if spec.look is Look.LINE:
        _draw_closes(sheet, bars, prices)
    else:
        _draw_candles(sheet, bars, prices)
    overlays.draw_over(sheet, found, bars, prices)
    if found.rsi is not None and layout.rsi is not None:
        overlays.draw_rsi(sheet, found.rsi, bars, layout.rsi)
    overlays.draw_legend(sheet, found, profile, layout.price.top + 20)
    words = _draw_extremes(sheet, bars, prices, spec.look)
    overlays.draw_levels(sheet, found, bars, prices, words, overlays.profile_edge(profile))
    _draw_last(sheet, prices, last, last_colour)
    change = labels.change_label(candles[0].open, last)
    _draw_header(sheet, spec, f"${labels.price_label(last)}", change)
    _draw_footer(sheet, spec, _note(spec.scale, prices.scale, candles, line))
    return studies.notes(found, profile, last)


def _closes(candles: tuple[Candle, ...]) -> tuple[Candle, ...]:
    """Narrow each bar to its close; whether it rose stays known by its open."""
    return tuple(bar._replace(high=bar.close, low=bar.close) for bar in candles)


def _price_axis(candles: tuple[Candle, ...], scale: Scale, panel: Panel, others: Column) -> PriceAxis:
    """Span all prices with some room; log gives way to linear where no price is above zero."""
    high = max(bar.high for bar in candles)
    low = min(bar.low for bar in candles)
    if scale is Scale.LOG and high > 0:
        positive = min(price for bar in candles for price in bar[2:5] if price > 0)
        room = max((high / positive) ** _HEADROOM, 1 + _FLAT_SPREAD / 4)
        most = (high / positive) ** _STUDY_ROOM
        low, high = _widened(positive, high, others, positive / most, high * most)
        return PriceAxis(panel, low / room, high * room, Scale.LOG)
    room = (high - low) * _HEADROOM if high - low > high * _FLAT_BELOW else (high * _FLAT_SPREAD or 1.0)
    most = (high - low) * _STUDY_ROOM
    low, high = _widened(low, high, others, low - most, high + most)
    return PriceAxis(panel, max(0.0, low - room), high + room, Scale.LINEAR)


def _widened(low: float, high: float, others: Column, lowest: float, highest: float) -> tuple[float, float]:
    """Make room for other prices, those between `lowest` and `highest`."""
    inside = others[(others >= lowest) & (others <= highest)]
    return min(low, float(inside.min(initial=low))), max(high, float(inside.max(initial=high)))


def _draw_price_grid(sheet: Sheet, prices: PriceAxis, last: float, tags: Sequence[float]) -> None:
    count = min(_TICKS, int(prices.panel.height / _TICK_ROOM))
    ticks = labels.price_ticks(prices.low, prices.high, prices.scale, count)
    heights = prices.y(np.array([tick for tick, _ in ticks]))
    sheet.lines(LEFT, heights, RIGHT, heights, style.GRID)
    for height, (_, text) in zip(heights, ticks, strict=True):
        clear = all(abs(height - tag) > overlays.TAG_ROOM for tag in tags)
        if clear and abs(height - float(prices.y(last))) > style.LABEL * 1.3:
            sheet.text(RIGHT + 12, float(height), text)


def _draw_time_grid(sheet: Sheet, times: TimeAxis, layout: Layout) -> None:
    shown_px = times.line.width * times.slot_px
    ticks = timeline.time_ticks(times.line, max(1, int(shown_px / _TIME_TICK_ROOM)))
    x = times.x(np.array([tick.slot for tick in ticks]))
    sheet.lines(x, layout.bottom, x, layout.price.top, style.GRID)
    sheet.lines(LEFT, layout.bottom, RIGHT, layout.bottom, style.FAINT)
    sheet.text(RIGHT + 12, 84, "UTC", size=style.SMALL)
    for middle, tick in zip(x, ticks, strict=True):
        at = min(max(float(middle), LEFT + 34), RIGHT - 34)
        sheet.text(at, 84, tick.text, align="center")
        sheet.text(at, 58, tick.day, size=style.SMALL, align="center", colour=style.INK)


def _draw_cuts(sheet: Sheet, times: TimeAxis, layout: Layout) -> None:
    """Mark where time was left out: a dashed line, broken through the axis."""
    cuts = times.line.cuts
    if not 0 < len(cuts) <= _CUT_SIGNS:
        return
    slots = np.array(times.line.slots)
    middle = times.x(np.array([(slots[cut.after] + 1 + slots[cut.after + 1]) / 2 for cut in cuts]))
    low = layout.bottom
    sheet.lines(middle, low, middle, layout.price.top, style.FAINT, width=1.0, dashed=True)
    for shift in (-3.5, 3.5):
        sheet.lines(middle + shift - 4, low - 9, middle + shift + 4, low + 9, style.WARNING, width=2.0)


def _draw_candles(sheet: Sheet, bars: Bars, prices: PriceAxis) -> None:
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


def _draw_closes(sheet: Sheet, bars: Bars, prices: PriceAxis) -> None:
    """Join the closes, but not over time that was left out; one that stands alone is a dot."""
    y = prices.y(bars.close)
    for run in bars.runs():
        if len(y[run]) > 1:
            sheet.trace(bars.x[run], y[run], style.UP, width=2.5)
        else:
            x, height = float(bars.x[run][0]), float(y[run][0])
            sheet.boxes(x - 2, height - 2, x + 2, height + 2, style.UP)


def _draw_volume(sheet: Sheet, bars: Bars, panel: Panel) -> None:
    most = float(bars.volume.max())
    if most <= 0:
        sheet.text(LEFT + 8, panel.top - 12, "No volume in this window", size=style.SMALL)
        return
    tops = panel.bottom + bars.volume / most * panel.height
    for chosen, colour in ((bars.rising, style.UP_DIM), (~bars.rising, style.DOWN_DIM)):
        x = bars.x[chosen]
        sheet.boxes(x - bars.half, panel.bottom, x + bars.half, tops[chosen], colour)
    sheet.text(RIGHT + 12, panel.top, f"${labels.volume_label(most)}", size=style.SMALL)
    sheet.text(RIGHT + 12, panel.top - 24, "max vol", size=style.SMALL)


def _draw_extremes(sheet: Sheet, bars: Bars, prices: PriceAxis, look: Look) -> list[Box]:
    """Write the highest and the lowest price beside their bars, towards the middle; tell the places taken."""
    high, low = int(bars.high.argmax()), int(bars.low.argmin())
    if bars.high[high] == bars.low[low]:
        return []
    taken = []
    for index, price, away in ((high, bars.high[high], 14.0), (low, bars.low[low], -14.0)):
        y = float(prices.y(price)) + away
        align: Align = "left" if bars.x[index] < (LEFT + RIGHT) / 2 else "right"
        word = "High" if away > 0 else "Low"
        word = f"{word}est close" if look is Look.LINE else word
        x = min(max(float(bars.x[index]), LEFT), RIGHT)
        words = f"{word} {labels.price_label(float(price))}"
        room = sheet.width_of(words, size=style.SMALL)
        left = x if align == "left" else x - room
        taken.append(Box(left - 4, y - 10, left + room + 4, y + 10))
        sheet.boxes(*taken[-1], style.BACKGROUND)
        sheet.text(x, y, words, size=style.SMALL, colour=style.INK, align=align)
    return taken


def _draw_last(sheet: Sheet, prices: PriceAxis, last: float, colour: str) -> None:
    y = float(prices.y(last))
    sheet.lines(LEFT, y, RIGHT, y, colour, width=1.0, dashed=True)
    sheet.boxes(RIGHT + 4, y - 17, style.WIDTH - 4, y + 17, colour)
    sheet.text(RIGHT + 12, y, labels.price_label(last), colour=style.BACKGROUND, bold=True)


def _draw_header(sheet: Sheet, spec: ChartSpec, price: str, change: str) -> None:
    room = sheet.width_of(price, size=style.TITLE, bold=True) + 40 if price else 0
    title = sheet.fitted(spec.title, _EDGE - LEFT - room, size=style.TITLE, bold=True)
    sheet.text(LEFT, 682, title, size=style.TITLE, colour=style.INK, bold=True)
    subtitle = sheet.fitted(spec.subtitle, _EDGE - LEFT - 220, size=style.LABEL)
    sheet.text(LEFT, 640, subtitle)
    sheet.text(_EDGE, 682, price, size=style.TITLE, colour=style.INK, align="right", bold=True)
    arrow, colour = _DIRECTIONS.get(change[:1], ("", style.MUTED))
    sheet.text(_EDGE, 640, f"{arrow} {change}", size=style.LARGE, colour=colour, align="right")


def _draw_footer(sheet: Sheet, spec: ChartSpec, note: str) -> None:
    x = LEFT
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
