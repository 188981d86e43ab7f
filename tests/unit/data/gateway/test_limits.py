"""Quotas: the law is that no window of `per_s` ever holds more than `calls`."""

from __future__ import annotations

import asyncio
import itertools
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clock import Deadline
from data.errors import InvariantBroken
from data.gateway import limits
from data.gateway.limits import Allowance, Bucket, MemoryLedger, Pace, allowance
from data.nursery import Nursery
from data.providers.base import Quota
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND_US = 1_000_000


def fullest_window(times: Sequence[float], span: float) -> int:
    """Count the most events that any half-open window of `span` holds."""
    return max(bisect_left(times, start + span) - index for index, start in enumerate(times))


def bucket(quota: Quota, clock: LoopClock, *, dearest: int = 1) -> Bucket:
    pace = Pace.of(quota, dearest=dearest)
    return Bucket(MemoryLedger(pace, clock), clock, pace)


quotas = st.builds(
    lambda calls, per_s, burst: Quota(calls=calls, per_s=per_s, burst=min(burst, calls)),
    st.integers(1, 60),
    st.floats(0.05, 120),
    st.integers(1, 60),
)


@given(quotas, st.lists(st.integers(0, 3 * SECOND_US), min_size=1, max_size=150), st.data())
def test_no_window_ever_holds_more_cost_than_the_quota(
    quota: Quota, gaps: list[int], data: st.DataObject
) -> None:
    pace = Pace.of(quota)
    now_us, arrival_us, spent = 0, 0, []
    for gap in gaps:
        now_us += gap
        cost = data.draw(st.integers(1, pace.burst))
        arrival_us, wait_us = limits.step(arrival_us, pace, now_us, cost)
        spent += [now_us + wait_us] * cost
    assert spent == sorted(spent)
    assert fullest_window(spent, quota.per_s * SECOND_US) <= quota.calls


@given(quotas)
def test_a_full_burst_goes_at_once_and_the_next_call_waits(quota: Quota) -> None:
    pace = Pace.of(quota)
    arrival_us, waits = 0, []
    for _ in range(pace.burst + 1):
        arrival_us, wait_us = limits.step(arrival_us, pace, 7, 1)
        waits.append(wait_us)
    assert waits[:-1] == [0] * pace.burst
    assert waits[-1] == pace.interval_us


