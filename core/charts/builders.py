"""Pictures made of figures: tokens compared, correlated, and what was known of one over time. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from math import fsum, isfinite, log, sqrt
from typing import TypeAlias

from core.charts.pictures import Frame, HeatmapSpec, Line, LinesSpec, LineUnit
from core.charts.spec import Scale, drawable
from data.models.market import Candle, CandleSeries, Resolved

RETURNS_NEEDED = 20  # fewer would make a figure out of chance
_FLAT = 1e-24  # what is left of a variance when only the last digits of floats differ

Labelled: TypeAlias = Sequence[tuple[str, CandleSeries]]
Known: TypeAlias = Sequence[tuple[datetime, Resolved[Decimal]]]
Counted: TypeAlias = Sequence[tuple[datetime, Resolved[int]]]


def comparison(frame: Frame, series: Labelled) -> LinesSpec:
    """Draw how far each token has moved since all of them have prices, as a ratio of its price then.

    A token without a price above zero at that time keeps its name, and has no points.
    """
    bars = [(label, _positive(each)) for label, each in series]
    start = max((candles[0].time for _, candles in bars if candles), default=0)
    lines = tuple(Line(label=label, points=_moves(candles, start)) for label, candles in bars)
    return LinesSpec(frame=frame, lines=lines, unit=LineUnit.PERCENT)


def correlation(frame: Frame, series: Labelled) -> HeatmapSpec:
    """Correlate tokens two by two: Pearson's coefficient of the log returns between bars that both have.

    None where there are fewer than `RETURNS_NEEDED` such returns, or one of the two did not move.
    """
    closes = [{bar.time: bar.close for bar in _positive(each)} for _, each in series]
    values = tuple(tuple(_pearson(*_returns(one, other)) for other in closes) for one in closes)
    return HeatmapSpec(frame=frame, labels=tuple(label for label, _ in series), values=values)


def liquidity(frame: Frame, known: Known) -> LinesSpec:
    """Draw the liquidity that was known of a token; logarithmic where it spans much."""
    points = tuple((int(at.timestamp()), float(each.value)) for at, each in known)
    return LinesSpec(
        frame=frame, lines=(Line(label="Liquidity", points=points),), unit=LineUnit.USD, scale=_scale(points)
    )


def holders_over_time(frame: Frame, counted: Counted) -> LinesSpec:
    """Draw how many held a token."""
    points = tuple((int(at.timestamp()), float(each.value)) for at, each in counted)
    return LinesSpec(frame=frame, lines=(Line(label="Holders", points=points),), unit=LineUnit.COUNT)


def _positive(series: CandleSeries) -> tuple[Candle, ...]:
    return tuple(bar for bar in drawable(series.candles) if bar.close > 0)


def _moves(candles: tuple[Candle, ...], start: int) -> tuple[tuple[int, float], ...]:
    """Measure against the bar of the start, or where that is silent against the last one before it."""
    first = bisect_right(candles, start, key=lambda bar: bar.time) - 1
    if first < 0:
        return ()
    base = candles[first].close
    moves = ((max(bar.time, start), bar.close / base - 1) for bar in candles[first:])
    return tuple((time, move) for time, move in moves if isfinite(move))


def _returns(one: dict[int, float], other: dict[int, float]) -> tuple[list[float], list[float]]:
    times = sorted(one.keys() & other.keys())
    return (
        [log(one[after]) - log(one[before]) for before, after in pairwise(times)],
        [log(other[after]) - log(other[before]) for before, after in pairwise(times)],
    )


def _pearson(xs: list[float], ys: list[float]) -> float | None:
    if len(xs) < RETURNS_NEEDED:
        return None
    mean_x, mean_y = fsum(xs) / len(xs), fsum(ys) / len(ys)
    spread_x = fsum((x - mean_x) ** 2 for x in xs)
    spread_y = fsum((y - mean_y) ** 2 for y in ys)
    if spread_x <= _FLAT or spread_y <= _FLAT:
        return None
    joint = fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return min(1.0, max(-1.0, joint / sqrt(spread_x * spread_y)))


def _scale(points: Sequence[tuple[int, float]]) -> Scale:
    values = [value for _, value in points]
    wide = bool(values) and min(values) > 0 and max(values) / min(values) >= 50
    return Scale.LOG if wide else Scale.LINEAR
