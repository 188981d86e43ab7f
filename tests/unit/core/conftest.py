"""What tests of services over the store share."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from data.store.store import Store
from tests.fakes.clock import VirtualClock
from tests.unit.core.stores import Slow


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema, to be copied: to make one takes a fifth of a second."""
    file = tmp_path_factory.mktemp("store") / "template.db"

    async def make() -> None:
        store = await Store.open(f"sqlite+aiosqlite:///{file}", VirtualClock())
        await store.migrate()
        await store.close()

    asyncio.run(make())
    return file


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def store(clock: VirtualClock, migrated: Path, tmp_path: Path) -> AsyncIterator[Slow]:
    file = shutil.copy(migrated, tmp_path / "store.db")
    store = await Slow.open(f"sqlite+aiosqlite:///{file}", clock)
    assert isinstance(store, Slow)
    yield store
    await store.close()