@given(quotas, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_hold_lets_one_call_through_when_it_ends_and_none_before(
    quota: Quota, arrival_us: int, now_us: int, for_us: int
) -> None:
    pace = Pace.of(quota)
    held = limits.hold(arrival_us, pace, now_us + for_us)
    after_one, wait_us = limits.step(held, pace, now_us)
    assert wait_us >= for_us
    assert limits.step(after_one, pace, now_us)[1] >= wait_us + pace.interval_us


def test_a_hold_never_shortens_a_wait() -> None:
    pace = Pace.of(Quota(calls=10, per_s=1))
    assert limits.hold(5_000_000, pace, 1_000_000) == 5_000_000


@pytest.mark.parametrize(
    ("quota", "dearest"),
    [
        (Quota(calls=0, per_s=1), 1),
        (Quota(calls=5, per_s=0), 1),
        (Quota(calls=5, per_s=1, burst=6), 1),
        (Quota(calls=5, per_s=1, burst=0), 6),
    ],
)
def test_a_quota_that_cannot_hold_one_call_is_refused(quota: Quota, dearest: int) -> None:
    with pytest.raises(InvariantBroken):
        Pace.of(quota, dearest=dearest)


@virtual_time
@pytest.mark.parametrize(("calls", "seconds"), [(10, 60), (300, 10)])
async def test_a_bucket_is_exact_at_ten_and_at_three_hundred_a_second(calls: int, seconds: int) -> None:
    clock = LoopClock()
    quota = Quota(calls=calls, per_s=1)
    tokens = bucket(quota, clock)
    times: list[float] = []
    deadline = Deadline.after(clock, seconds)

    async def caller() -> None:
        while await tokens.take(1, deadline):
            times.append(clock.monotonic())

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(caller())
    assert fullest_window(times, 1.0) == calls
    assert calls * seconds * 0.999 <= len(times) <= calls * seconds + 1


@virtual_time
async def test_twenty_four_hours_of_bursts_stay_below_the_documented_limit() -> None:
    clock = LoopClock()
    quota = Quota(calls=30, per_s=60, burst=5)
    tokens = bucket(quota, clock)
    times: list[float] = []

    async def take() -> None:
        if await tokens.take(1, Deadline.after(clock, 4)):
            times.append(clock.monotonic())

    for _ in range(24 * 12):  # every five minutes forty users wake up
        async with asyncio.TaskGroup() as group:
            for _ in range(40):
                group.create_task(take())
        await clock.sleep(300)
    assert fullest_window(times, quota.per_s) <= quota.calls
    assert len(times) >= 24 * 12 * quota.burst


@virtual_time
async def test_waiters_are_served_first_come_first_served() -> None:
    clock = LoopClock()
    tokens = bucket(Quota(calls=5, per_s=1), clock)
    served: list[int] = []

    async def take(number: int) -> None:
        assert await tokens.take(1, Deadline.after(clock, 60))
        served.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(take(number))
    assert served == list(range(50))


@virtual_time
async def test_a_token_that_comes_too_late_is_refused_at_once_and_costs_nothing() -> None:
    clock = LoopClock()
    tokens = bucket(Quota(calls=1, per_s=10), clock)
    assert await tokens.take(1, Deadline.after(clock, 1))
    began = clock.monotonic()
    for _ in range(100):
        assert not await tokens.take(1, Deadline.after(clock, 9.9))
    assert clock.monotonic() == began
    assert await tokens.take(1, Deadline.after(clock, 10.1))


@virtual_time
async def test_a_cancelled_waiter_does_not_let_another_call_through_early() -> None:
    clock = LoopClock()
    tokens = bucket(Quota(calls=1, per_s=1), clock)
    times: list[float] = []

    async def take() -> None:
        await tokens.take(1, Deadline.after(clock, 60))
        times.append(clock.monotonic())

    async with Nursery() as nursery:
        waiters = [nursery.start(take(), name=f"waiter {number}") for number in range(6)]
        await asyncio.sleep(0.5)
        waiters[2].cancel()
        await asyncio.wait(waiters)
    assert len(times) == 5
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 1


@virtual_time
async def test_waiters_book_anew_when_the_vendor_closes_the_bucket_meanwhile() -> None:
    clock = LoopClock()
    tokens = bucket(Quota(calls=2, per_s=1), clock)
    began = clock.monotonic()
    times: list[float] = []

    async def take() -> None:
        if await tokens.take(1, Deadline.after(clock, 60)):
            times.append(clock.monotonic() - began)

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(take())
        await asyncio.sleep(0.7)
        await tokens.hold(30)
        assert tokens.held_s == 30
    assert times[:2] == pytest.approx([0, 0.5], abs=0.01)
    assert min(times[2:]) >= 30.7
    assert fullest_window(times[2:], 1.0) <= 2


@virtual_time
async def test_a_hostile_hold_ends_within_an_hour() -> None:
    clock = LoopClock()
    tokens = bucket(Quota(calls=2, per_s=1), clock)
    await tokens.hold(1e12)
    assert tokens.held_s == limits.LONGEST_HOLD_S
    assert await tokens.take(1, Deadline.after(clock, limits.LONGEST_HOLD_S + 1))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Allowance()),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "12"}, Allowance(remaining=7, reset_s=12)),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "0.5"}, Allowance(remaining=0, reset_s=0.5)),
        ({"x-ratelimit-reset": str(NOW.timestamp() + 30)}, Allowance(reset_s=30)),
        ({"x-ratelimit-reset": str(int(NOW.timestamp() * 1000) + 1500)}, Allowance(reset_s=1.5)),
        ({"x-ratelimit-reset": str(NOW.timestamp() - 99)}, Allowance(reset_s=0)),
        ({"retry-after": "3"}, Allowance(retry_after_s=3)),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:20 GMT"}, Allowance(retry_after_s=20)),
        ({"retry-after": "Sun, 22 Nov 2026 11:59:20 -0000"}, Allowance(retry_after_s=0)),
        ({"retry-after": "soon"}, Allowance()),
        ({"retry-after": "-5"}, Allowance()),
        ({"retry-after": "nan", "x-ratelimit-remaining": "inf", "x-ratelimit-reset": "1e999"}, Allowance()),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": ""}, Allowance()),
    ],
)
def test_rate_limit_headers_are_read_or_ignored(headers: dict[str, str], expected: Allowance) -> None:
    said = allowance(headers, NOW)
    assert said.remaining == expected.remaining
    assert said.reset_s == pytest.approx(expected.reset_s, abs=0.01)
    assert said.retry_after_s == pytest.approx(expected.retry_after_s, abs=0.01)


@given(st.text(max_size=40))
def test_no_header_value_makes_reading_fail(text: str) -> None:
    names = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")
    said = allowance(dict.fromkeys(names, text), NOW)
    assert said.remaining is None or said.remaining >= 0
    assert said.retry_after_s is None or said.retry_after_s >= 0


@virtual_time
async def test_what_is_free_is_what_can_go_at_once_and_comes_back_with_time() -> None:
    clock = LoopClock()
    some = bucket(Quota(calls=10, per_s=10.0, burst=5), clock)
    assert some.free == 5
    for left in (4, 3, 2, 1, 0):
        assert await some.take(1, Deadline.after(clock, 0))
        assert some.free == left
    assert not await some.take(1, Deadline.after(clock, 0))
    assert some.free == 0
    await clock.sleep(2 * some.pace.interval_us / 1e6)
    assert some.free == 2
    await some.hold(30)
    assert some.free == 0
    await clock.sleep(60)
    assert some.free == 5
