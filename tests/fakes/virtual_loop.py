"""An event loop on virtual time: when every task waits, the clock jumps to the next timer.

A coroutine test opts in with `@virtual_time`, a class or module of nothing but such tests with
`pytestmark = virtual_time`; `LoopClock` then reads the same time. For tests without threads,
subprocesses and sockets: nothing real can keep pace with this clock. What must be real all the same, as a
database is, runs inside `outside()`: time stands still until it has ended.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from data.store.store import Store, Tx

_LOOK_S = 0.05

virtual_time = pytest.mark.asyncio(loop_factories=["virtual"])


class _Jumping(selectors.DefaultSelector):
    elapsed = 0.0
    outside = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            if self.outside:
                return super().select(_LOOK_S)
            raise RuntimeError("every task waits, and no timer is set")
        if self.outside:
            return super().select(_LOOK_S)
        self.elapsed += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` passes only while nothing else can happen."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return 1_000.0 + self._jumping.elapsed

    async def shutdown_default_executor(self) -> None:
        with self.outside():
            await super().shutdown_default_executor()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Let no time pass while something real is at work."""
        self._jumping.outside += 1
        try:
            yield
        finally:
            self._jumping.outside -= 1


@contextmanager
def outside() -> Iterator[None]:
    """Let no time pass on the running loop, if it is a virtual one."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    with loop.outside():
        yield


class OutsideStore(Store):
    """A real store for tests on virtual time: its work takes none."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        with outside():
            async with super().begin() as tx:
                yield tx

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        with outside():
            async with super().read() as tx:
                yield tx
