"""Candle series for the chart tests: seeded walks with and without holes."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from random import Random

from core.charts.spec import ChartSpec, Scale
from data.models.ids import Chain, TokenKey
from data.models.market import Candle, CandleSeries, Timeframe

START = 1_741_096_800  # 2025-03-04 14:00 UTC
TOKEN = TokenKey(Chain.SOLANA, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")


def walk(
    count: int,
    price: float = 0.00000123,
    *,
    timeframe: Timeframe = Timeframe.M5,
    drift: float = 0.0,
    seed: int = 7,
    start: int = START,
    without: Iterable[int] = (),
) -> tuple[Candle, ...]:
    """Walk `count` bars from `price`, with the bars `without` left out."""
    rng = Random(seed)
    left_out = frozenset(without)
    bars = []
    for index in range(count):
        close = price * exp(rng.gauss(drift, 0.03))
        high, low = (f(price, close) * exp(s * abs(rng.gauss(0, 0.01))) for f, s in ((max, 1), (min, -1)))
        if index not in left_out:
            time = start + index * timeframe.seconds
            bars.append(Candle(time, price, high, low, close, rng.lognormvariate(8, 1)))
        price = close
    return tuple(bars)


def flat(count: int, price: float, volume: float = 0.0) -> tuple[Candle, ...]:
    """Repeat one price."""
    return tuple(Candle(START + index * 300, price, price, price, price, volume) for index in range(count))


def spec_of(
    candles: tuple[Candle, ...],
    *,
    timeframe: Timeframe = Timeframe.M5,
    title: str = "BONK / SOL",
    subtitle: str = "Bonk · 5m",
    scale: Scale = Scale.LINEAR,
    practice: bool = False,
) -> ChartSpec:
    """Ask for a picture of these bars."""
    series = CandleSeries(token=TOKEN, pool="pool", timeframe=timeframe, candles=candles)
    footer = "GeckoTerminal · Raydium pool · 14:02 UTC"
    return ChartSpec(
        series=series, title=title, subtitle=subtitle, scale=scale, footer=footer, practice=practice
    )
