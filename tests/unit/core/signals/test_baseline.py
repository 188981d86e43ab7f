"""What is usual, and how far out a figure is."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.signals.baseline import (
    mentioning_1h,
    peers_of,
    spread_of,
    spread_of_peers,
    usual,
    volume_5m,
    z_score,
)
from core.signals.mentions import Mention
from core.signals.window import Measure, Spread
from tests.fakes.recording import ago, bars, calm
from tests.unit.core.signals.scenes import CALM


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=60))
def test_a_spread_is_what_the_textbook_says(values: list[float]) -> None:
    found = spread_of(np.array(values))
    assert found is not None and found.n == len(values)
    deviations = [abs(value - median(values)) for value in values]
    assert found.median == median(values)
    assert found.mad == median(deviations)
    assert found.mean_ad == pytest.approx(mean(deviations), rel=1e-9)


def test_a_score_is_robust_and_says_nothing_where_nothing_varies() -> None:
    spread = spread_of(np.array([1.0, 2, 3, 4, 1_000_000]))
    assert spread is not None
    assert z_score(3 + 1.4826, spread) == pytest.approx(1)
    silent_day = spread_of(np.array([0.0] * 90 + [10.0] * 10))
    assert silent_day is not None and silent_day.mad == 0
    assert z_score(1.253314, silent_day) == pytest.approx(1)  # the mean deviation is 1
    flat = spread_of(np.zeros(9))
    assert flat is not None
    assert z_score(5, flat) is None
    assert z_score(5, flat, least=1.0) == 5
    assert z_score(1e24, Spread(n=9, median=0, mad=5e-324, mean_ad=1)) is None
    assert spread_of(np.zeros(0)) is None


def test_peers_tell_what_a_tenth_of_them_reach() -> None:
    found = spread_of_peers(np.arange(101.0))
    assert found is not None and found.p90 == 90


def test_the_own_day_counts_where_it_is_whole_and_else_peers() -> None:
    own = usual(CALM.window(), Measure.VOLUME_5M)
    young = calm(minutes=1_439).window()
    assert own is not None and own.n == 287  # five bars each; the newest five are not held against themselves
    assert usual(young, Measure.VOLUME_5M) == (young.peers or {})[Measure.VOLUME_5M]
    assert usual(replace(calm(minutes=1_439), peers=None).window(), Measure.VOLUME_5M) is None
    assert usual(CALM.window(), Measure.RETURN_1H) == (CALM.peers or {})[Measure.RETURN_1H]


def test_the_newest_five_bars_do_not_change_what_is_usual() -> None:
    loud = bars(CALM, lambda back, row: row._replace(volume=1e9) if back < 5 else row)
    assert usual(loud.window(), Measure.VOLUME_5M) == usual(CALM.window(), Measure.VOLUME_5M)
    louder = bars(CALM, lambda back, row: row._replace(volume=1e9) if back == 5 else row)
    assert usual(louder.window(), Measure.VOLUME_5M) != usual(CALM.window(), Measure.VOLUME_5M)


def test_too_few_peers_tell_nothing() -> None:
    few = {measure: replace(spread, n=29) for measure, spread in (CALM.peers or {}).items()}
    assert peers_of(replace(CALM, peers=few).window(), Measure.VOLUME_5M) is None
    assert peers_of(CALM.window(), Measure.VOLUME_5M) is not None


def test_five_minutes_of_volume_need_five_bars() -> None:
    four = calm(minutes=4).window().bars
    five = calm(minutes=5).window().bars
    assert four is not None and five is not None
    assert volume_5m(four) is None
    assert volume_5m(five) == float(five.volume_usd.sum())


def test_voices_are_counted_once_an_hour_each() -> None:
    rows = tuple(
        Mention(ago(60 * hour + minute), f"a{minute % 3}", "A", f"{hour}.{minute}")
        for hour in range(26)
        for minute in range(0, 50, 5)
        if hour != 4
    )
    window = replace(CALM, mentions=rows).window()
    assert mentioning_1h(window) == 3
    found = usual(window, Measure.MENTIONS_1H)
    # Of 23 hours before the last one was silent; all others had three voices.
    assert found is not None and (found.n, found.median) == (23, 3)
    assert found.mean_ad == pytest.approx(3 / 23)
