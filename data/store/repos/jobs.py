"""When each scheduled job last ran, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.store.tables import jobs_run
from data.store.types import prose
from data.store.upsert import insert

_ERROR_LIMIT = 500
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """The last run of a job; `error` is empty where it went well."""

    name: str
    started_at: datetime
    ended_at: datetime
    error: str = ""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The last run of every job."""

    connection: AsyncConnection

    async def ran(self, run: JobRun) -> None:
        """Record a run in place of the one before."""
        values = {
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "error": prose(run.error, _ERROR_LIMIT),
        }
        add = insert(self.connection, jobs_run).values(name=run.name, **values)
        await self.connection.execute(
            add.on_conflict_do_update(index_elements=[jobs_run.c.name], set_=values)
        )

    async def all(self) -> tuple[JobRun, ...]:
        """List the last runs by name."""
        rows = await self.connection.execute(select(jobs_run).order_by(jobs_run.c.name).limit(_MOST))
        return tuple(JobRun(**row) for row in rows.mappings())
