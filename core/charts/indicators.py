"""Moving figures of a series: averages, strength, bands, volume-weighted prices; arrays in, arrays out.

Every array has a value a bar, NaN where there is none yet. Indicators count bars, not time: a silence
between two bars counts for nothing, and so does a bar whose value is not finite. Only the drawing process
imports this.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


@contextmanager
def _unseen(module: str) -> Iterator[None]:
    """Hide a module that is not loaded yet from those who would take it along."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # as the import system has it
    try:
        yield
    finally:
        del sys.modules[module]


with _unseen("pandas"):  # it would double the time that the process takes to start, and gets nothing to do
    import talib

Column: TypeAlias = NDArray[np.float64]

DAY_S = 86_400
_LEAST = float(np.finfo(np.float64).tiny)  # below it a float has fewer digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Bollinger's bands: the average, and so many deviations above and below."""

    lower: Column
    middle: Column
    upper: Column


def ema(close: Column, period: int) -> Column:
    """Average the closes exponentially with weight 2 / (period + 1).

    The first value is the plain average of the first `period` closes, as TA-Lib seeds it.
    Source: https://ta-lib.org/functions/ema/
    """
    return _of_finite(close, lambda known: talib.EMA(known, period))


def rsi(close: Column, period: int = 14) -> Column:
    """Tell Wilder's relative strength, 0 to 100; NaN where the price has not moved at all.

    Gains and losses start as plain averages of the first `period` changes, with no unstable period cut off.
    TA-Lib says 0 of a price that stood still, which reads as a fall: it is unknown.
    Source: https://ta-lib.org/functions/rsi/
    """

    def of(known: Column) -> Column:
        moved = np.maximum.accumulate(np.abs(np.diff(known, prepend=known[:1])))
        return np.where(moved > 0, np.clip(talib.RSI(known, period), 0.0, 100.0), np.nan)

    return _of_finite(close, of)


def bollinger(close: Column, period: int = 20, deviations: float = 2.0) -> Bands:
    """Put bands so many standard deviations (of the whole window, not of a sample) around the average.

    Each window is summed afresh. TA-Lib's running sum carries on the rounding of prices that have left the
    window: after a fall to a billionth its bands are off by 3e-7. No price is below zero, nor is a band.
    """

    def of(known: Column) -> Column:
        rows = np.full((2, len(known)), np.nan)
        if len(known) >= period:
            windows = sliding_window_view(known, period)
            rows[:, period - 1 :] = windows.mean(axis=1), windows.std(axis=1)
        return rows

    middle, deviation = _of_finite(close, of)
    return Bands(
        lower=np.maximum(middle - deviations * deviation, 0.0),
        middle=middle,
        upper=middle + deviations * deviation,
    )


def typical(high: Column, low: Column, close: Column) -> Column:
    """Tell a bar's typical price: the mean of its high, low and close."""
    return np.asarray((high + low + close) / 3)


def session_vwap(times: Column, prices: Column, usd: Column) -> Column:
    """Average prices by volume since midnight UTC, or since the first bar where that came later.

    `usd` is what was traded in USD: the average is all dollars over all tokens they bought. NaN before the
    first trade of a day.
    """
    dollars, tokens = _traded(prices, usd)
    days = np.floor_divide(times, DAY_S)
    first = np.searchsorted(days, days)  # the first bar of each bar's own day
    return _ratio(_since(dollars, first), _since(tokens, first))


def rolling_vwap(prices: Column, usd: Column, bars: int) -> Column:
    """Average prices by volume over the last so many bars; NaN before there are as many."""
    dollars, tokens = _traded(prices, usd)
    result = np.full(len(prices), np.nan)
    if len(prices) >= bars:
        sums = (sliding_window_view(column, bars).sum(axis=1) for column in (dollars, tokens))
        result[bars - 1 :] = _ratio(*sums)
    return result


def _traded(prices: Column, usd: Column) -> tuple[Column, Column]:
    """Tell the dollars and the tokens of each bar; a bar without a price or volume has none.

    Nor has one of so little that a float cannot hold it exactly: its price would come out wrong.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        tokens = usd / prices
    good = np.isfinite(tokens) & np.isfinite(prices) & (prices > 0) & (np.minimum(usd, tokens) >= _LEAST)
    return np.where(good, usd, 0.0), np.where(good, tokens, 0.0)


def _since(values: Column, first: NDArray[np.intp]) -> Column:
    """Sum values from each one's first on, each run afresh: a difference of running sums would keep noise."""
    result = np.empty(len(values))
    for start in np.unique(first):
        run = first == start
        result[run] = np.cumsum(values[run])
    return result


def _ratio(above: Column, below: Column) -> Column:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _of_finite(values: Column, indicator: Callable[[Column], Column]) -> Column:
    """Run an indicator over the finite values alone and put the results where those stood."""
    finite = np.isfinite(values)
    found = indicator(np.ascontiguousarray(values[finite], dtype=np.float64))
    result = np.full((*found.shape[:-1], len(values)), np.nan)
    result[..., finite] = found
    return result
