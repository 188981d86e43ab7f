"""Opening a database again: its version is read, and only an old one is changed."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from data.clock import SystemClock
from data.store import migrate
from data.store.engine import open_engines, parsed
from data.store.store import Store


async def _is_current(address: str) -> bool:
    engines = open_engines(address)
    try:
        async with engines.read.begin() as connection:
            return await migrate.is_current(connection)
    finally:
        await engines.dispose()


async def _migrated(address: str) -> None:
    store = await Store.open(address, SystemClock())
    try:
        await store.migrate()
    finally:
        await store.close()


def test_the_newest_number_of_a_file_is_the_newest_revision() -> None:
    scripts = ScriptDirectory.from_config(migrate.config(parsed("sqlite+aiosqlite:///unused.db")))
    assert migrate.newest() == scripts.get_current_head()


async def test_a_database_is_current_only_once_it_is_migrated(tmp_path: Path) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    assert not await _is_current(address)
    await _migrated(address)
    assert await _is_current(address)
    await _migrated(address)
    assert await _is_current(address)


async def test_an_older_database_is_not_current(tmp_path: Path) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    await _migrated(address)
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    assert not await _is_current(address)
