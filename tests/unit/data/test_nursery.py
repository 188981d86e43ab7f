"""The nursery keeps, tells and ends what it starts."""

from __future__ import annotations

import asyncio
import gc

import pytest
from structlog.testing import capture_logs

from data.nursery import Nursery


async def forever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ValueError("the disk is on fire")


async def test_the_result_of_a_task_can_be_awaited() -> None:
    async def work() -> int:
        return 7

    async with Nursery() as nursery:
        assert await nursery.start(work(), name="work") == 7
        await asyncio.sleep(0)
        assert len(nursery) == 0


async def test_a_task_that_nobody_holds_is_not_collected() -> None:
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.set()

    async with Nursery() as nursery:
        nursery.start(work(), name="work")
        gc.collect()
        await done.wait()


async def test_a_failure_is_logged_with_its_name_and_error_and_leaves_the_others_alone() -> None:
    async with Nursery() as nursery:
        with capture_logs() as logs:
            nursery.start(fail(), name="burning")
            other = nursery.start(forever(), name="other")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert [(entry["event"], entry["task"]) for entry in logs] == [("task_failed", "burning")]
        assert isinstance(logs[0]["exc_info"], ValueError)
        assert not other.done()


async def test_closing_cancels_every_task_and_waits_for_its_last_words() -> None:
    words: list[str] = []

    async def tidy() -> None:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            words.append("tidied")

    async with Nursery() as nursery:
        tasks = [nursery.start(tidy(), name=f"tidy {number}") for number in range(3)]
        await asyncio.sleep(0)
    assert words == ["tidied"] * 3
    assert all(task.cancelled() for task in tasks)


async def test_a_cancelled_task_is_not_logged_as_a_failure() -> None:
    with capture_logs() as logs:
        async with Nursery() as nursery:
            nursery.start(forever(), name="work")
            await asyncio.sleep(0)
    assert logs == []


async def test_a_closed_nursery_starts_nothing_and_leaves_no_coroutine_behind() -> None:
    nursery = Nursery()
    await nursery.aclose()
    work = forever()
    with pytest.raises(RuntimeError, match="closed"):
        nursery.start(work, name="late")
    with pytest.raises(RuntimeError, match="cannot reuse"):
        await work


async def test_a_task_that_starts_another_while_it_is_cancelled_does_not_keep_the_nursery_open() -> None:
    nursery = Nursery()

    async def stubborn() -> None:
        try:
            await forever()
        finally:
            with pytest.raises(RuntimeError, match="closed"):
                nursery.start(forever(), name="heir")

    nursery.start(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await nursery.aclose()
    assert len(nursery) == 0
