"""Waiting for the world to change."""

import asyncio
from collections.abc import Callable


class Changes:
    """Wakes everyone who waits for a condition whenever something happened."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def notify(self) -> None:
        """Let every waiter look again."""
        self._happened.set()
        self._happened = asyncio.Event()

    async def until(self, condition: Callable[[], bool], timeout: float | None) -> None:
        """Wait until the condition holds.

        Raises: TimeoutError after `timeout` seconds; None waits for ever.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                await self._happened.wait()
