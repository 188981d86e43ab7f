"""Extremes of a window against a walk over everything seen; what one source says alone."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.series import HELD_S, Extremes, Held, read, written
from core.alerts.strength import rsi
from core.charts import indicators

D = Decimal
series = st.lists(
    st.tuples(st.integers(10, 400), st.decimals("0.1", "10", places=2)), min_size=1, max_size=60
)


@given(series)
def test_a_window_knows_its_lowest_and_highest(steps: list[tuple[int, Decimal]]) -> None:
    """Values come at least a step apart: then nothing is left out."""
    window, at, known = Extremes(3600.0), 0.0, list[tuple[float, Decimal]]()
    for step, value in steps:
        at += step
        known.append((at, value))
        window.add(at, value, value)
        inside = [each for time, each in known if time >= at - 3600]
        assert window.rise(value) == D(value / min(inside)) - 1 or abs(
            (window.rise(value) or 0) - (value / min(inside) - 1)
        ) < D("1e-20")
        assert abs((window.fall(value) or 0) - (value / max(inside) - 1)) < D("1e-20")
        assert (window.fall(value) or 0) <= 0 <= (window.rise(value) or 0)


def test_a_window_stays_small_whatever_comes_in() -> None:
    window = Extremes(3600.0)
    for number in range(50_000):
        window.add(number * 0.1, D(number), D(number))
    assert len(window) <= 510


def test_what_is_uncertain_makes_no_extreme() -> None:
    window = Extremes(3600.0)
    window.add(0.0, D(1), D(1))
    window.add(60.0, D(1), D(5))  # one source has said five for a moment
    assert window.fall(D(1)) == 0


def test_two_windows_make_one() -> None:
    earlier, later = Extremes(3600.0), Extremes(3600.0)
    earlier.add(0.0, D(4), D(4))
    later.add(60.0, D(2), D(2))
    for point in later.points:
        earlier.add(*point)
    assert earlier.fall(D(2)) == D("-0.5")


def test_points_are_written_and_read_exactly() -> None:
    window = Extremes(3600.0)
    for at, value in ((0.1, "0.000000000000000012345"), (60.30000000000001, "7")):
        window.add(at, D(value), D(value))
    assert tuple(read(written(window.points))) == window.points
    assert read("") == []


def test_one_source_alone_counts_when_it_has_held_for_a_minute() -> None:
    held = Held()
    assert held.add(0.0, D(1)) is None
    assert held.add(HELD_S - 1, D(1)) is None
    assert held.add(HELD_S, D(2)) == (D(1), D(2))
    assert held.add(2 * HELD_S, D(2)) == (D(2), D(2))


def test_a_lie_of_a_minute_is_outlived() -> None:
    held = Held()
    for second in range(0, 120, 10):
        held.add(float(second), D(1))
    ranges = [held.add(120.0 + second, D(1000)) for second in range(0, 61, 10)]
    assert all(low == 1 for low, _ in filter(None, ranges))


@pytest.mark.parametrize("silence", [601.0, -5.0])
def test_what_was_said_before_a_silence_does_not_count(silence: float) -> None:
    held = Held()
    held.add(0.0, D(1))
    held.add(70.0, D(1))
    assert held.add(70.0 + silence, D(1)) is None


def test_the_same_answer_read_again_is_not_heard_twice() -> None:
    held = Held()
    assert [held.add(0.0, D(1)) for _ in range(5)] == [None] * 5


def test_strength_is_that_of_the_charts() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        closes = np.exp(np.cumsum(rng.normal(0, 0.02, 120)))
        expected = indicators.rsi(closes)[-1]
        assert rsi(closes.tolist()) == pytest.approx(expected, abs=1e-9)
    assert rsi([1.0] * 50) is None
    assert rsi([1.0] * 14) is None
