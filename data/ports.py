"""Protocols with two or more implementations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from data.clock import Clock, Deadline

__all__ = ["CacheEntry", "CacheTier", "Clock", "Deadline"]


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A vendor's answer as received: bytes, so that every tier can keep it. Empty `body`: not listed."""

    body: bytes
    at: datetime
    expires_at: datetime  # past this it is not even worth showing as stale


class CacheTier(Protocol):
    """A place that keeps answers under a key."""

    async def get(self, key: str) -> CacheEntry | None:
        """Find an entry that has not expired."""
        ...

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Keep an entry, over the one of the same key."""
        ...
