"""How often one person may do one thing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.throttle import Throttle
from tests.fakes.clock import VirtualClock


def test_so_many_calls_are_free_and_the_next_one_waits() -> None:
    clock = VirtualClock()
    throttle = Throttle(clock)
    assert [throttle.take("a", 3, 9) for _ in range(4)] == [0, 0, 0, 3]
    clock.advance(2.9)
    assert 0 < throttle.take("a", 3, 9) < 0.2
    clock.advance(0.1)
    assert throttle.take("a", 3, 9) == 0
    assert throttle.take("a", 3, 9) > 0


def test_keys_do_not_know_each_other() -> None:
    throttle = Throttle(VirtualClock())
    assert throttle.take(("t", 1), 1, 10) == 0
    assert throttle.take(("t", 2), 1, 10) == 0
    assert throttle.take(("p", 1), 1, 10) == 0
    assert throttle.take(("t", 1), 1, 10) == 10


def test_waiting_out_a_refusal_is_always_enough() -> None:
    clock = VirtualClock()
    throttle = Throttle(clock)
    for _ in range(200):
        wait = throttle.take("a", 6, 10)
        if wait:
            clock.advance(wait)
            assert throttle.take("a", 6, 10) == 0


@given(
    st.integers(1, 8),
    st.floats(0.5, 60),
    st.lists(st.floats(0, 20), max_size=60),
)
def test_no_stretch_of_time_lets_through_more_than_a_burst_and_its_refill(
    calls: int, per_s: float, pauses: list[float]
) -> None:
    clock = VirtualClock()
    throttle = Throttle(clock)
    passed: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        if throttle.take("a", calls, per_s) == 0:
            passed.append(clock.monotonic())
    for first, start in enumerate(passed):
        for count, end in enumerate(passed[first:], 1):
            assert count <= calls + (end - start) * calls / per_s + 1e-6


def test_asking_while_waiting_makes_the_wait_no_longer() -> None:
    clock = VirtualClock()
    throttle = Throttle(clock)
    throttle.take("a", 1, 10)
    for _ in range(100):
        assert throttle.take("a", 1, 10) <= 10
    clock.advance(10)
    assert throttle.take("a", 1, 10) == 0


def test_the_table_is_bounded() -> None:
    throttle = Throttle(VirtualClock())
    for key in range(60_000):
        throttle.take(key, 1, 10)
    assert throttle.take(59_999, 1, 10) > 0
    assert throttle.take(0, 1, 10) == 0
