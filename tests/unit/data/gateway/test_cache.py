"""The cache: fresh, stale, gone, in memory and in the tiers below."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.gateway import cache
from data.gateway.cache import Cache, Kept
from data.nursery import Nursery
from data.ports import CacheEntry
from tests.fakes.clock import START, LoopClock
from tests.fakes.vendor import GOOD, PRICE, DictTier, price_call
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time

CALL = price_call()


def entry(age_s: float = 0.0, body: bytes = GOOD.body) -> CacheEntry:
    at = START - timedelta(seconds=age_s)
    return CacheEntry(body, at, at + timedelta(seconds=PRICE.ttl_s + PRICE.stale_s))


async def found(tier: DictTier, clock: LoopClock) -> Kept | None:
    async with Nursery() as nursery:
        return await Cache([tier], clock, nursery).find("k", CALL)


async def test_an_answer_is_fresh_then_stale_then_gone() -> None:
    clock = LoopClock()
    async with Nursery() as nursery:
        kept = Cache([], clock, nursery)
        kept.keep("k", PRICE, (), clock.now(), b"{}")
        await clock.sleep(PRICE.ttl_s - 0.01)
        held = kept.peek("k")
        assert held is not None and kept.is_fresh(held)
        await clock.sleep(0.02)
        assert not kept.is_fresh(held) and kept.peek("k") is held
        await clock.sleep(PRICE.stale_s)
        assert kept.peek("k") is None and kept.is_gone(held)


async def test_that_a_token_is_not_listed_is_kept_for_a_shorter_time_and_is_never_stale() -> None:
    clock = LoopClock()
    slow = replace(PRICE, ttl_s=3600)
    async with Nursery() as nursery:
        kept = Cache([], clock, nursery)
        kept.keep("k", slow, None, clock.now(), b"")
        await clock.sleep(cache.NOT_LISTED_TTL_S - 0.01)
        assert kept.peek("k") is not None
        await clock.sleep(0.02)
        assert kept.peek("k") is None


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
async def test_a_jump_of_the_wall_clock_ages_nothing_in_memory(hours: int) -> None:
    clock = LoopClock()
    async with Nursery() as nursery:
        kept = Cache([], clock, nursery)
        kept.keep("k", PRICE, (), clock.now(), b"{}")
        clock.jump(timedelta(hours=hours))
        held = kept.peek("k")
        assert held is not None and kept.is_fresh(held)
        await clock.sleep(PRICE.ttl_s + 0.01)
        assert not kept.is_fresh(held)


async def test_bytes_of_a_lower_tier_are_read_anew_and_keep_their_age() -> None:
    clock = LoopClock()
    tier = DictTier()
    tier.entries["k"] = entry(age_s=PRICE.ttl_s + 5)
    async with Nursery() as nursery:
        kept = Cache([tier], clock, nursery)
        held = await kept.find("k", CALL)
        assert held is not None and held.records and held.at == START - timedelta(seconds=20)
        assert not kept.is_fresh(held)
        assert kept.peek("k") is held


async def test_an_entry_from_the_future_is_no_older_than_new() -> None:
    held = await found(tier := DictTier(), clock := LoopClock())
    assert held is None
    tier.entries["k"] = entry(age_s=-3600)
    held = await found(tier, clock)
    assert held is not None and held.fresh_until == pytest.approx(clock.monotonic() + PRICE.ttl_s)


async def test_an_entry_that_is_too_old_or_cannot_be_read_is_a_miss() -> None:
    clock = LoopClock()
    tier = DictTier()
    tier.entries["k"] = entry(age_s=PRICE.ttl_s + PRICE.stale_s + 1)
    assert await found(tier, clock) is None
    tier.entries["k"] = entry(body=b'{"format": "of last year"}')
    assert await found(tier, clock) is None
    tier.entries["k"] = entry(body=b"\x00garbage")
    assert await found(tier, clock) is None


async def test_an_empty_body_says_not_listed() -> None:
    tier = DictTier()
    tier.entries["k"] = entry(body=b"")
    held = await found(tier, LoopClock())
    assert held is not None and held.records is None


async def test_answers_reach_the_tiers_in_the_background_with_their_expiry() -> None:
    clock = LoopClock()
    tier = DictTier(delay_s=0.1)
    async with Nursery() as nursery:
        Cache([tier], clock, nursery).keep("k", PRICE, (), clock.now(), b"{}")
        assert tier.entries == {}
        await clock.sleep(0.2)
    kept = tier.entries["k"]
    assert kept.expires_at - kept.at == timedelta(seconds=PRICE.ttl_s + PRICE.stale_s)


async def test_a_tier_that_hangs_costs_a_quarter_of_a_second_and_the_next_is_asked() -> None:
    clock = LoopClock()
    hanging, good = DictTier(delay_s=3600), DictTier()
    good.entries["k"] = entry()
    async with Nursery() as nursery:
        kept = Cache([hanging, good], clock, nursery)
        began = clock.monotonic()
        assert await kept.find("k", CALL) is not None
        assert clock.monotonic() - began == pytest.approx(cache.TIER_TIMEOUT_S)
        kept.keep("other", PRICE, (), clock.now(), b"{}")
        await clock.sleep(1)
        assert "other" in good.entries


async def test_memory_is_bounded_by_the_size_of_bodies_and_forgets_the_least_used() -> None:
    clock = LoopClock()
    half = bytes(cache.MEMORY_BYTES // 2)
    async with Nursery() as nursery:
        kept = Cache([], clock, nursery)
        for key in ("a", "b"):
            kept.keep(key, PRICE, (), clock.now(), half)
        assert kept.peek("a") is not None
        kept.keep("c", PRICE, (), clock.now(), half)
        assert kept.peek("b") is None and kept.peek("a") is not None
        kept.keep("huge", PRICE, (), clock.now(), bytes(cache.MEMORY_BYTES + 1))
        assert kept.peek("huge") is None and kept.peek("a") is not None
