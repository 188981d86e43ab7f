"""The lower tier of the gateway's cache: vendors' answers as bytes, kept over a restart.

A cache that cannot be read is a miss, and one that cannot be written forgets: neither stops a request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from data.clock import Clock
from data.ports import CacheEntry
from data.store import expiry
from data.store.engine import lock_schema
from data.store.tables import CACHE, cache
from data.store.types import Unstorable
from data.store.upsert import insert

MOST = 50_000

T = TypeVar("T")

log = structlog.get_logger("cache")


class StoreTier:
    """A `CacheTier` in the database."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._well = True

    async def create(self) -> None:
        """Make the table if it is missing. Its shape has no migrations: a new shape takes a new name."""
        async with self._engine.begin() as connection:
            await connection.run_sync(lock_schema)
            await connection.run_sync(CACHE.create_all)

    async def get(self, key: str) -> CacheEntry | None:
        """Find an entry that has not expired."""
        alive = cache.c.expires_at > self._clock.now()
        query = select(cache.c.body, cache.c.at, cache.c.expires_at).where(cache.c.key == key, alive)

        async def find(connection: AsyncConnection) -> CacheEntry | None:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else CacheEntry(row.body, row.at, row.expires_at)

        return await self._tried(find)

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Keep an entry, over the one of the same key."""
        values = {"body": entry.body, "at": entry.at, "expires_at": entry.expires_at}

        async def keep(connection: AsyncConnection) -> None:
            add = insert(connection, cache).values(key=key, **values)
            await connection.execute(add.on_conflict_do_update(index_elements=[cache.c.key], set_=values))

        await self._tried(keep)

    async def purge(self) -> int:
        """Drop what has expired, and what exceeds `MOST`; count it."""

        async def drop(connection: AsyncConnection) -> int:
            return await expiry.purge(connection, cache, self._clock.now(), most=MOST)

        return await self._tried(drop) or 0

    async def _tried(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T | None:
        try:
            async with self._engine.begin() as connection:
                result = await work(connection)
        except (SQLAlchemyError, Unstorable, OSError) as error:
            if self._well:
                log.warning("cache_failed", error=type(error).__name__)
            self._well = False
            return None
        self._well = True
        return result
