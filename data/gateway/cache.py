"""Answers kept: parsed in memory, as received bytes in the tiers below.

An answer is fresh for its endpoint's `ttl_s`, and for `stale_s` after that it is better than nothing. That a
vendor does not know a token is kept too, for a short while; failures never are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import TLRUCache

from data.clock import Clock
from data.errors import UpstreamError
from data.gateway import decode
from data.models.market import Record
from data.nursery import Nursery
from data.ports import CacheEntry, CacheTier
from data.providers.base import Call, Endpoint

NOT_LISTED_TTL_S = 30.0  # a new token shows up at most vendors within a minute
TIER_TIMEOUT_S = 0.25  # a tier slower than this is no cache
MEMORY_BYTES = 16 * 1024 * 1024  # of bodies as received; parsed they take several times that


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer in memory; `records` None: not listed. The instants are on the monotonic clock.

    `etag` is the vendor's name for the answer, by which it can say that nothing has changed.
    """

    records: tuple[Record, ...] | None
    at: datetime
    fresh_until: float
    gone_at: float
    size: int
    etag: str = ""


class Cache:
    """The memory over the tiers below."""

    def __init__(self, tiers: Sequence[CacheTier], clock: Clock, nursery: Nursery) -> None:
        self._tiers = tuple(tiers)
        self._clock = clock
        self._nursery = nursery
        self._memory: TLRUCache[str, Kept] = TLRUCache(
            MEMORY_BYTES, ttu=_gone_at, timer=clock.monotonic, getsizeof=_size
        )

    @property
    def has_tiers(self) -> bool:
        return bool(self._tiers)

    def peek(self, key: str) -> Kept | None:
        """Look in memory."""
        return self._memory.get(key)

    def is_fresh(self, kept: Kept) -> bool:
        return self._clock.monotonic() < kept.fresh_until

    def is_gone(self, kept: Kept) -> bool:
        return self._clock.monotonic() >= kept.gone_at

    async def find(self, key: str, call: Call) -> Kept | None:
        """Look in the tiers, from the first; what is found is read anew and kept in memory."""
        for tier in self._tiers:
            entry = await _get(tier, key)
            if entry is None:
                continue
            try:
                records = await decode.read_off_loop(call, 200, entry.body, entry.at) if entry.body else None
            except UpstreamError:
                continue  # kept by another version of the parser
            kept = self.remember(key, call.endpoint, records, entry.at, len(entry.body))
            if not self.is_gone(kept):
                return kept
        return None

    def keep(
        self,
        key: str,
        endpoint: Endpoint,
        records: tuple[Record, ...] | None,
        at: datetime,
        body: bytes,
        *,
        etag: str = "",
    ) -> None:
        """Keep an answer, or with None that there is none: in memory now, in the tiers soon."""
        self.remember(key, endpoint, records, at, len(body), etag)
        if self._tiers:
            entry = CacheEntry(body, at, at + timedelta(seconds=sum(_lifetime(endpoint, records))))
            self._nursery.start(self._write(key, entry), name=f"cache {key}")

    def remember(
        self,
        key: str,
        endpoint: Endpoint,
        records: tuple[Record, ...] | None,
        at: datetime,
        size: int,
        etag: str = "",
    ) -> Kept:
        """Keep an answer in memory alone; `size` is that of its body."""
        ttl_s, stale_s = _lifetime(endpoint, records)
        received = self._clock.monotonic() - max(0.0, (self._clock.now() - at).total_seconds())
        kept = Kept(records, at, received + ttl_s, received + ttl_s + stale_s, max(1, size), etag)
        if kept.size <= MEMORY_BYTES and not self.is_gone(kept):
            self._memory[key] = kept
        return kept

    async def _write(self, key: str, entry: CacheEntry) -> None:
        for tier in self._tiers:
            try:
                async with asyncio.timeout(TIER_TIMEOUT_S):
                    await tier.put(key, entry)
            except TimeoutError:
                continue


async def _get(tier: CacheTier, key: str) -> CacheEntry | None:
    try:
        async with asyncio.timeout(TIER_TIMEOUT_S):
            return await tier.get(key)
    except TimeoutError:
        return None


def _lifetime(endpoint: Endpoint, records: tuple[Record, ...] | None) -> tuple[float, float]:
    """Give for how many seconds an answer is fresh, and then stale."""
    if records is None:
        return min(endpoint.ttl_s, NOT_LISTED_TTL_S), 0.0
    return endpoint.ttl_s, endpoint.stale_s


def _gone_at(key: str, kept: Kept, now: float) -> float:
    return kept.gone_at


def _size(kept: Kept) -> int:
    return kept.size
