"""What is usual: how a figure is spread over a token's own day or over its peers, and how far out one is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.signals.series import DAY_BARS, Bars, Column
from core.signals.window import Measure, Spread, Window

LEAST_PEERS = 30  # of fewer, the top tenth is two tokens
HOUR_S, DAY_S = 3_600, 86_400
_VOLUME_BARS = 5
# What makes a deviation comparable with a normal one's standard deviation: of the median, of the mean.
# Source: B. Iglewicz, D. Hoaglin, How to Detect and Handle Outliers (1993), section 3.3
_OF_MAD, _OF_MEAN_AD = 1.4826, 1.253314
_COUNTS = frozenset({Measure.MENTIONS_1H})


def spread_of(values: Column) -> Spread | None:
    """Tell how values are spread; None of none."""
    if not len(values):
        return None
    median = _median(values)
    deviations = np.abs(values - median)
    return Spread(n=len(values), median=median, mad=_median(deviations), mean_ad=float(deviations.mean()))


def spread_of_peers(values: Column) -> Spread | None:
    """Tell how the values of peers are spread, with what a tenth of them reach; None of none."""
    spread = spread_of(values)
    return None if spread is None else replace(spread, p90=float(np.quantile(values, 0.9)))


def z_score(value: float, spread: Spread, *, least: float = 0.0) -> float | None:
    """Tell how far out a value lies: (value - median) / (1.4826 MAD).

    Where more than half of the values are equal MAD is zero and says nothing: the mean deviation stands in.
    `least` is the least that it is taken to vary by (a count: by one). None where nothing varies.
    """
    scale = max(_OF_MAD * spread.mad or _OF_MEAN_AD * spread.mean_ad, least)
    z = (value - spread.median) / scale if scale > 0 else math.inf
    return z if math.isfinite(z) else None


def usual(window: Window, measure: Measure) -> Spread | None:
    """Tell what is usual: the token's own last 24 h, else that of peers of like age and liquidity.

    A day on which nothing happened does not tell what is usual either.
    """
    own = _own(window, measure)
    if own is not None and (own.mean_ad > 0 or measure in _COUNTS):
        return own
    return peers_of(window, measure)


def peers_of(window: Window, measure: Measure) -> Spread | None:
    """Tell what is usual among peers; None where too few are known."""
    found = (window.peers or {}).get(measure)
    return found if found is not None and found.n >= LEAST_PEERS else None


def volume_5m(bars: Bars) -> float | None:
    """Sum the volume of the last five bars, in USD; None of fewer."""
    return float(bars.volume_usd[-_VOLUME_BARS:].sum()) if len(bars) >= _VOLUME_BARS else None


def mentioning_1h(window: Window) -> float | None:
    """Count who mentioned it in the last hour; None where nobody listened for so long."""
    mentions, now = window.mentions, window.now_s
    if mentions is None or mentions.since_s > now - HOUR_S:
        return None
    return float(len(np.unique(mentions.author[mentions.time > now - HOUR_S])))


def _median(values: Column) -> float:
    """Tell the median: of so few values a plain sort is several times as fast as `np.median`."""
    ordered, middle = np.sort(values), len(values) // 2
    if len(values) % 2:
        return float(ordered[middle])
    return float(ordered[middle - 1] + ordered[middle]) / 2


def _own(window: Window, measure: Measure) -> Spread | None:
    if measure is Measure.VOLUME_5M:
        bars = window.bars
        return None if bars is None or len(bars) < DAY_BARS else spread_of(_earlier_volumes(bars))
    if measure is Measure.MENTIONS_1H:
        mentions = window.mentions
        if mentions is None or mentions.since_s > window.now_s - DAY_S:
            return None
        return spread_of(_earlier_mentions(window))
    return None


def _earlier_volumes(bars: Bars) -> Column:
    """Sum the volume of each five bars before the last five, counted back from there."""
    earlier = bars.volume_usd[: len(bars) - _VOLUME_BARS]
    whole = len(earlier) // _VOLUME_BARS
    return np.asarray(earlier[len(earlier) - whole * _VOLUME_BARS :].reshape(whole, _VOLUME_BARS).sum(axis=1))


def _earlier_mentions(window: Window) -> Column:
    """Count who mentioned it in each of the 23 hours before the last."""
    assert window.mentions is not None
    ago = np.floor((window.now_s - window.mentions.time) / HOUR_S).astype(np.intp)
    kept = ago < DAY_S // HOUR_S
    pairs = np.unique(np.stack([ago[kept], window.mentions.author[kept]]), axis=1)
    return np.bincount(pairs[0], minlength=DAY_S // HOUR_S)[1:].astype(np.float64)
