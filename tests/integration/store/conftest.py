"""A store on each engine, empty and migrated; PostgreSQL in a throw-away database of this run.

`TRENCHCOAT_TEST_POSTGRES` names another server than the one on loopback.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from data.store import Store
from data.store.engine import migrating, parsed
from data.store.repos.audit import GENESIS
from data.store.tables import CACHE, METADATA
from tests.fakes.clock import VirtualClock

SERVER = os.environ.get("TRENCHCOAT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


def _on_server(statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"timeout": 3})
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    asyncio.run(run())


def _migrated(url: str) -> None:
    async def run() -> None:
        store = await Store.open(url, VirtualClock())
        await store.migrate()
        await store.close()

    asyncio.run(run())


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Make empty PostgreSQL databases, dropped at the end of the run."""
    made: list[str] = []

    def make() -> str:
        name = f"trenchcoat_test_{os.getpid()}_{len(made)}"
        try:
            _on_server(f"CREATE DATABASE {name}")
        except (OSError, SQLAlchemyError) as error:
            pytest.skip(f"no PostgreSQL server answers: {type(error).__name__}")
        made.append(name)
        return parsed(SERVER).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres: Callable[[], str]) -> str:
    url = new_postgres()
    _migrated(url)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "state"
    _migrated(f"sqlite+aiosqlite:///{folder}/store.db")
    return folder


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/state/store.db"
    make: Callable[[], str] = request.getfixturevalue("new_postgres")
    return make()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database; what earlier tests left is cleared when it is opened."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite")
        shutil.copytree(template, tmp_path / "state")
        return f"sqlite+aiosqlite:///{tmp_path}/state/store.db"
    found: str = request.getfixturevalue("migrated_postgres")
    return found


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def sql(url: str) -> AsyncIterator[Callable[..., Awaitable[list[tuple[object, ...]]]]]:
    """Statements past the repositories: to look, and to tamper."""
    engine = migrating(parsed(url))

    async def run(statement: str, **values: object) -> list[tuple[object, ...]]:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    yield run
    await engine.dispose()


@pytest.fixture
async def store(url: str, clock: VirtualClock) -> AsyncIterator[Store]:
    """An empty, migrated store."""
    if url.startswith("postgresql"):
        await _cleared(url)
    opened = await Store.open(url, clock)
    yield opened
    await opened.close()


async def _cleared(url: str) -> None:
    engine = migrating(parsed(url))
    async with engine.begin() as connection:
        for table in (*reversed(METADATA.sorted_tables), *CACHE.sorted_tables):
            if table.name != "audit_head":
                await connection.execute(table.delete())
        await connection.execute(text("DELETE FROM audit_head"))
        await connection.execute(METADATA.tables["audit_head"].insert().values(id=1, seq=0, digest=GENESIS))
    await engine.dispose()
