"""Pictures on demand: one drawing process, one drawing at a time, each picture drawn once.

Knows the process and the cache; refuses to know how a picture looks. A picture is an extra: a caller that
gets None sends its words without one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import msgspec
import structlog
from cachetools import LRUCache

from core.charts.pictures import Picture
from core.charts.spec import Chart
from core.charts.wire import LENGTH, framed, packed
from data.clock import Deadline
from data.nursery import Nursery

log = structlog.get_logger("charts")

_START_LIMIT_S = 60.0  # the first start on a machine may build the font list
_STOP_LIMIT_S = 2.0
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "MPLCONFIGDIR", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
# A pipe that broke, an answer cut short, a drawing over its limit, a process that does not start.
_WORKER_ERRORS = (OSError, asyncio.IncompleteReadError, TimeoutError)


class Renderer:
    """Draws pictures off the event loop; starts its process on first use and replaces one that fails.

    Pictures drawn are kept up to `cache_bytes`; at most `waiting_limit` different ones wait at a time.
    """

    def __init__(
        self, *, cache_bytes: int = 16 * 2**20, draw_limit_s: float = 5.0, waiting_limit: int = 64
    ) -> None:
        self._waiting_limit = waiting_limit
        self._worker = _Worker(draw_limit_s)
        self._turn = asyncio.Lock()
        self._nursery = Nursery()
        self._flights: dict[bytes, asyncio.Task[Chart | None]] = {}
        self._kept: LRUCache[bytes, Chart] = LRUCache(cache_bytes, getsizeof=lambda chart: len(chart.png))

    @property
    def pid(self) -> int | None:
        """The drawing process, while there is one."""
        return self._worker.pid

    async def warm(self) -> None:
        """Start the drawing process ahead of the first chart; a failure is only logged."""
        try:
            async with self._turn:
                await self._worker.start()
        except _WORKER_ERRORS as error:
            log.warning("chart_worker_failed", reason=repr(error))

    async def render(self, picture: Picture, deadline: Deadline) -> Chart | None:
        """Draw, or find the picture drawn before; None where it failed or is not there by the deadline.

        Callers of equal pictures share one drawing, which goes on for the cache when all of them have left.

        Raises:
            RuntimeError: the renderer is closed.
        """
        body = packed(picture)
        key = hashlib.blake2b(body, digest_size=16).digest()
        if (kept := self._kept.get(key)) is not None:
            return kept
        flight = self._flights.get(key)
        if flight is None:
            if len(self._flights) >= self._waiting_limit:
                log.warning("chart_refused", waiting=len(self._flights))
                return None
            flight = self._flights[key] = self._nursery.start(self._draw(key, body), name="chart")
        await asyncio.wait({flight}, timeout=deadline.remaining_s)
        if not flight.done() or flight.cancelled():
            log.warning("chart_late", waiting=len(self._flights))
            return None
        return flight.result()

    async def aclose(self) -> None:
        """End the drawing process; drawings under way are given up."""
        await self._nursery.aclose()
        await self._worker.stop()

    async def _draw(self, key: bytes, body: bytes) -> Chart | None:
        try:
            async with self._turn:
                answer = await self._worker.ask(body)
        except _WORKER_ERRORS as error:
            log.warning("chart_failed", reason=repr(error))
            return None
        finally:
            del self._flights[key]
        chart = msgspec.msgpack.decode(answer, type=Chart)
        if len(chart.png) <= self._kept.maxsize:
            self._kept[key] = chart
        return chart


class _Worker:
    """The drawing process and the two pipes to it; one exchange at a time.

    Not a process pool: a pool hands the child our environment, and cannot end one that hangs.
    """

    def __init__(self, draw_limit_s: float) -> None:
        self._draw_limit_s = draw_limit_s
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The running process."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def ask(self, body: bytes) -> bytes:
        """Send what to draw and read the picture; a process that fails or is left in mid-answer is ended."""
        process = await self.start()
        return await self._exchange(process, body, self._draw_limit_s)

    async def start(self) -> Process:
        """Find the running process, or start one and wait until it has loaded what it draws with."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        # In a session of its own, so that Ctrl-C is ours alone; stdin closes, and ends it, however we end.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "core.charts.worker",
            stdin=PIPE,
            stdout=PIPE,
            env=_environment(),
            start_new_session=True,
        )
        await self._exchange(self._process, None, _START_LIMIT_S)
        return self._process

    async def stop(self) -> None:
        """Close the pipes, and end the process if it does not end by itself."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_LIMIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _exchange(self, process: Process, body: bytes | None, limit_s: float) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        answered = False
        try:
            async with asyncio.timeout(limit_s):
                if body is not None:
                    process.stdin.write(framed(body))
                    await process.stdin.drain()
                length = await process.stdout.readexactly(LENGTH.size)
                answer = await process.stdout.readexactly(*LENGTH.unpack(length))
            answered = True
            return answer
        finally:
            if not answered:
                self._process = None
                if process.returncode is None:
                    process.kill()
                    await process.wait()


def _environment() -> dict[str, str]:
    """Choose what the process needs to run: no token, key or address of ours is among it."""
    passed_on = {name: value for name in _PASSED_ON if (value := os.environ.get(name)) is not None}
    return passed_on | {"PYTHONPATH": str(Path(__file__).parents[2])}
