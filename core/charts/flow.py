"""What was bought and sold: buys up and hollow, sells down and filled, the running net below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from core.charts import axis, page, style, timeline
from core.charts.axis import ValueAxis
from core.charts.pictures import FlowBar, FlowSpec, LineUnit
from core.charts.spec import Chart, Scale
from core.charts.style import Sheet
from core.charts.timeline import Timeline

Column = NDArray[np.float64]

_KEY, _BARS, _BETWEEN, _NET, _TIMES = 48, 330, 48, 150, 84
_LEFT, _RIGHT = 170.0, page.EDGE
_SLOT_MAX = 44.0
_BODY_SHARE = 0.7
_BARS_MOST = 400  # a finer picture would be a smear


@dataclass(frozen=True, slots=True)
class _Panel:
    """The bars with their places; `slot_px` is the width of one."""

    line: Timeline
    slot_px: float
    bars: tuple[FlowBar, ...]

    def x(self, slots: Column | float) -> Column:
        return np.asarray(_RIGHT - (self.line.width - np.asarray(slots, dtype=np.float64)) * self.slot_px)

    @property
    def middles(self) -> Column:
        return self.x(np.array(self.line.slots) + 0.5)


def draw(spec: FlowSpec) -> Chart:
    """Draw the flow; equal specs give equal bytes."""
    bars = sound(spec.bars)[-_BARS_MOST:]
    if not bars or spec.seconds <= 0:
        return page.empty(spec.frame, "No trades in this window")
    bought, sold = sum(bar.bought_usd for bar in bars), sum(bar.sold_usd for bar in bars)
    line = timeline.lay_out([bar.time for bar in bars], spec.seconds)
    panel = _Panel(line, min((_RIGHT - _LEFT) / line.width, _SLOT_MAX), bars)
    cuts = len(line.cuts)
    net = bought - sold
    sheet = page.begin(
        spec.frame,
        _KEY + _BARS + _BETWEEN + _NET + _TIMES,
        aside=f"{_arrow(net)} net {_signed(net)}",
        colour=style.UP if net > 0 else style.DOWN if net < 0 else style.INK,
        note=f"{cuts} quiet {'stretch' if cuts == 1 else 'stretches'} shortened" if cuts else "",
    )
    bottom = page.FOOTER + _TIMES
    nets = axis.value_axis(
        accumulate(bar.bought_usd - bar.sold_usd for bar in bars),
        Scale.LINEAR, bottom=bottom, top=bottom + _NET, zero=True,
    )  # fmt: skip
    low = bottom + _NET + _BETWEEN
    volumes = axis.value_axis(
        [side for bar in bars for side in (bar.bought_usd, -bar.sold_usd)],
        Scale.LINEAR, bottom=low, top=low + _BARS, zero=True,
    )  # fmt: skip
    _draw_key(sheet, bought, sold, low + _BARS + _KEY / 2)
    _draw_grid(sheet, panel, volumes, nets)
    _draw_bars(sheet, panel, volumes)
    _draw_net(sheet, panel, nets)
    return page.end(sheet, spec.frame, *_words(spec, bars, bought, sold))


def sound(bars: tuple[FlowBar, ...]) -> tuple[FlowBar, ...]:
    """Keep the bars that can be drawn, in time order, the last one of each time."""
    kept = {
        bar.time: bar
        for bar in bars
        if 0 <= bar.time <= axis.LAST_TIME
        and all(axis.sound(side) and side >= 0 for side in (bar.bought_usd, bar.sold_usd))
    }
    return tuple(kept[time] for time in sorted(kept))


def _draw_key(sheet: Sheet, bought: float, sold: float, y: float) -> None:
    """Say what the two kinds of bars are, with their sums."""
    sheet.boxes(_LEFT, y - 11, _LEFT + 22, y + 11, style.BACKGROUND, edge=style.UP, width=3.0)
    words = f"▲ bought {axis.amount(bought, LineUnit.USD)}"
    sheet.text(_LEFT + 36, y, words, colour=style.INK, size=style.LARGE)
    x = _LEFT + 36 + sheet.width_of(words, size=style.LARGE) + 60
    sheet.boxes(x, y - 11, x + 22, y + 11, style.DOWN)
    sheet.text(x + 36, y, f"▼ sold {axis.amount(sold, LineUnit.USD)}", colour=style.INK, size=style.LARGE)


def _draw_grid(sheet: Sheet, panel: _Panel, volumes: ValueAxis, nets: ValueAxis) -> None:
    ticks = timeline.time_ticks(panel.line, max(1, int(panel.line.width * panel.slot_px / 150)))
    places = [(float(panel.x(tick.slot)), tick) for tick in ticks]
    axis.draw_times(sheet, places, low=nets.bottom, high=volumes.top)
    sheet.text(page.LEFT, nets.bottom - 24, "UTC", size=page.SMALLEST)
    for values, count in ((volumes, 6), (nets, 3)):
        for value, words in values.ticks(LineUnit.USD, count):
            y = float(values.y(value))
            sheet.lines(_LEFT, y, _RIGHT, y, style.GRID if value else style.MUTED)
            shown = words.removeprefix("−") if values is volumes else words  # there, down is not negative
            page.write(sheet, _LEFT - 14, y, shown, _LEFT - page.LEFT - 8, align="right")
    sheet.text(_LEFT, nets.top + 22, "Bought less sold, running", size=page.SMALLEST)
    sheet.lines(_LEFT, nets.bottom, _RIGHT, nets.bottom, style.FAINT)


def _draw_bars(sheet: Sheet, panel: _Panel, volumes: ValueAxis) -> None:
    half = max(0.5, panel.slot_px * _BODY_SHARE / 2)
    hollow = half * 2 >= 6
    zero = volumes.y(0.0)
    for colour, sides in (
        (style.UP, np.array([bar.bought_usd for bar in panel.bars])),
        (style.DOWN, np.array([-bar.sold_usd for bar in panel.bars])),
    ):
        some = sides != 0
        x, ends = panel.middles[some], volumes.y(sides[some])
        ends = np.where(sides[some] > 0, np.maximum(ends, zero + 2), np.minimum(ends, zero - 2))
        fill = style.BACKGROUND if hollow and colour == style.UP else colour
        sheet.boxes(x - half, zero, x + half, ends, fill, edge=colour, width=2.0 if hollow else 0.0)


def _draw_net(sheet: Sheet, panel: _Panel, nets: ValueAxis) -> None:
    running = np.array(list(accumulate(bar.bought_usd - bar.sold_usd for bar in panel.bars)))
    x, y = panel.middles, nets.y(running)
    if len(x) > 1:
        sheet.trace(x, y, style.INK, width=3.0)
    sheet.disc(float(x[-1]), float(y[-1]), 6, style.INK)


def _arrow(net: float) -> str:
    return "▲" if net > 0 else "▼" if net < 0 else "="


def _signed(net: float) -> str:
    return f"{'+' if net > 0 else ''}{axis.amount(net, LineUnit.USD)}"


def _words(spec: FlowSpec, bars: tuple[FlowBar, ...], bought: float, sold: float) -> list[str]:
    start = datetime.fromtimestamp(bars[0].time, UTC)
    end = datetime.fromtimestamp(bars[-1].time + spec.seconds, UTC)
    count = "1 bar" if len(bars) == 1 else f"{len(bars)} bars"
    heaviest = max(bars, key=lambda bar: bar.bought_usd + bar.sold_usd)
    at = datetime.fromtimestamp(heaviest.time, UTC)
    usd = LineUnit.USD
    return [
        f"Bought {axis.amount(bought, usd)}, sold {axis.amount(sold, usd)}, net {_signed(bought - sold)} "
        f"in {count} from {start:%d %b %Y %H:%M} to {end:%d %b %Y %H:%M} UTC.",
        f"Busiest at {at:%d %b %H:%M}: bought {axis.amount(heaviest.bought_usd, usd)}, "
        f"sold {axis.amount(heaviest.sold_usd, usd)}.",
    ]
