"""Single-flight: one piece of work, many waiters."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from data.gateway.flight import Flights
from data.nursery import Nursery
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


class Work:
    def __init__(self, error: Exception | None = None) -> None:
        self.started = 0
        self.cancelled = 0
        self._error = error

    async def __call__(self) -> int:
        self.started += 1
        number = self.started
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self._error is not None:
            raise self._error
        return number


async def test_a_hundred_equal_requests_are_one() -> None:
    work = Work()
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        assert await asyncio.gather(*(flights.join("k", work) for _ in range(100))) == [1] * 100
        assert "k" not in flights
        assert await flights.join("k", work) == 2


async def test_other_keys_fly_apart() -> None:
    work = Work()
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        results = await asyncio.gather(flights.join("a", work), flights.join("b", work))
        assert sorted(results) == [1, 2]


async def test_a_cancelled_waiter_leaves_the_others_alone_also_when_it_came_first() -> None:
    work = Work()
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        waiters = [nursery.start(flights.join("k", work), name=f"waiter {n}") for n in range(3)]
        await asyncio.sleep(1)
        waiters[0].cancel()
        assert await asyncio.gather(*waiters[1:]) == [1, 1]
        assert waiters[0].cancelled()
    assert (work.started, work.cancelled) == (1, 0)


async def test_the_last_waiter_to_leave_cancels_the_work_and_a_newcomer_starts_anew() -> None:
    work = Work()
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        waiters = [nursery.start(flights.join("k", work), name=f"waiter {n}") for n in range(2)]
        await asyncio.sleep(1)
        for waiter in waiters:
            waiter.cancel()
        await asyncio.wait(waiters)
        assert "k" not in flights
        assert await flights.join("k", work) == 2
        assert work.cancelled == 1


async def test_a_failure_reaches_every_waiter_and_the_next_call_tries_anew() -> None:
    work = Work(ValueError("a bug"))
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        with capture_logs():
            results = await asyncio.gather(
                *(flights.join("k", work) for _ in range(5)), return_exceptions=True
            )
            assert all(isinstance(result, ValueError) for result in results)
            with pytest.raises(ValueError):
                await flights.join("k", work)
    assert work.started == 2


async def test_a_waiter_with_less_time_leaves_and_the_work_goes_on() -> None:
    work = Work()
    async with Nursery() as nursery:
        flights: Flights[int] = Flights(nursery)
        patient = nursery.start(flights.join("k", work), name="patient")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await flights.join("k", work)
        assert await patient == 1
