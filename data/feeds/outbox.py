"""Events on their way to a consumer: bounded, the oldest dropped first; and which were told already."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable

from data.feeds.pulse import Pulse
from data.models.events import StreamEvent

MOST_WAITING = 4_096
MOST_SEEN = 20_000


class Outbox:
    """A queue for one consumer; a slow one costs events, never memory."""

    def __init__(self, pulse: Pulse, most: int = MOST_WAITING) -> None:
        self._pulse = pulse
        self._most = most
        self._waiting: deque[StreamEvent] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: StreamEvent) -> None:
        """Add an event, over the oldest where there is no room."""
        if len(self._waiting) >= self._most:
            self._waiting.popleft()
            self._pulse.dropped()
        self._waiting.append(event)
        self._pulse.told()
        self._filled.set()

    async def __aiter__(self) -> AsyncIterator[StreamEvent]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            self._filled.clear()
            await self._filled.wait()


class Seen:
    """The keys met last, at most `most` of them."""

    def __init__(self, most: int = MOST_SEEN) -> None:
        self._most = most
        self._keys: dict[Hashable, None] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys

    def is_new(self, key: Hashable) -> bool:
        """Tell whether a key is met for the first time, and keep it."""
        if key in self._keys:
            return False
        if len(self._keys) >= self._most:
            del self._keys[next(iter(self._keys))]
        self._keys[key] = None
        return True
