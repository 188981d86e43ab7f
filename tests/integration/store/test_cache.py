"""The cache's lower tier: it may forget, and never stops a request."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data.ports import CacheEntry, CacheTier
from data.store import Store, cache
from tests.fakes.clock import VirtualClock

MINUTE = timedelta(minutes=1)


def entry(clock: VirtualClock, body: bytes = b"{}", lives: timedelta = MINUTE) -> CacheEntry:
    return CacheEntry(body, clock.now(), clock.now() + lives)


async def test_bytes_come_back_until_they_expire(store: Store, clock: VirtualClock) -> None:
    tier: CacheTier = store.cache
    given = entry(clock, b'\x00\xff{"price": 1e308}')
    await tier.put("dexscreener:pools:abc", given)
    assert await tier.get("dexscreener:pools:abc") == given
    assert await tier.get("dexscreener:pools:abd") is None
    clock.advance(60)
    assert await tier.get("dexscreener:pools:abc") is None


async def test_a_newer_answer_takes_the_place_of_the_older(store: Store, clock: VirtualClock) -> None:
    await store.cache.put("k", entry(clock, b"old"))
    await store.cache.put("k", entry(clock, b""))
    found = await store.cache.get("k")
    assert found is not None
    assert found.body == b""


async def test_a_purge_drops_the_expired_and_the_surplus(
    store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST", 1)
    for n in range(1, 4):
        await store.cache.put(f"k{n}", entry(clock, lives=n * MINUTE))
    clock.advance(60)
    assert await store.cache.purge() == 2
    assert await store.cache.get("k3") is not None


@pytest.mark.parametrize("key", ["a\0b", "\ud800", "x" * 10_000])
async def test_a_key_that_cannot_be_kept_is_a_miss(store: Store, clock: VirtualClock, key: str) -> None:
    await store.cache.put(key, entry(clock))
    assert await store.cache.get(key) is None
    await store.cache.put("good", entry(clock))
    assert await store.cache.get("good") is not None


async def test_a_cache_without_its_table_forgets(store: Store, clock: VirtualClock) -> None:
    async with store.cache._engine.begin() as connection:
        await connection.execute(text("DROP TABLE cache"))
    await store.cache.put("k", entry(clock))
    assert await store.cache.get("k") is None
    assert await store.cache.purge() == 0
    await store.cache.create()
    await store.cache.put("k", entry(clock))
    assert await store.cache.get("k") is not None


async def test_a_lost_cache_file_costs_nothing_but_the_cache(tmp_path: Path, clock: VirtualClock) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path}/state/store.db"
    for _ in range(2):
        store = await Store.open(address, clock)
        await store.migrate()
        assert await store.cache.get("k") is None
        await store.cache.put("k", entry(clock))
        assert await store.cache.get("k") is not None
        await store.close()
        (tmp_path / "state" / "store.cache.db").unlink()


async def test_a_cache_write_does_not_wait_for_the_store(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        await tx.audit.append(None, "long", "work")
        await store.cache.put("k", entry(clock))
        assert await store.cache.get("k") is not None
