"""Runs the jobs that `core.jobs` declares: one run of a job at a time, none dropped for being late."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from core.jobs import Job
from data.clock import Clock
from data.errors import TrenchcoatError
from data.store.repos.jobs import JobRun
from data.store.store import Store

log = structlog.get_logger("scheduler")


class Scheduler(AbstractAsyncContextManager["Scheduler"]):
    """The platform's jobs, from entering to leaving."""

    def __init__(self, jobs: Iterable[Job], store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._timer = AsyncIOScheduler(timezone="UTC")
        for job in jobs:
            # Late runs of a sleeping machine are run once, not dropped: the library's default is one second.
            self._timer.add_job(
                self.run, "interval", args=[job], seconds=job.every.total_seconds(), jitter=job.jitter_s,
                coalesce=True, max_instances=1, misfire_grace_time=None, id=job.name,
            )  # fmt: skip

    async def __aenter__(self) -> Scheduler:
        self._timer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.shutdown(wait=False)

    async def run(self, job: Job) -> None:
        """Run a job within its time and record how it ended."""
        started, problem = self._clock.now(), ""
        try:
            async with asyncio.timeout(job.timeout_s):
                await job.run()
        except (TrenchcoatError, TimeoutError) as error:
            problem = type(error).__name__
            log.warning("job_failed", job=job.name, error=problem)
        if not job.recorded and not problem:
            return
        run = JobRun(name=job.name, started_at=started, ended_at=self._clock.now(), error=problem)
        try:
            async with self._store.begin() as tx:
                await tx.jobs.ran(run)
        except TrenchcoatError as error:
            log.warning("job_not_recorded", job=job.name, error=type(error).__name__)
