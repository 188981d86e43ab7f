"""What a chart's studies find in its bars, and their newest values in words. Knows nothing of pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from core.charts import indicators, zones
from core.charts.indicators import DAY_S, Bands, Column
from core.charts.labels import price_label
from core.charts.spec import ChartSpec, Study
from core.charts.zones import Level, Profile
from data.models.market import Candle, Timeframe

EMA_PERIODS = (9, 21, 50)
RSI_PERIOD = 14
RSI_LOW, RSI_HIGH = 30.0, 70.0
BAND_PERIOD, BAND_DEVIATIONS = 20, 2
ROLLING_BARS = 20
_BINS = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Vwap:
    """An average by volume; it begins anew at the bars `starts`, `name` says what it is of."""

    values: Column
    starts: frozenset[int]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """The studies that were asked for, a value for each drawn bar; None where not asked for."""

    averages: tuple[tuple[int, Column], ...] = ()
    vwap: Vwap | None = None
    bands: Bands | None = None
    rsi: Column | None = None
    levels: tuple[Level, ...] | None = None

    @property
    def prices(self) -> Column:
        """All prices that a picture of them needs room for."""
        lines = [values for _, values in self.averages]
        lines += [self.vwap.values] if self.vwap is not None else []
        lines += [self.bands.lower, self.bands.upper] if self.bands is not None else []
        return np.concatenate(lines) if lines else np.empty(0)


def study(spec: ChartSpec, candles: Sequence[Candle]) -> Studied:
    """Work out what a spec asks for from all its drawable bars, and keep the part that is drawn."""
    time, _, high, low, close, volume = np.array(candles, dtype=np.float64).T
    drawn = time >= spec.since
    asked = frozenset(spec.studies)
    bands = indicators.bollinger(close, BAND_PERIOD, BAND_DEVIATIONS) if Study.BB in asked else None
    prices = indicators.typical(high, low, close)
    return Studied(
        averages=tuple((period, indicators.ema(close, period)[drawn]) for period in EMA_PERIODS)
        if Study.EMA in asked
        else (),
        vwap=_vwap(time, prices, volume, drawn, spec.series.timeframe) if Study.VWAP in asked else None,
        bands=bands and _part(bands, drawn),
        rsi=indicators.rsi(close, RSI_PERIOD)[drawn] if Study.RSI in asked else None,
        levels=zones.levels(high[drawn], low[drawn]) if Study.LEVELS in asked else None,
    )


def profile(bars: Sequence[Candle], edges: Callable[[int], Column]) -> Profile | None:
    """Spread the volume of the drawn bars over bins of a price axis."""
    _, _, high, low, _, volume = np.array(bars, dtype=np.float64).T
    return zones.volume_profile(low, high, volume, edges(_BINS))


def _part(bands: Bands, drawn: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Bands:
    return Bands(lower=bands.lower[drawn], middle=bands.middle[drawn], upper=bands.upper[drawn])


def _vwap(
    time: Column,
    prices: Column,
    usd: Column,
    drawn: np.ndarray[tuple[int], np.dtype[np.bool_]],
    timeframe: Timeframe,
) -> Vwap:
    """Anchor at midnight while a day has many bars; with few, go by a rolling window."""
    if timeframe.seconds > Timeframe.H1.seconds:
        values = indicators.rolling_vwap(prices, usd, ROLLING_BARS)[drawn]
        return Vwap(values=values, starts=frozenset(), name=f"VWAP of {ROLLING_BARS} bars")
    days = np.floor_divide(time, DAY_S)
    anchor = datetime.fromtimestamp(float(time[days == days[-1]][0]), UTC)
    starts = frozenset(map(int, np.flatnonzero(np.diff(days[drawn])) + 1))
    values = indicators.session_vwap(time, prices, usd)[drawn]
    return Vwap(values=values, starts=starts, name=f"VWAP since {anchor:%H:%M}")


def notes(found: Studied, volumes: Profile | None, close: float) -> tuple[str, ...]:
    """Tell the newest value of each study in words, against the last price."""
    said: list[str] = []
    if found.rsi is not None:
        said.append(_strength(float(found.rsi[-1])))
    if found.averages:
        said += _averages([(period, float(values[-1])) for period, values in found.averages], close)
    if found.vwap is not None:
        newest = float(found.vwap.values[-1])
        side = "no value yet" if np.isnan(newest) else f"{price_label(newest)}, price {_side(close, newest)}"
        said.append(f"{found.vwap.name}: {side}")
    if found.bands is not None:
        said.append(_bands(found.bands, close))
    if volumes is not None:
        low, high = volumes.value_area
        said.append(
            f"most volume near {price_label(volumes.control_price)}, "
            f"70 % of it {price_label(low)} to {price_label(high)}"
        )
    if found.levels is not None:
        said += _levels(found.levels, close)
    return tuple(said)


def _strength(value: float) -> str:
    if np.isnan(value):
        return f"RSI {RSI_PERIOD} has no value yet"
    mood = ", overbought" if value >= RSI_HIGH else ", oversold" if value <= RSI_LOW else ""
    return f"RSI {RSI_PERIOD} is {value:.0f}{mood}"


def _averages(newest: Sequence[tuple[int, float]], close: float) -> list[str]:
    """Group the averages by the side that the price is on."""
    sides: dict[str, list[int]] = {}
    for period, value in newest:
        sides.setdefault("unknown" if np.isnan(value) else _side(close, value), []).append(period)
    unknown = sides.pop("unknown", [])
    said = [f"price {side} EMA {_listed(periods)}" for side, periods in sides.items()]
    return [*said, *([f"EMA {_listed(unknown)} unknown: too few bars"] if unknown else [])]


def _listed(periods: Sequence[int]) -> str:
    *most, last = map(str, periods)
    return f"{', '.join(most)} and {last}" if most else last


def _side(close: float, value: float) -> str:
    return "above" if close > value else "below" if close < value else "at"


def _bands(bands: Bands, close: float) -> str:
    low, high = float(bands.lower[-1]), float(bands.upper[-1])
    if np.isnan(low):
        return "Bollinger bands have no value yet"
    place = "above" if close > high else "below" if close < low else "inside"
    return f"price {place} the Bollinger bands, {price_label(low)} to {price_label(high)}"


def _levels(found: tuple[Level, ...], close: float) -> list[str]:
    """Name the nearest level on either side of the price."""
    if not found:
        return ["no level was turned at twice"]
    below = [level for level in found if level.price <= close]
    above = [level for level in found if level.price > close]
    nearest = (("support", below[-1:]), ("resistance", above[:1]))
    return [
        f"{word} {price_label(level.price)}, touched {level.touches} times"
        for word, some in nearest
        for level in some
    ]
