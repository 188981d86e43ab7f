"""Retries: only what may help, after a pause, and never past the deadline."""

from __future__ import annotations

import asyncio
import random

import pytest

from data.clock import Deadline
from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.gateway import retry
from data.nursery import Nursery
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


class Work:
    """Fail with the errors in turn, then give 7; keeps when it was done."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.times: list[float] = []

    async def __call__(self) -> int:
        self.times.append(asyncio.get_running_loop().time())
        if self._errors:
            raise self._errors.pop(0)
        return 7


async def attempt(work: Work, *, attempts: int = 2, within_s: float = 10, seed: int = 1) -> int:
    deadline = Deadline.after(LoopClock(), within_s)
    return await retry.retrying(work, attempts=attempts, deadline=deadline, rng=random.Random(seed))


async def test_what_works_is_done_once() -> None:
    work = Work()
    assert await attempt(work) == 7
    assert len(work.times) == 1


async def test_a_passing_outage_is_tried_again_after_a_pause_with_jitter() -> None:
    pauses = set()
    for seed in range(5):
        work = Work(Unavailable())
        assert await attempt(work, seed=seed) == 7
        pauses.add(work.times[1] - work.times[0])
    assert len(pauses) == 5
    assert all(retry.FIRST_PAUSE_S / 2 <= pause <= retry.FIRST_PAUSE_S for pause in pauses)


async def test_the_same_seed_pauses_the_same() -> None:
    one, two = Work(Unavailable(), Unavailable()), Work(Unavailable(), Unavailable())
    for work in (one, two):
        await attempt(work, attempts=3)
    assert one.times[2] - one.times[0] == pytest.approx(two.times[2] - two.times[0])


async def test_the_last_error_is_let_through_after_so_many_attempts() -> None:
    work = Work(Unavailable("first"), Unavailable("second"), Unavailable("third"))
    with pytest.raises(Unavailable, match="second"):
        await attempt(work)
    assert len(work.times) == 2


@pytest.mark.parametrize("error", [BadPayload(), KeyRejected(), NotListed(), ValueError()])
async def test_what_a_second_try_cannot_mend_is_not_tried_again(error: Exception) -> None:
    work = Work(error)
    with pytest.raises(type(error)):
        await attempt(work, attempts=4)
    assert len(work.times) == 1


async def test_the_vendors_own_pause_is_kept_to_the_second() -> None:
    work = Work(RateLimited(retry_after_s=3.0))
    assert await attempt(work) == 7
    assert work.times[1] - work.times[0] == pytest.approx(3.0)


async def test_a_pause_beyond_the_deadline_is_not_waited_for() -> None:
    work = Work(RateLimited(retry_after_s=30.0))
    began = asyncio.get_running_loop().time()
    with pytest.raises(RateLimited):
        await attempt(work, within_s=10)
    assert asyncio.get_running_loop().time() == began


async def test_pauses_grow_and_have_an_end() -> None:
    rng = random.Random(3)
    pauses = [retry.pause_s(Unavailable(), failures, rng) for failures in range(1, 12)]
    assert all(pause <= retry.LONGEST_PAUSE_S for pause in pauses)
    assert pauses[4] > pauses[0] and pauses[-1] >= retry.LONGEST_PAUSE_S / 2


async def test_a_cancellation_is_not_taken_for_a_failure() -> None:
    async def hang() -> int:
        await asyncio.sleep(100)
        return 7

    async with Nursery() as nursery:
        deadline = Deadline.after(LoopClock(), 1000)
        task = nursery.start(
            retry.retrying(hang, attempts=4, deadline=deadline, rng=random.Random(1)), name="hang"
        )
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_every_error_of_the_tree_says_whether_a_second_try_can_help() -> None:
    assert {kind.__name__ for kind in UpstreamError.__subclasses__() if kind.retry} == {
        "RateLimited",
        "Unavailable",
    }
