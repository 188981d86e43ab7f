"""A store whose reads can be held up, to let a write overtake them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from data.store.store import Store, Tx


class Slow(Store):
    """Between `hold` and `release`, what a read found reaches its reader only when the event is set."""

    _held: asyncio.Event | None = None

    def hold(self) -> asyncio.Event:
        """Hold the reads that begin from now on; give the event that lets them end."""
        self._held = asyncio.Event()
        return self._held

    def release(self) -> None:
        """Hold no further reads."""
        self._held = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        held = self._held
        async with super().read() as tx:
            yield tx
        if held is not None:
            await held.wait()
