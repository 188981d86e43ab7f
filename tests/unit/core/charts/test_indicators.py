"""Indicators against plain Python, straight from their definitions, on prices as markets make them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import talib
from hypothesis import example, given
from hypothesis import strategies as st

from core.charts.indicators import (
    DAY_S,
    Column,
    bollinger,
    ema,
    rolling_vwap,
    rsi,
    session_vwap,
    typical,
)
from tests.unit.core.charts.series import START, walk

EXACT = 1e-9


def column(values: Sequence[float]) -> Column:
    return np.array(values, dtype=np.float64)


def closes(count: int = 300, price: float = 1.0, seed: int = 7) -> list[float]:
    return [bar.close for bar in walk(count, price, seed=seed)]


SERIES = {
    "walk": closes(),
    "another walk": closes(seed=8),
    "tiny": closes(price=1e-12),
    "huge": closes(price=3e13),
    "flat": [0.25] * 120,
    "zero": [0.0] * 120,
    "still, then moving": [0.25] * 60 + closes(60, 0.25),
    "moving, then still": closes(60) + [0.7] * 60,
    "rising": [1.0 + 0.01 * index for index in range(120)],
    "falling": [2.0 - 0.01 * index for index in range(120)],
    "fallen to a billionth": closes(150) + closes(150, 1e-9),
    "risen from a billionth": closes(150, 1e-9) + closes(150),
    "nearly still": [1.0 + 1e-9 * (index % 3) for index in range(120)],
    "short": closes(14),
    "one": [1.0],
    "none": [],
}


def plain_ema(values: Sequence[float], period: int) -> list[float]:
    """Average with weight 2 / (period + 1), begun with the mean of the first `period` values."""
    out = [math.nan] * len(values)
    if len(values) < period:
        return out
    mean = math.fsum(values[:period]) / period
    out[period - 1] = mean
    for index in range(period, len(values)):
        mean += 2 / (period + 1) * (values[index] - mean)
        out[index] = mean
    return out


def plain_rsi(values: Sequence[float], period: int) -> list[float]:
    """100 × average gain / (average gain + average loss), Wilder's averages, begun with plain means."""
    out = [math.nan] * len(values)
    changes = [after - before for before, after in pairwise(values)]
    if len(changes) < period:
        return out
    gain = math.fsum(max(change, 0.0) for change in changes[:period]) / period
    loss = math.fsum(max(-change, 0.0) for change in changes[:period]) / period
    for index in range(period, len(values)):
        if index > period:
            change = changes[index - 1]
            gain = (gain * (period - 1) + max(change, 0.0)) / period
            loss = (loss * (period - 1) + max(-change, 0.0)) / period
        out[index] = 100 * gain / (gain + loss) if gain + loss > 0 else math.nan
    return out


def plain_bands(values: Sequence[float], period: int, width: float) -> list[tuple[float, float, float]]:
    out = [(math.nan, math.nan, math.nan)] * min(period - 1, len(values))
    for end in range(period, len(values) + 1):
        window = [Fraction(value) for value in values[end - period : end]]
        mean = sum(window) / period
        deviation = math.sqrt(sum((value - mean) ** 2 for value in window) / period)
        out.append((max(0.0, float(mean) - width * deviation), float(mean), float(mean) + width * deviation))
    return out


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("period", [9, 21, 50])
def test_the_exponential_average_is_as_defined(name: str, period: int) -> None:
    found = ema(column(SERIES[name]), period)
    assert found == pytest.approx(plain_ema(SERIES[name], period), rel=EXACT, abs=0, nan_ok=True)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("period", [2, 14])
