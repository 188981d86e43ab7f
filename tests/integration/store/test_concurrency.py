"""Many at once, in one process and in several."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

from data.models.chat import Effect, Identity, SubjectKind
from data.models.ids import Platform
from data.store import Store
from tests.fakes.clock import VirtualClock

ROOT = Path(__file__).parents[3]
WRITER = Path(__file__).with_name("writer.py")


async def test_fifty_writers_and_readers_lose_nothing(store: Store) -> None:
    async def write(n: int) -> None:
        async with store.begin() as tx:
            user = await tx.users.ensure(Identity(Platform.TELEGRAM, str(n % 10)), f"u{n % 10}")
            await tx.users.set_preference(user.id, f"k{n}", "v")
            await tx.rules.add("telegram:-100", f"c{n}", Effect.DENY, SubjectKind.EVERYONE)
            await tx.audit.append(user.id, "write", str(n))

    async def read() -> None:
        async with store.read() as tx:
            entries = await tx.audit.page(limit=100)
            assert len(await tx.rules.for_chat("telegram:-100")) == len(entries)

    await asyncio.gather(*(write(n) for n in range(50)), *(read() for _ in range(20)))
    async with store.read() as tx:
        people = await tx.users.page()
        assert len(people) == 10
        assert sum(len(user.preferences) for user in people) == 50
        assert len(await tx.rules.for_chat("telegram:-100")) == 50
        assert await tx.audit.verify() is None


async def three_writers(url: str, rows: int) -> list[int]:
    """Run three processes that migrate and write at the same time; give their exit codes."""

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, str(WRITER), url, str(rows)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

    writers = [start() for _ in range(3)]
    try:
        return [await asyncio.to_thread(writer.wait, 50) for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()


async def test_processes_that_start_together_migrate_once_and_write_one_chain(
    empty_url: str, clock: VirtualClock
) -> None:
    assert await three_writers(empty_url, rows=20) == [0, 0, 0]
    store = await Store.open(empty_url, clock)
    async with store.read() as tx:
        assert await tx.audit.verify() is None
        assert (await tx.audit.page(limit=1))[0].seq == 60
    await store.close()


async def test_stores_opened_together_in_one_process_migrate_once(
    empty_url: str, clock: VirtualClock
) -> None:
    stores = [await Store.open(empty_url, clock) for _ in range(3)]
    await asyncio.gather(*(store.migrate() for store in stores))
    for store in stores:
        async with store.begin() as tx:
            await tx.audit.append(None, "opened", "store")
    for store in stores:
        await store.close()


async def test_a_new_file_that_another_process_is_just_writing_to_is_waited_for(
    tmp_path: Path, clock: VirtualClock
) -> None:
    """SQLite itself refuses the switch to WAL at once while somebody writes, whatever the busy timeout."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("CREATE TABLE made (first)")
    other.execute("BEGIN IMMEDIATE")

    async def finish() -> None:
        await asyncio.sleep(0.2)
        other.execute("COMMIT")
        other.close()

    store, _ = await asyncio.gather(Store.open(f"sqlite+aiosqlite:///{tmp_path}/new.db", clock), finish())
    await store.close()
