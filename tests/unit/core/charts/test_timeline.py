from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.charts.timeline import Silence, lay_out, time_ticks
from tests.unit.core.charts.series import START

HOUR, DAY = 3600, 86_400


def test_bars_without_a_break_stand_side_by_side() -> None:
    line = lay_out([START + index * 60 for index in range(4)], 60)
    assert line.slots == (0, 1, 2, 3)
    assert line.width == 4
    assert line.silences == ()


def test_missing_bars_leave_their_room() -> None:
    line = lay_out([START + index * 60 for index in (0, 1, 2, 3, 6, 7, 8, 9)], 60)
    assert line.slots == (0, 1, 2, 3, 6, 7, 8, 9)
    assert line.silences == (Silence(after=3, missing=2, shown=2),)
    assert not line.cuts


def test_a_week_of_silence_takes_a_third_of_the_width_and_is_marked() -> None:
    days = [*range(10), *range(2000, 2010)]
    line = lay_out([START + index * 300 for index in days], 300)
    assert line.cuts == (Silence(after=9, missing=1990, shown=10),)
    assert line.width == 30


def test_the_longest_silences_are_shortened_first() -> None:
    indices = [*range(20), *range(22, 42), *range(1000, 1020)]
    line = lay_out([START + index * 60 for index in indices], 60)
    assert [silence.cut for silence in line.silences] == [False, True]
    assert sum(silence.shown for silence in line.silences) == 30


def test_a_bar_that_starts_between_two_slots_stands_between_them() -> None:
    assert lay_out([START, START + 90], 60).slots == (0, 1.5)


@given(
    steps=st.lists(st.integers(1, 100_000), min_size=1, max_size=200),
    bar_s=st.sampled_from([60, 300, 3600, DAY]),
)
def test_slots_ascend_and_silences_never_squash_the_bars(steps: list[int], bar_s: int) -> None:
    times = [START]
    for step in steps:
        times.append(times[-1] + step * bar_s)
    line = lay_out(times, bar_s)
    assert all(right - left >= 1 for left, right in pairwise(line.slots))
    assert line.width <= 2 * len(times) + 1
    assert all(1 <= silence.shown <= silence.missing for silence in line.silences)


def test_minutes_are_marked_at_round_times_with_the_date_once() -> None:
    line = lay_out([START + 120 + index * 60 for index in range(60)], 60)
    assert [(tick.text, tick.day) for tick in time_ticks(line, 6)] == [
        ("14:10", "4 Mar"),
        ("14:20", ""),
        ("14:30", ""),
        ("14:40", ""),
        ("14:50", ""),
        ("15:00", ""),
    ]


def test_the_date_stands_where_the_day_changes() -> None:
    line = lay_out([START + index * 300 for index in range(160)], 300)
    days = [(tick.text, tick.day) for tick in time_ticks(line, 7) if tick.day]
    assert days == [("14:00", "4 Mar"), ("00:00", "5 Mar")]


def test_days_are_marked_with_the_year_and_weeks_begin_on_monday() -> None:
    line = lay_out([START + index * 4 * HOUR for index in range(260)], 4 * HOUR)
    assert [(tick.text, tick.day) for tick in time_ticks(line, 7)] == [
        ("10 Mar", "2025"),
        ("17 Mar", ""),
        ("24 Mar", ""),
        ("31 Mar", ""),
        ("7 Apr", ""),
        ("14 Apr", ""),
    ]


def test_years_are_marked_by_months() -> None:
    line = lay_out([START + index * DAY for index in range(700)], DAY)
    assert [(tick.text, tick.day) for tick in time_ticks(line, 7)] == [
        ("May", "2025"),
        ("Sep", ""),
        ("Jan", "2026"),
        ("May", ""),
        ("Sep", ""),
        ("Jan", "2027"),
    ]


def test_ticks_after_a_shortened_silence_tell_the_new_day() -> None:
    indices = [*range(40), *range(2592, 2622)]
    line = lay_out([START + index * 300 for index in indices], 300)
    assert [tick.day for tick in time_ticks(line, 7) if tick.day] == ["4 Mar", "13 Mar"]


def test_bars_between_two_round_times_are_marked_by_the_first() -> None:
    line = lay_out([START + minute * 60 for minute in (1, 2, 3)], 60)
    assert [tick.text for tick in time_ticks(line, 1)] == ["14:01"]


@given(
    steps=st.lists(st.integers(1, 5000), max_size=60),
    bar_s=st.sampled_from([60, 900, 3600, 4 * HOUR, DAY]),
    count=st.integers(1, 8),
)
def test_ticks_keep_their_distance_on_any_series(steps: list[int], bar_s: int, count: int) -> None:
    times = [START]
    for step in steps:
        times.append(times[-1] + step * bar_s)
    line = lay_out(times, bar_s)
    slots = [tick.slot for tick in time_ticks(line, count)]
    assert slots
    assert all(0 <= slot <= line.width for slot in slots)
    assert all(right - left >= line.width / (count + 1) for left, right in pairwise(slots))