def test_relative_strength_is_as_wilder_defined_it(name: str, period: int) -> None:
    found = rsi(column(SERIES[name]), period)
    assert found == pytest.approx(plain_rsi(SERIES[name], period), rel=EXACT, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", SERIES)
def test_the_bands_are_two_deviations_around_the_mean(name: str) -> None:
    found = bollinger(column(SERIES[name]))
    expected = np.array(plain_bands(SERIES[name], 20, 2)).reshape(-1, 3).T
    room = 1e-9 * max(map(abs, SERIES[name]), default=0) * 1e-3 if "still" in name else 0.0
    for line, wanted in zip((found.lower, found.middle, found.upper), expected, strict=True):
        assert line == pytest.approx(wanted, rel=EXACT, abs=room, nan_ok=True)


def test_the_bands_agree_with_talib_where_prices_are_ordinary() -> None:
    upper, middle, lower = talib.BBANDS(column(closes()), 20, 2.0, 2.0)
    found = bollinger(column(closes()))
    for line, wanted in ((found.lower, lower), (found.middle, middle), (found.upper, upper)):
        assert line == pytest.approx(wanted, rel=1e-9, nan_ok=True)


def test_a_price_that_stood_still_has_no_strength() -> None:
    assert np.isnan(rsi(column([0.25] * 40))).all()
    assert rsi(column([1.0] * 20 + [0.9]))[-1] == 0
    assert rsi(column([1.0] * 20 + [1.1]))[-1] == pytest.approx(100)


@pytest.mark.parametrize("indicator", [lambda c: ema(c, 9), rsi, lambda c: bollinger(c).upper])
def test_a_bar_without_a_value_is_passed_over(indicator: Callable[[Column], Column]) -> None:
    whole = column(closes(80))
    holed = np.insert(whole, [0, 30, 30, 50], [math.nan, math.inf, -math.inf, math.nan])
    found = indicator(holed)
    assert np.isnan(found[~np.isfinite(holed)]).all()
    assert found[np.isfinite(holed)] == pytest.approx(indicator(whole), nan_ok=True)


def plain_vwap(bars: Sequence[tuple[float, float]]) -> float:
    """All dollars over all tokens; NaN where nothing was traded."""
    traded = [(price, usd) for price, usd in bars if price > 0 and usd > 0]
    tokens = math.fsum(usd / price for price, usd in traded)
    return math.fsum(usd for _, usd in traded) / tokens if tokens else math.nan


def columns(count: int, price: float = 0.0123, start: int = START) -> tuple[Column, Column, Column]:
    bars = walk(count, price, start=start)
    time, _, high, low, close, volume = column(bars).T  # type: ignore[arg-type]
    return time, typical(high, low, close), volume


def test_a_days_average_by_volume_begins_anew_at_midnight() -> None:
    time, prices, usd = columns(700)
    found = session_vwap(time, prices, usd)
    expected = [
        plain_vwap([
            (prices[other], usd[other])
            for other in range(index + 1)
            if time[other] // DAY_S == time[index] // DAY_S
        ])
        for index in range(0, 700, 13)
    ]  # fmt: skip
    assert found[::13] == pytest.approx(expected, rel=EXACT)
    midnight = int(np.flatnonzero(time % DAY_S == 0)[0])
    assert found[midnight] == pytest.approx(prices[midnight])


def test_the_average_counts_dollars_over_tokens_not_prices_by_dollars() -> None:
    # A hundred dollars at 1 buy a hundred tokens, a hundred at 4 buy 25: 200 / 125.
    time, prices, usd = column([60, 120]), column([1, 4]), column([100, 100])
    assert session_vwap(time, prices, usd)[-1] == pytest.approx(1.6)
    assert rolling_vwap(prices, usd, 2)[-1] == pytest.approx(1.6)


def test_a_fall_leaves_no_trace_in_the_next_day_or_window() -> None:
    time, prices, usd = columns(600)
    fallen = np.where(time >= time[0] // DAY_S * DAY_S + DAY_S, prices * 1e-12, prices)
    days = time // DAY_S == time[-1] // DAY_S
    expected = plain_vwap(list(zip(fallen[days], usd[days], strict=True)))
    assert session_vwap(time, fallen, usd)[-1] == pytest.approx(expected, rel=EXACT)
    expected = plain_vwap(list(zip(fallen[-20:], usd[-20:], strict=True)))
    assert rolling_vwap(fallen, usd, 20)[-1] == pytest.approx(expected, rel=EXACT)


def test_a_rolling_average_waits_for_its_window() -> None:
    _, prices, usd = columns(60)
    found = rolling_vwap(prices, usd, 20)
    assert np.isnan(found[:19]).all()
    for index in range(19, 60):
        window = list(zip(prices[index - 19 : index + 1], usd[index - 19 : index + 1], strict=True))
        assert found[index] == pytest.approx(plain_vwap(window), rel=EXACT)
    assert np.isnan(rolling_vwap(prices[:19], usd[:19], 20)).all()


def test_without_volume_there_is_no_average() -> None:
    time, prices, usd = columns(30)
    assert np.isnan(session_vwap(time, prices, usd * 0)).all()
    usd[:5] = 0
    found = session_vwap(time, prices, usd)
    assert np.isnan(found[:5]).all()
    assert np.isfinite(found[5:]).all()


prices = st.one_of(
    st.floats(1e-30, 1e15),
    st.sampled_from([0.0, 1e-12, 1.0, 1e15, math.nan, math.inf, -math.inf]),
)
volumes = st.one_of(st.floats(0, 1e15), st.sampled_from([0.0, math.nan, math.inf]))


@given(st.lists(prices, max_size=90))
def test_bands_are_in_order_and_strength_is_in_its_range_whatever_comes(values: list[float]) -> None:
    given_ = column(values)
    bands, strength = bollinger(given_), rsi(given_)
    known = np.isfinite(bands.middle)
    assert (bands.lower[known] <= bands.middle[known]).all()
    assert (bands.middle[known] <= bands.upper[known]).all()
    assert ((strength >= 0) & (strength <= 100) | np.isnan(strength)).all()
    averages = ema(given_, 9)
    finite = given_[np.isfinite(given_)]
    inside = averages[np.isfinite(averages)]
    if len(inside):
        assert finite.min() * (1 - 1e-9) <= inside.min() and inside.max() <= finite.max() * (1 + 1e-9)


@given(st.lists(st.tuples(prices, volumes), max_size=60), st.integers(60, DAY_S))
@example([(14598874929.0, 2.2250738585072014e-308)], 60)
@example([(12239651180.0, 2.2250738585072014e-308)], 60)
def test_an_average_by_volume_is_between_the_prices_whatever_comes(
    bars: list[tuple[float, float]], step: int
) -> None:
    time = column([START + step * index for index in range(len(bars))])
    typicals, usd = column([price for price, _ in bars]), column([volume for _, volume in bars])
    for found in (session_vwap(time, typicals, usd), rolling_vwap(typicals, usd, 7)):
        known = found[np.isfinite(found)]
        if len(known):
            traded = typicals[np.isfinite(typicals) & (typicals > 0)]
            assert traded.min() * (1 - 1e-6) <= known.min()
            assert known.max() <= traded.max() * (1 + 1e-6)
