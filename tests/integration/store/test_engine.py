"""How the engines are opened: durable, private, and busy for a bounded time."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from data.errors import ConfigError
from data.models.chat import Identity, Level
from data.models.ids import Platform
from data.store import Store, StoreUnavailable, engine
from data.store.engine import parsed
from tests.fakes.clock import VirtualClock

ME = Identity(Platform.TELEGRAM, "42")


async def test_a_sqlite_store_is_durable_and_strict(tmp_path: Path, clock: VirtualClock) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/s/store.db", clock)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
        "trusted_schema": 0,
    }
    for way, expected in (
        (store._engines.write, wanted),
        (store._engines.read, wanted | {"query_only": 1}),
        (store._engines.cache, {"journal_mode": "wal", "synchronous": 1}),
    ):
        async with way.connect() as connection:
            found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in expected}
        assert found == expected
    await store.close()


async def test_nobody_else_can_read_the_files(tmp_path: Path, clock: VirtualClock) -> None:
    folder = tmp_path / "s"
    store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db", clock)
    await store.migrate()
    async with store.begin() as tx:
        await tx.users.ensure(ME, "Zaphod")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    await store.close()
    assert {"store.db", "store.db-wal", "store.cache.db"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path, clock: VirtualClock) -> None:
    file = tmp_path / "store.db"
    file.touch(mode=0o644)
    await (await Store.open(f"sqlite+aiosqlite:///{file}", clock)).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_an_address_without_a_path_is_a_store_of_its_own(url: str, clock: VirtualClock) -> None:
    store, other = await Store.open(url, clock), await Store.open(url, clock)
    await store.migrate()
    await other.migrate()
    file = Path(store._engines.url.database or "")
    async with store.begin() as tx:
        await tx.users.ensure(ME, "Zaphod")
    async with other.read() as tx:
        assert await tx.users.count() == 0
    assert file.exists()  # noqa: ASYNC240
    await store.close()
    await other.close()
    assert not file.parent.exists()


@pytest.mark.parametrize("url", ["", "store.db", "mysql://u:hunter2@h/db", "redis://localhost"])
def test_another_engine_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parsed(url)
    assert "hunter2" not in str(refused.value)


async def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/file/store.db", clock)


async def test_a_server_that_is_away_is_said_at_once(clock: VirtualClock) -> None:
    with pytest.raises(StoreUnavailable) as away:
        await Store.open("postgresql+asyncpg://someone:hunter2@127.0.0.1:1/nowhere", clock)
    assert "hunter2" not in str(away.value)


async def test_a_file_that_is_no_database_is_said(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "store.db").write_bytes(b"this is not a database, at all" * 100)
    with pytest.raises(StoreUnavailable):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/store.db", clock)


async def test_a_read_writes_nothing(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        async with store.read() as tx:
            await tx.users.ensure(ME, "Zaphod")
    async with store.read() as tx:
        assert await tx.users.count() == 0


async def test_a_read_waits_for_no_writer_and_stands_still(store: Store) -> None:
    async with store.read() as view:
        assert await view.users.count() == 0
        async with store.begin() as tx:
            await tx.users.ensure(ME, "Zaphod")
            async with store.read() as other:
                assert await other.users.count() == 0
        assert await view.users.count() == 0
    async with store.read() as tx:
        assert await tx.users.count() == 1


async def test_an_error_undoes_the_whole_unit_of_work(store: Store) -> None:
    with pytest.raises(OSError, match="mine"):
        async with store.begin() as tx:
            await tx.users.ensure(ME, "Zaphod")
            await tx.audit.append(None, "x", "y")
            raise OSError("mine")
    async with store.read() as tx:
        assert await tx.users.count() == 0
        assert await tx.audit.page() == ()


async def test_a_level_that_a_person_cannot_hold_is_refused(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.begin() as tx:
            user = await tx.users.ensure(ME, "Zaphod")
            await tx.users.set_level(user.id, Level.CHAT_ADMIN)


async def test_a_lock_held_elsewhere_is_told_and_gets_over(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_S", 0.05)
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/store.db", clock)
    store._engines = engine.Engines(
        store._engines.url,
        engine._sqlite(store._engines.url, begin="BEGIN IMMEDIATE", size=1, busy_s=0.05),
        store._engines.read,
        store._engines.cache,
    )
    await store.migrate()
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        async with store.begin() as tx:
            await tx.users.ensure(ME, "Zaphod")
    async with store.read() as tx:
        assert await tx.users.count() == 0
    other.execute("ROLLBACK")
    other.close()
    async with store.begin() as tx:
        await tx.users.ensure(ME, "Zaphod")
    await store.close()


async def test_a_cancelled_unit_of_work_leaves_no_lock(store: Store) -> None:
    async def work() -> None:
        async with store.begin() as tx:
            for n in range(100):
                await tx.audit.append(None, "work", str(n))

    for turns in range(1, 40, 3):
        task = asyncio.create_task(work())  # noqa: TID251 - to cancel it
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with store.begin() as tx:
            assert await tx.audit.page() == ()


async def test_a_cancelled_writer_keeps_its_only_connection(
    migrated_sqlite: Path, tmp_path: Path, clock: VirtualClock
) -> None:
    """A connection that is dropped instead holds the write lock until its thread has ended."""
    shutil.copytree(migrated_sqlite, tmp_path / "s")
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/s/store.db", clock)
    made: list[object] = []
    event.listen(store._engines.write.sync_engine, "connect", lambda connection, _: made.append(connection))

    async def work(n: int) -> None:
        async with store.begin() as tx:
            await tx.audit.append(None, "work", str(n))

    await work(0)
    for turns in range(20):
        tasks = [asyncio.create_task(work(n)) for n in range(3)]  # noqa: TID251 - to cancel them
        for _ in range(turns):
            await asyncio.sleep(0.0002)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await work(turns)
    assert len(made) == 1
    async with store.read() as tx:
        assert await tx.audit.verify() is None
    await store.close()
