"""An event loop on virtual time: when every task waits, the clock jumps to the next timer.

A coroutine test opts in with `@virtual_time`, a class or module of nothing but such tests with
`pytestmark = virtual_time`; `LoopClock` then reads the same time. For tests without threads,
subprocesses and sockets: nothing real can keep pace with this clock.
"""

from __future__ import annotations

import asyncio
import selectors

import pytest

virtual_time = pytest.mark.asyncio(loop_factories=["virtual"])


class _Jumping(selectors.DefaultSelector):
    elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("every task waits, and no timer is set")
        self.elapsed += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` passes only while nothing else can happen."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return 1_000.0 + self._jumping.elapsed
