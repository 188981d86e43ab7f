"""What values make of an alert: arrivals, gaps, equal values, flapping, rest, sleep and end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.turn import asleep_until, bounds, turned
from data.models.alerts import Alert, Phase
from tests.fakes.alerting import alert_of, seen
from tests.fakes.clock import START


def after(alert: Alert, values: Iterable[str], *, every_s: float = 1.0) -> Alert:
    for number, value in enumerate(values, 1):
        alert = turned(alert, seen(value), START + timedelta(seconds=every_s * number))
    return alert


@pytest.mark.parametrize(
    ("sentence", "values", "fires"),
    [
        ("BONK > 1", ["0.9", "0.99", "1"], 1),  # met exactly is reached
        ("BONK > 1", ["0.9", "5"], 1),  # a gap
        ("BONK > 1", ["0.9", "0.999"], 0),
        ("BONK > 1", ["1", "2", "3"], 0),  # it was there already
        ("BONK > 1", ["2", "0.98", "1.5"], 1),  # it went back and came again
        ("BONK > 1", ["2", "0.995", "1.5"], 0),  # not beyond the band
        ("BONK > 1", ["0.9", "2", "0.9", "2"], 1),  # once is once
        ("BONK < 1", ["2", "1"], 1),
        ("BONK < 1", ["1", "0.5"], 0),
        ("BONK < 1", ["0.5", "1.02", "1"], 1),
        ("BONK cross 1", ["0.9", "1.1"], 1),
        ("BONK cross 1", ["1.1", "0.9"], 1),
        ("BONK cross 1", ["1", "1", "1.1", "1.2"], 0),  # on the line it has no side yet
        ("BONK cross 1", ["1", "1.1", "1"], 1),
        ("BONK -20% 1h", ["0", "-0.1", "-0.2"], 1),
        ("BONK -20% 1h", ["-0.3", "-0.25", "-0.21"], 0),
        ("BONK +50% 1h", ["0", "0.5"], 1),
        ("BONK security", ["1", "1", "1"], 0),
        ("BONK security", ["0", "2"], 1),
        ("BONK security", ["2", "0"], 1),
    ],
)
def test_an_alert_fires_when_its_figure_arrives(sentence: str, values: list[str], fires: int) -> None:
    assert after(alert_of(sentence), values).fires == fires


def test_one_that_fired_once_is_done_and_no_value_moves_it() -> None:
    done = after(alert_of("BONK > 1"), ["0.5", "1.5"])
    assert done.phase is Phase.DONE
    assert bounds(done) == ()
    assert after(done, ["0.5", "1.5"]) == done


def test_a_repeating_one_rests_until_it_is_cool_and_has_gone_back() -> None:
    fired = after(alert_of("BONK > 1 repeat cooldown 10m"), ["0.5", "1.5"])
    assert (fired.phase, fired.fires) == (Phase.RESTS, 1)
    assert asleep_until(fired, START) is not None
    assert after(fired, ["0.5", "1.5"]).fires == 1  # too soon
    later = after(fired, ["1.5", "0.5", "1.5"], every_s=601)
    assert later.fires == 2


def test_a_crossing_is_told_in_both_directions() -> None:
    alert = alert_of("BONK cross 1 repeat cooldown 1m")
    values = ["0.5", "1.5", "1.5", "0.5", "0.5", "1.5"]
    assert after(alert, values, every_s=61).fires == 3


@pytest.mark.parametrize("sentence", ["BONK > 1", "BONK < 1", "BONK cross 1"])
def test_a_thousand_swings_fire_no_more_often_than_the_cooldown_lets(sentence: str) -> None:
    """A price around a threshold, every two seconds: at most one alert each ten minutes."""
    alert = after(alert_of(f"{sentence} repeat cooldown 10m"), ["0.9", "1.1"] * 1000, every_s=2)
    spent_s = 2 * 2000
    assert 3 <= alert.fires <= spent_s // 600 + 1


def test_swings_within_the_band_fire_once_however_long_they_go_on() -> None:
    alert = alert_of("BONK > 1 repeat cooldown 1m band 2%")
    assert after(alert, ["0.9", *["1.001", "0.99"] * 1000], every_s=61).fires == 1


@given(
    st.lists(st.decimals("0.5", "1.5", places=2), max_size=60),
    st.sampled_from(["BONK > 1", "BONK < 1", "BONK cross 1"]),
    st.integers(1, 30),
)
def test_two_firings_are_never_closer_than_the_cooldown(
    values: list[Decimal], sentence: str, every_s: int
) -> None:
    alert, last = alert_of(f"{sentence} repeat cooldown 1m"), None
    for number, value in enumerate(values):
        now = START + timedelta(seconds=every_s * number)
        following = turned(alert, seen(value), now)
        if following.fires > alert.fires:
            assert last is None or now - last >= timedelta(minutes=1)
            last = now
        alert = following


@given(
    st.lists(st.decimals("0.5", "1.5", places=2), min_size=1, max_size=40),
    st.sampled_from(["BONK > 1", "BONK < 1", "BONK cross 1", "BONK -20% 1h", "BONK security"]),
)
def test_what_no_bound_reaches_changes_nothing(values: list[Decimal], sentence: str) -> None:
    """The bounds stand wherever a value makes a difference: this is what the ladders rest on."""
    alert = alert_of(f"{sentence} repeat cooldown 1m band 3%")
    now = START
    for value in values:
        now += timedelta(seconds=61)
        following = turned(alert, seen(value), now)
        reached = any(
            bound.at is None or (value >= bound.at if bound.side.name == "RISING" else value <= bound.at)
            for bound in bounds(alert)
        )
        assert reached or following == alert
        alert = following


def test_an_uncertain_value_fires_only_where_all_of_it_is_beyond() -> None:
    armed = after(alert_of("BONK > 1"), ["0.5"])
    assert turned(armed, seen("0.9", "1.2"), START).fires == 0
    assert turned(armed, seen("1.1", "1.2"), START).fires == 1


def test_a_snoozed_one_sleeps_and_tells_afterwards_if_it_is_still_so() -> None:
    armed = replace(after(alert_of("BONK > 1"), ["0.5"]), snoozed_until=START + timedelta(hours=1))
    assert turned(armed, seen("2"), START + timedelta(minutes=59)) == armed
    assert turned(armed, seen("2"), START + timedelta(minutes=60)).fires == 1


def test_one_whose_time_is_over_ends_unfired() -> None:
    armed = replace(after(alert_of("BONK > 1"), ["0.5"]), expires_at=START + timedelta(hours=1))
    over = turned(armed, seen("2"), START + timedelta(hours=1))
    assert (over.phase, over.fires) == (Phase.EXPIRED, 0)


def test_a_change_that_rests_is_armed_again_by_any_value() -> None:
    rests = after(alert_of("BONK security repeat cooldown 1m"), ["0", "2"])
    assert rests.phase is Phase.RESTS
    assert [bound.at for bound in bounds(rests)] == [None]
    assert turned(rests, seen("2"), START + timedelta(hours=1)).phase is Phase.WAITS_CHANGE


def test_a_repeating_change_is_told_against_what_was_told_last() -> None:
    alert = alert_of("BONK security repeat cooldown 1m")
    told = after(alert, ["0", "2", "2", "2", "1"], every_s=61)
    assert (told.fires, told.rule.threshold) == (2, Decimal(1))
