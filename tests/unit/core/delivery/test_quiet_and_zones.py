"""Time zones, quiet hours and the times of digests, on the days on which clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.delivery.quiet import Quiet, quiet_hours
from core.delivery.schedule import Rhythm, Schedule, schedule
from core.delivery.zones import instant, like, zone, zone_name

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "UTC+05:45",
    "UTC-03:30",
)
BERLIN = zone("Europe/Berlin")

moments = st.integers(0, 15 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
# Every minute around the nights on which the clocks of Berlin change.
changes = st.sampled_from([datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]).flatmap(
    lambda night: st.integers(-24 * 60, 24 * 60).map(lambda minutes: night + timedelta(minutes=minutes))
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("europe/berlin", "Europe/Berlin"), ("UTC", "UTC"), ("z", "UTC"), ("gmt", "UTC"), ("+2", "UTC+02:00"),
        ("UTC+5:45", "UTC+05:45"), ("gmt-0330", "UTC-03:30"), ("+14", "UTC+14:00"), ("+0", "UTC"),
        ("CET", "CET"), ("+15", None), ("Berlin", None), ("../../etc/passwd", None), ("/etc/localtime", None),
        ("Europe/Berlin\0", None), ("", None), ("x" * 10_000, None), ("+२", None), ("+1:60", None),
    ],
)  # fmt: skip
def test_zones_go_by_their_names_or_offsets(word: str, name: str | None) -> None:
    assert zone_name(word) == name


@pytest.mark.parametrize("name", ZONES)
def test_a_kept_zone_is_read_back(name: str) -> None:
    assert zone_name(name) == name
    assert datetime(2026, 7, 1, tzinfo=zone(name)).utcoffset() is not None


def test_a_zone_that_is_known_no_longer_counts_as_utc() -> None:
    assert zone("Europe/Atlantis") is UTC


def test_zones_are_suggested_by_a_part_of_their_name() -> None:
    assert like("berl", 5) == ("Europe/Berlin",)
    assert "America/New_York" in like("new york", 5)
    assert like("", 5) == like("no such place", 5) == ()


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("23:00-07:00", "23:00-07:00"), ("23-7", "23:00-07:00"), ("22.30–6", "22:30-06:00"), ("0-24", None),
        ("0-12", "00:00-12:00"), ("24-6", "00:00-06:00"), ("7-7", None), ("25-7", None), ("23:60-7", None),
        ("23", None), ("-", None), ("", None), ("9-5-3", None), ("٢٣-٧", None), ("1" * 5_000, None),
    ],
)  # fmt: skip
def test_quiet_hours_are_read_or_refused(words: str, hours: str | None) -> None:
    found = quiet_hours(words)
    assert (found and str(found)) == hours


def test_a_night_passes_midnight() -> None:
    night = Quiet(time(23), time(7))
    assert night.until(datetime(2026, 1, 10, 21, 59, tzinfo=UTC), BERLIN) is None  # 22:59 there
    ends = datetime(2026, 1, 11, 6, 0, tzinfo=UTC)
    assert night.until(datetime(2026, 1, 10, 22, 0, tzinfo=UTC), BERLIN) == ends
    assert night.until(datetime(2026, 1, 11, 5, 59, tzinfo=UTC), BERLIN) == ends
    assert night.until(ends, BERLIN) is None


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    night = Quiet(time(23), time(7))
    before = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)  # 23:00 of winter
    assert night.until(before, BERLIN) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)  # 07:00 of summer


def test_the_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    night = Quiet(time(23), time(7))
    before = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23:00 of summer
    assert night.until(before, BERLIN) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)  # 07:00 of winter


def test_an_end_that_comes_twice_is_the_later_one() -> None:
    night = Quiet(time(23), time(2, 30))
    assert night.until(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), BERLIN) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


def test_a_time_that_a_clock_skips_counts_by_the_clock_before() -> None:
    assert instant(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(moments | changes, times, times, st.sampled_from(ZONES))
def test_when_quiet_ends_it_is_quiet_no_more_and_was_until_then(
    now: datetime, start: time, end: time, name: str
) -> None:
    if start == end:
        return
    quiet, where = Quiet(start, end), zone(name)
    until = quiet.until(now, where)
    if until is None:
        return
    assert now < until <= now + timedelta(hours=50)
    assert quiet.until(until, where) is None
    for part in range(1, 8):
        between = now + (until - now) * part / 8
        assert quiet.until(between, where) == until


@given(moments, times, times)
def test_without_a_change_of_clocks_it_is_quiet_as_the_clock_says(
    now: datetime, start: time, end: time
) -> None:
    if start == end:
        return
    shown = now.time()
    inside = start <= shown < end if start < end else shown >= start or shown < end
    assert (Quiet(start, end).until(now, UTC) is not None) == inside


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("now", "now"), ("hourly", "hourly"), ("daily", "daily 08:00"), ("daily 18:30", "daily 18:30"),
        ("Daily 7", "daily 07:00"), ("hourly 8", None), ("daily 25", None), ("weekly", None), ("", None),
        ("daily 8 9", None),
    ],
)  # fmt: skip
def test_a_rhythm_is_read_and_kept(words: str, kept: str | None) -> None:
    found = schedule(words)
    assert (found and str(found)) == kept
    if kept is not None:
        assert schedule(kept) == found


@given(moments | changes, times, st.sampled_from(ZONES), st.sampled_from(list(Rhythm)))
def test_a_digest_is_due_soon_after_and_at_the_time_that_was_chosen(
    now: datetime, at: time, name: str, rhythm: Rhythm
) -> None:
    where = zone(name)
    due = Schedule(rhythm, at).after(now, where)
    if rhythm is Rhythm.DAILY:
        assert now < due <= now + timedelta(hours=26)
        there = due.astimezone(where)
        skipped = timedelta(hours=there.hour - at.hour, minutes=there.minute - at.minute)
        assert skipped in {timedelta(), timedelta(hours=1), timedelta(minutes=30)}
    else:
        assert now < due <= now + timedelta(hours=1)
        assert due.astimezone(where).replace(minute=0, second=0, microsecond=0) == due.astimezone(where)


@given(changes | moments, times, st.sampled_from(ZONES))
def test_each_day_has_one_digest_whatever_the_clocks_do(now: datetime, at: time, name: str) -> None:
    daily, where = Schedule(Rhythm.DAILY, at), zone(name)
    first = daily.after(now, where)
    second = daily.after(first, where)
    assert second.astimezone(where).date() - first.astimezone(where).date() == timedelta(days=1)
    assert daily.after(second - timedelta(seconds=1), where) == second
