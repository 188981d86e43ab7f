"""Clocks for tests: one moved by hand, one that reads the running event loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from data.clock import SystemClock

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class VirtualClock:
    """Time that stands still until `advance`; sleepers wake when it has passed their instant."""

    def __init__(self, start: datetime = START) -> None:
        self._wall = start
        self._monotonic = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._monotonic + seconds, waking))
        self.advance(0)
        await waking

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._monotonic += seconds
        self._wall += timedelta(seconds=seconds)
        for sleeper in [sleeper for sleeper in self._sleepers if sleeper[0] <= self._monotonic]:
            self._sleepers.remove(sleeper)
            if not sleeper[1].done():
                sleeper[1].set_result(None)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock, as an operator or a time server does; the monotonic clock does not notice."""
        self._wall += by


class PacedClock(SystemClock):
    """The pace of the real clock, and what was skipped of it, from a fixed instant on.

    The practice market of a seed depends on when it is: so each run meets the same one.
    """

    def __init__(self, start: datetime = START) -> None:
        self.skipped = 0.0
        self._start = start
        self._origin = super().monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic() - self._origin)

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped


class LoopClock:
    """The time of the running event loop: with a virtual loop, sleeping and waiting cost nothing."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._origin = self.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic() - self._origin)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock; the monotonic clock does not notice."""
        self._start += by
