"""Clocks and deadlines, and the virtual ones that tests run on."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta

import pytest

from data.clock import Deadline, SystemClock
from data.nursery import Nursery
from tests.fakes.clock import START, LoopClock, VirtualClock
from tests.fakes.virtual_loop import VirtualLoop, virtual_time


def test_the_system_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_the_system_clock_sleeps_on_the_monotonic_clock() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.009


def test_a_deadline_runs_down_and_never_below_zero() -> None:
    clock = VirtualClock()
    deadline = Deadline.after(clock, 5)
    assert deadline.remaining_s == 5 and not deadline.passed
    clock.advance(4.5)
    assert deadline.remaining_s == pytest.approx(0.5)
    clock.advance(10)
    assert deadline.remaining_s == 0.0 and deadline.passed


def test_a_deadline_is_cut_to_the_earlier_of_two() -> None:
    deadline = Deadline.after(VirtualClock(), 5)
    assert deadline.at_most(2).remaining_s == pytest.approx(2)
    assert deadline.at_most(9) == deadline


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_a_jump_of_the_wall_clock_moves_no_deadline(hours: int) -> None:
    clock = VirtualClock()
    deadline = Deadline.after(clock, 5)
    clock.jump(timedelta(hours=hours))
    assert clock.now() == START + timedelta(hours=hours)
    assert deadline.remaining_s == 5


async def test_a_sleeper_on_the_virtual_clock_wakes_when_its_time_has_passed() -> None:
    clock = VirtualClock()
    async with Nursery() as nursery:
        sleeper = nursery.start(clock.sleep(10), name="sleeper")
        await asyncio.sleep(0)
        clock.advance(9.9)
        await asyncio.sleep(0)
        assert not sleeper.done()
        clock.advance(0.1)
        await sleeper


@virtual_time
async def test_a_day_on_the_virtual_loop_passes_at_once_and_to_the_second() -> None:
    clock = LoopClock()
    began = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        for hours in range(1, 25):
            group.create_task(clock.sleep(3600 * hours))
    assert clock.monotonic() - began == pytest.approx(86_400)
    assert clock.now() == START + timedelta(days=1)


@virtual_time
async def test_a_timeout_on_the_virtual_loop_strikes_between_two_timers() -> None:
    clock = LoopClock()
    began = clock.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await asyncio.sleep(7)
    assert clock.monotonic() - began == pytest.approx(3)


def test_the_virtual_loop_names_a_deadlock_instead_of_hanging() -> None:
    async def wait_for_nothing() -> None:
        await asyncio.get_running_loop().create_future()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner, pytest.raises(RuntimeError, match="no timer"):
        runner.run(wait_for_nothing())
