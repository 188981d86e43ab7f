"""What a chart shows, in words for those who do not see it."""

from __future__ import annotations

from datetime import UTC, datetime

from core.charts.labels import change_label, plain_price, volume_label
from core.charts.spec import ChartSpec, Look, Scale
from core.charts.timeline import Timeline
from data.models.market import Candle, Timeframe

_TIMEFRAMES = {
    Timeframe.M1: "1-minute",
    Timeframe.M5: "5-minute",
    Timeframe.M15: "15-minute",
    Timeframe.H1: "1-hour",
    Timeframe.H4: "4-hour",
    Timeframe.D1: "daily",
}


def describe(
    spec: ChartSpec, candles: tuple[Candle, ...], line: Timeline | None, notes: tuple[str, ...] = ()
) -> str:
    """Tell token, timeframe, span, prices, volume, silences and the newest values of studies.

    `line` is None where there are no bars.
    """
    shape = "candles" if spec.look is Look.CANDLES else "closes"
    subject = f"{spec.title or spec.series.token.address}, {_TIMEFRAMES[spec.series.timeframe]} {shape}"
    if spec.practice:
        subject = f"Practice market: {subject}"
    if line is None:
        return f"{subject}: no trades in this window, so there is nothing to draw."
    high, low = max(bar.high for bar in candles), min(bar.low for bar in candles)
    first, last = candles[0].open, candles[-1].close
    change = change_label(first, last)
    count = "1 bar" if len(candles) == 1 else f"{len(candles)} bars"
    sentences = [
        f"{subject} ({count}) {_span(line)}: {plain_price(first)} to {plain_price(last)} USD"
        f"{f' ({change})' if change else ''}, high {plain_price(high)}, low {plain_price(low)}, "
        f"volume {volume_label(sum(bar.volume for bar in candles))} USD"
        f"{', log scale' if spec.scale is Scale.LOG else ''}."
    ]
    if line.silences:
        sentences.append(_silences(line))
    sentences += [f"{note[0].upper()}{note[1:]}." for note in notes]
    return " ".join(sentences)


def _span(line: Timeline) -> str:
    start, end = (datetime.fromtimestamp(at, UTC) for at in (line.times[0], line.times[-1] + line.bar_s))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{_day(end)} {end:%H:%M}"
    return f"from {_day(start)} {start:%H:%M} to {until} UTC"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _silences(line: Timeline) -> str:
    missing = sum(silence.missing for silence in line.silences)
    bars = "1 bar" if missing == 1 else f"{missing} bars"
    if len(line.silences) == 1:
        return f"No trades for {bars} in one stretch{', drawn shorter than it was' if line.cuts else ''}."
    longest = max(silence.missing for silence in line.silences)
    cuts = f", {len(line.cuts)} of them drawn shorter than they were" if line.cuts else ""
    return f"No trades for {bars} in {len(line.silences)} stretches, the longest {longest}{cuts}."
