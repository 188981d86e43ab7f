"""The circuit breaker, step by step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from data.gateway import breaker
from data.gateway.breaker import Outcome, State

OK, FAILED, NONE = Outcome.OK, Outcome.FAILED, Outcome.NONE


def after(*outcomes: Outcome, now: float = 0.0) -> State:
    state = State()
    for outcome in outcomes:
        state = breaker.step(state, state.epoch, outcome, now)
    return state


def probe(state: State, now: float) -> State:
    admitted = breaker.admit(state, now)
    assert admitted is not None
    return admitted


def test_five_failures_in_a_row_open_it() -> None:
    assert not after(*[FAILED] * 4).is_open
    assert after(*[FAILED] * 5).is_open
    assert not after(FAILED, FAILED, FAILED, FAILED, OK, FAILED, FAILED, FAILED, FAILED).is_open


def test_every_other_call_failing_opens_it_once_twenty_were_seen() -> None:
    assert not after(*[OK, FAILED] * 9, OK).is_open
    assert after(*[OK, FAILED] * 10).is_open
    assert not after(*[OK, OK, FAILED] * 40).is_open


def test_an_outcome_that_says_nothing_does_not_count() -> None:
    assert not after(FAILED, FAILED, NONE, FAILED, FAILED, *[NONE] * 50).is_open
    assert after(FAILED, FAILED, NONE, FAILED, FAILED, NONE, FAILED).is_open


def test_an_open_breaker_refuses_until_its_time_is_up() -> None:
    state = after(*[FAILED] * 5, now=100)
    assert breaker.admit(state, 100) is None
    assert breaker.admit(state, 129.9) is None
    assert breaker.admit(state, 130) is not None


def test_one_of_a_hundred_parallel_calls_probes() -> None:
    state = after(*[FAILED] * 5)
    admitted = 0
    for _ in range(100):
        next_state = breaker.admit(state, 30)
        if next_state is not None:
            state = next_state
            admitted += 1
    assert admitted == 1


def test_a_good_probe_closes_it_and_forgets_the_past() -> None:
    state = probe(after(*[FAILED] * 5), 30)
    closed = breaker.step(state, state.epoch, OK, 31)
    assert not closed.is_open and closed.recent == () and closed.spell_s == 0


def test_failing_probes_double_the_wait_up_to_five_minutes() -> None:
    state, now, spells = after(*[FAILED] * 5), 0.0, []
    for _ in range(7):
        assert state.retry_at is not None
        spells.append(state.retry_at - now)
        now = state.retry_at
        state = probe(state, now)
        state = breaker.step(state, state.epoch, FAILED, now)
    assert spells == [30, 60, 120, 240, 300, 300, 300]


def test_a_probe_that_says_nothing_makes_room_for_another_at_once() -> None:
    state = probe(after(*[FAILED] * 5), 30)
    state = breaker.step(state, state.epoch, NONE, 30)
    assert state.is_open
    assert breaker.admit(state, 30) is not None


def test_a_straggler_from_before_it_opened_decides_nothing() -> None:
    early = after(FAILED).epoch
    state = after(*[FAILED] * 5)
    assert breaker.step(state, early, OK, 10) is state
    probing = probe(state, 30)
    assert breaker.step(probing, early, OK, 31) is probing
    assert breaker.step(probing, early, NONE, 31) is probing


@given(st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=200))
def test_a_dead_vendor_costs_one_probe_an_interval_and_a_live_one_comes_back_on_the_next(
    events: list[tuple[float, bool]],
) -> None:
    """Whatever comes when: at most one probe is out, and none before its time."""
    state, now = State(), 0.0
    for pause, works in events:
        now += pause
        admitted = breaker.admit(state, now)
        if admitted is None:
            assert state.retry_at is not None and now < state.retry_at <= now + breaker.LONGEST_OPEN_S
            continue
        was_open = state.is_open
        assert not admitted.probing or breaker.admit(admitted, now + 1e6) is None
        state = breaker.step(admitted, admitted.epoch, OK if works else FAILED, now)
        assert not (was_open and works and state.is_open)
