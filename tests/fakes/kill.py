"""Killing the program: at a random moment, or at the very moment that something can be seen from outside."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.fakes.program import PATIENCE_S, ROOT, appended, environment

_LOOK_S = 0.0005


class Point(StrEnum):
    """When to kill. All but the first two are moments that the platforms or the disk can see."""

    STARTING = "while it starts"
    RANDOM = "at any time"
    DELIVERED = "as an update is delivered"
    ANSWERED = "as an answer arrives"
    WRITING = "as the database is written"


@dataclass(frozen=True, slots=True)
class Plan:
    """One kill, made from its seed alone; `count` is how many of the point's events it waits for."""

    seed: str
    point: Point
    delay_s: float
    count: int

    def __str__(self) -> str:
        return f"{self.seed}: {self.point} ({self.delay_s:.3f} s, {self.count})"


def plan(seed: int, number: int) -> Plan:
    """Plan the kill of this number; each point has its turn."""
    chance = random.Random(f"{seed}:{number}")
    point = list(Point)[number % len(Point)]
    return Plan(f"{seed}:{number}", point, chance.uniform(0.0, 0.6), chance.randint(1, 12))


class Nest:
    """The process that has loaded the program; one fork of it runs at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @asynccontextmanager
    async def hatched(self) -> AsyncIterator[None]:
        """Run the program for the time of the block, at whose end it is killed."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        pid = await self._told()
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            status = await self._told()
        assert status == -signal.SIGKILL, f"it ended by itself, with status {status}"

    async def _told(self) -> int:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def nest(state_dir: Path, settings: Mapping[str, str]) -> AsyncIterator[Nest]:
    """Load the program; what its forks log goes to `stderr.log` in the folder of their state."""
    with appended(state_dir / "stderr.log") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.nest", cwd=ROOT, env=environment(state_dir, settings),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60.0):
            assert await process.stdout.readline() == b"ready\n"
        yield Nest(process)
    finally:
        process.kill()
        await process.wait()


async def written(file: Path, times: int) -> None:
    """Wait until a file has changed so often."""
    seen = _stamp(file)
    while times > 0:
        await asyncio.sleep(_LOOK_S)
        now = _stamp(file)
        if now != seen:
            seen, times = now, times - 1


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
