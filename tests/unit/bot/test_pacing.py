"""How fast what is pushed may go: no window of time is ever fuller than allowed, and people go first."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from bot.outlet import Allowance
from bot.pacing import Pace
from tests.fakes.clock import VirtualClock

TELEGRAM = Allowance(overall_per_s=28.0, chat_per_s=1.0, group_per_min=20.0)


def fullest(times: Sequence[float], span_s: float) -> int:
    """Count the most that any half-open window holds."""
    return max(bisect_left(times, at + span_s - 1e-6) - index for index, at in enumerate(times))


def go(pace: Pace, clock: VirtualClock, address: str, late_s: float = 0.0) -> float:
    """Send as a worker does: no sooner than may be, and a little late."""
    wait_s = max(pace.slot(), pace.at(address)) - clock.monotonic()
    clock.advance(max(0.0, wait_s) + late_s)
    pace.took(address)
    return clock.monotonic()


few = st.sampled_from(["1", "2", "-1", "-2"])
places = st.one_of(few, st.integers(1, 10_000).map(str))
late = st.sampled_from([0.0, 0.0, 0.001, 0.015, 0.4])


@given(st.one_of(*(st.lists(st.tuples(each, late), min_size=1, max_size=120) for each in (few, places))))
@example([(str(number), 0.0) for number in range(60)])
def test_no_window_is_fuller_than_what_the_platform_takes(going: list[tuple[str, float]]) -> None:
    clock = VirtualClock()
    pace, times = Pace(TELEGRAM, clock), defaultdict[str, list[float]](list)
    for address, late_s in going:
        times[address].append(go(pace, clock, address, late_s))
    everything = sorted(at for each in times.values() for at in each)
    assert fullest(everything, 1.0) <= 29
    assert all(fullest(each, 1.0) == 1 for each in times.values())
    assert all(fullest(each, 60.0) <= 20 for address, each in times.items() if address.startswith("-"))


def test_messages_go_evenly_and_a_late_one_delays_no_other() -> None:
    clock = VirtualClock()
    pace = Pace(TELEGRAM, clock)
    began = clock.monotonic()
    last = [go(pace, clock, str(number), 0.01) for number in range(281)][-1]
    assert 280 / 28 <= last - began <= 280 / 28 + 0.04
    clock.advance(60)
    assert go(pace, clock, "a") == go(pace, clock, "b") - 1 / 28 / 2, "a rest saves up half a message"


def test_who_is_answered_goes_before_what_is_pushed() -> None:
    clock = VirtualClock()
    pace = Pace(TELEGRAM, clock)
    for person in range(14):
        pace.answered(str(person))
    assert abs(pace.slot() - clock.monotonic() - 0.5) < 0.01, "half of a second is theirs"
    assert pace.at("3") == clock.monotonic() + 1.0, "and what is pushed there waits"
    for person in range(500):
        pace.answered(str(person))
    assert pace.slot() - clock.monotonic() <= 2.0, "but what is pushed is never starved"


def test_what_a_platform_says_about_waiting_is_kept_to() -> None:
    clock = VirtualClock()
    pace = Pace(TELEGRAM, clock)
    pace.hold("1", 30.0)
    pace.hold("1", 3.0)
    pace.hold_all(7.0)
    assert (pace.at("1"), pace.at("2")) == (clock.monotonic() + 30.0, 0.0)
    assert pace.slot() == clock.monotonic() + 7.0
