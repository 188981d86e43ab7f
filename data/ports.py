"""Protocols with two or more implementations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from data.clock import Clock, Deadline
from data.models.events import FeedState, StreamEvent

__all__ = ["CacheEntry", "CacheTier", "Clock", "Deadline", "Feed"]


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


class Feed(Protocol):
    """A long-lived stream: `run` keeps it connected, and whoever iterates `events` takes what it tells."""

    @property
    def state(self) -> FeedState:
        """How it is doing."""
        ...

    async def run(self) -> None:
        """Stay connected until cancelled; no failure of the other side ends it."""
        ...

    def events(self) -> AsyncIterator[StreamEvent]:
        """Take the events, for one consumer; never ends. Too slow a consumer loses the oldest."""
        ...
