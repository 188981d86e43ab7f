"""The practice market beside the program: on a thread and an event loop of its own.

Working out what was traded takes a tenth of a second now and then; no answer of ours shall wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, TypeVar

from data.sandbox.server import SandboxServer

T = TypeVar("T")


class Apart(AbstractAsyncContextManager[SandboxServer]):
    """A server that lives elsewhere, from entering to leaving; what it raises is raised here."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="practice market", daemon=True)

    async def __aenter__(self) -> SandboxServer:
        self._thread.start()
        try:
            return await self._there(self._server.__aenter__())
        except BaseException:
            await self._end()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._there(self._server.__aexit__(kind, error, trace))
        finally:
            await self._end()

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()
