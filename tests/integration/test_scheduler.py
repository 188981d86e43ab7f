"""Jobs run on time, one at a time, and leave a record however they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.scheduler import Scheduler
from core.jobs import Job, housekeeping
from data.clock import SystemClock
from data.errors import Unavailable
from data.store.store import Store


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite+aiosqlite://", SystemClock())
    await opened.migrate()
    yield opened
    await opened.close()


async def recorded(store: Store) -> dict[str, str]:
    async with store.read() as tx:
        return {run.name: run.error for run in await tx.jobs.all()}


async def test_a_due_job_runs_and_is_recorded(store: Store) -> None:
    ran = asyncio.Event()

    async def work() -> None:
        ran.set()

    job = Job(name="tick", every=timedelta(milliseconds=20), run=work, jitter_s=0)
    async with Scheduler([job], store, SystemClock()), asyncio.timeout(10):
        await ran.wait()
        while "tick" not in await recorded(store):  # noqa: ASYNC110 - the record is awaited
            await asyncio.sleep(0.01)
    assert (await recorded(store))["tick"] == ""


async def test_a_job_that_fails_or_hangs_is_recorded_and_hurts_nobody(store: Store) -> None:
    async def fails() -> None:
        raise Unavailable("gone")

    async def hangs() -> None:
        await asyncio.Event().wait()

    scheduler = Scheduler([], store, SystemClock())
    await scheduler.run(Job(name="fails", every=timedelta(hours=1), run=fails))
    await scheduler.run(Job(name="hangs", every=timedelta(hours=1), run=hangs, timeout_s=0.01))
    assert await recorded(store) == {"fails": "Unavailable", "hangs": "TimeoutError"}


async def test_housekeeping_drops_what_has_expired_and_keeps_the_rest(store: Store) -> None:
    clock = SystemClock()
    async with store.begin() as tx:
        old = await tx.payloads.put("old", clock.now() - timedelta(days=1))
        new = await tx.payloads.put("new", clock.now() + timedelta(days=1))
        await tx.recents.set("console:1", "console:1", "token", "long ago", clock.now() - timedelta(days=400))
        await tx.recents.set("console:1", "console:1", "refusal", "lately", clock.now())
    for job in housekeeping(store, clock):
        await job.run()
    async with store.read() as tx:
        assert await tx.payloads.get(old) is None
        assert await tx.payloads.get(new) == "new"
        assert await tx.recents.get("console:1", "console:1", "token") is None
        assert await tx.recents.get("console:1", "console:1", "refusal") is not None
