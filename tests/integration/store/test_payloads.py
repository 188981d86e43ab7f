"""Buttons' words under short ids."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from data.store import Store
from data.store.repos import payloads
from data.store.types import Unstorable
from tests.fakes.clock import VirtualClock

HOUR = timedelta(hours=1)


async def test_text_comes_back_under_a_short_id(store: Store, clock: VirtualClock) -> None:
    data = '["buy",{"token":"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v","amount":"½ ✨"}]'
    async with store.begin() as tx:
        found = await tx.payloads.put(data, clock.now() + HOUR)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", found)
    async with store.read() as tx:
        assert await tx.payloads.get(found) == data


async def test_a_payload_ends_at_its_expiry(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        found = await tx.payloads.put("x", clock.now() + HOUR)
        clock.advance(HOUR.total_seconds() - 1)
        assert await tx.payloads.get(found) == "x"
        clock.advance(1)
        assert await tx.payloads.get(found) is None


async def test_the_same_text_keeps_its_id_and_the_later_expiry(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        first = await tx.payloads.put("x", clock.now() + 2 * HOUR)
        assert await tx.payloads.put("x", clock.now() + HOUR) == first
        assert await tx.payloads.put("y", clock.now() + HOUR) != first
        clock.advance(1.5 * 3600)
        assert await tx.payloads.get(first) == "x"
        assert await tx.payloads.put("x", clock.now() + HOUR) == first
        clock.advance(0.75 * 3600)
        assert await tx.payloads.get(first) == "x"


async def test_a_made_up_id_finds_nothing(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        await tx.payloads.put("x", clock.now() + HOUR)
        for made_up in ("", "nope", "\0", "\ud800", "x" * 10_000, "' OR 1=1 --"):
            assert await tx.payloads.get(made_up) is None, made_up


async def test_text_that_would_not_come_back_whole_is_refused(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        for data in ("a\0b", "\ud800", "x" * 4_001):
            with pytest.raises(Unstorable):
                await tx.payloads.put(data, clock.now() + HOUR)


async def test_a_purge_drops_the_expired_and_the_surplus(
    store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "MOST", 2)
    async with store.begin() as tx:
        ids = [await tx.payloads.put(f"x{n}", clock.now() + n * HOUR) for n in range(1, 6)]
        clock.advance(3600)
        assert await tx.payloads.purge() == 3
        assert [await tx.payloads.get(each) for each in ids] == [None, None, None, "x4", "x5"]
        assert await tx.payloads.purge() == 0
