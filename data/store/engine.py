"""Engines per address: how SQLite and PostgreSQL are opened, locked and tuned; nothing of any table.

SQLite is one file with one writing connection, so that writers queue fairly in this process and wait at most
`BUSY_S` for another one; readers have connections of their own and never take the write lock. What is
committed is synced (`synchronous=FULL`). The cache lives in a second file beside it, synced only at
checkpoints: its writes wait for no disk and for no other writer, and it may be lost without harm.
On PostgreSQL the cache is a table of the same database, behind connections that commit asynchronously.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiosqlite
from sqlalchemy import URL, Connection, ExceptionContext, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from data.errors import ConfigError

BUSY_S = 5.0
_BUSY_PAUSE_S = 0.01
_READERS = 4
_POSTGRES_POOL = 10
_SCHEMA_LOCK = 0x7C0A7  # any number, the same in every process
_SCHEMA_BUSY_S = 120.0


@dataclass(frozen=True, slots=True)
class Engines:
    """The three ways into one store; `folder` is the temporary home of a store without an address."""

    url: URL
    write: AsyncEngine
    read: AsyncEngine
    cache: AsyncEngine
    folder: TemporaryDirectory[str] | None = None

    async def dispose(self) -> None:
        """Close every connection."""
        for engine in {id(e): e for e in (self.read, self.cache, self.write)}.values():
            await engine.dispose()
        if self.folder is not None:
            self.folder.cleanup()


def open_engines(address: str) -> Engines:
    """Make the engines; a SQLite address without a path gets a temporary file, gone at `dispose`.

    A SQLite file is made with mode 0600, and folders that are missing with 0700.

    Raises:
        ConfigError: the address is not one of these two engines', or its file cannot be made.
    """
    url = parsed(address)
    if url.get_backend_name() == "postgresql":
        write = _postgres(url, size=_POSTGRES_POOL)
        read = write.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return Engines(url, write, read, _postgres(url, size=2, settings={"synchronous_commit": "off"}))
    folder = None
    if url.database in {None, "", ":memory:"}:
        folder = TemporaryDirectory(prefix="trenchcoat-")
        url = url.set(database=str(Path(folder.name) / "store.db"))
    beside = url.set(database=str(Path(url.database or "").with_suffix(".cache.db")))
    for each in (url, beside):
        _make_private(Path(each.database or ""))
    return Engines(
        url,
        write=_sqlite(url, begin="BEGIN IMMEDIATE", size=1, secure_delete="ON"),
        read=_sqlite(url, begin="BEGIN", size=_READERS, query_only="ON"),
        cache=_sqlite(beside, begin="BEGIN IMMEDIATE", size=1, synchronous="NORMAL"),
        folder=folder,
    )


def migrating(url: URL) -> AsyncEngine:
    """Make an engine to change the schema with: patient, and with foreign keys off.

    SQLite alters a table by copying and dropping it, which would otherwise delete the rows that refer to it.
    """
    if url.get_backend_name() == "postgresql":
        return _postgres(url, size=1, settings={"lock_timeout": "0", "statement_timeout": "0"})
    return _sqlite(url, begin="BEGIN IMMEDIATE", size=1, busy_s=_SCHEMA_BUSY_S, foreign_keys="OFF")


def lock_schema(connection: Connection) -> None:
    """Let one process at a time change the schema, until the transaction ends.

    On SQLite the transaction holds the only write lock already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})


async def healthy(connection: AsyncConnection) -> None:
    """Ask the database for the smallest answer."""
    await connection.execute(text("SELECT 1"))


def parsed(address: str) -> URL:
    """Read a database address, with the asynchronous driver filled in.

    Raises:
        ConfigError: it is not an address, or of another engine.
    """
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ConfigError(["The database address is not a URL: sqlite+aiosqlite:///<path>"]) from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    if url.get_backend_name() not in drivers:
        raise ConfigError([f"The store speaks SQLite and PostgreSQL, not {url.get_backend_name()}."])
    return url.set(drivername=drivers[url.get_backend_name()])


def _make_private(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.chmod(0o600)
    except OSError as error:
        raise ConfigError([f"The database file cannot be opened: {file}: {error.strerror}"]) from error


def _sqlite(
    url: URL, *, begin: str, size: int, busy_s: float = BUSY_S, synchronous: str = "FULL", **pragmas: str
) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=size, max_overflow=0, pool_timeout=busy_s, connect_args={"timeout": busy_s}
    )
    # The wait comes first: switching to WAL needs a lock itself.
    settings = {
        "busy_timeout": str(int(busy_s * 1000)),
        "journal_mode": "WAL",
        "synchronous": synchronous,
        "foreign_keys": "ON",
        "trusted_schema": "OFF",
    } | pragmas

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.run_async(partial(_set, settings, busy_s))

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", begun)
    event.listen(engine.sync_engine, "handle_error", _keep_after_cancel)
    return engine


async def _set(settings: dict[str, str], busy_s: float, connection: aiosqlite.Connection) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + busy_s
    for name, value in settings.items():
        while True:
            try:
                await (await connection.execute(f"PRAGMA {name}={value}")).close()
                break
            except sqlite3.OperationalError as error:
                # Two that switch a new file to WAL block each other, and SQLite tells one at once, unwaited.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or loop.time() > until:
                    raise
                await asyncio.sleep(_BUSY_PAUSE_S)


def _keep_after_cancel(context: ExceptionContext) -> None:
    """Roll a cancelled transaction back on its own connection, in turn behind what still runs there.

    To drop the connection instead would leave the write lock with it until its thread has ended.
    """
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


def _postgres(url: URL, *, size: int, settings: dict[str, str] | None = None) -> AsyncEngine:
    defaults = {
        "application_name": "trenchcoat",
        "lock_timeout": str(int(BUSY_S * 1000)),
        "statement_timeout": "30000",
        "idle_in_transaction_session_timeout": "60000",
    }
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=BUSY_S,
        pool_pre_ping=True,
        connect_args={"timeout": BUSY_S, "server_settings": defaults | (settings or {})},
    )
