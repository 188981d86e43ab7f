"""Two bots in processes of their own, ours and a bare echo: bursts of commands, and how long they take.

The chat platform is played in this process by as little code as will do, the same for both, and the market
by a third process, so that the bots are what is measured. People are many and known, each asks for another
token each time, and all tokens are in the cache: what a busy group does.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from tests.bench.measure import Goal, Row
from tests.fakes import program

ROUNDS = 15
CROWDS, PEOPLE = 2, 400  # who ask in turn: nobody asks more often than a person may
_PART = 40
TOKENS = ("SOL", "BONK", "WIF", "USDC", "JUP", "RAY")
AT_LEAST = 0.6
_PRICES = tuple(f"{token} $" for token in TOKENS)
_READY_S, _BURST_S = 60.0, 60.0
_TICKS_A_S = os.sysconf("SC_CLK_TCK")


class Answers:
    """What a bot said, until it has said as much as was asked."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._due = 0
        self._all = asyncio.Event()

    def expect(self, count: int) -> None:
        """Begin anew."""
        self._texts, self._due = [], count
        self._all.clear()

    def take(self, text: str) -> None:
        """Note one, without the marks of bold type."""
        self._texts.append(text.replace("*", ""))
        if len(self._texts) == self._due:
            self._all.set()

    async def all(self) -> Sequence[str]:
        """Wait for the last."""
        try:
            async with asyncio.timeout(_BURST_S):
                await self._all.wait()
        except TimeoutError:
            raise TimeoutError(f"{len(self._texts)} of {self._due} answers in {_BURST_S:.0f} s") from None
        return self._texts


class Desk(Protocol):
    """A platform with one bot on it."""

    answers: Answers
    ready: asyncio.Event

    def burst(self, tokens: Mapping[int, str]) -> None:
        """Let people, by their numbers, ask for the price of a token each, at once."""
        ...


@asynccontextmanager
async def bot(desk: Desk, *words: str, settings: Mapping[str, str]) -> AsyncIterator[int]:
    """Run a bot until the block ends; gives its process id once it listens."""
    with TemporaryDirectory() as folder, (Path(folder) / "stderr.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, cwd=program.ROOT, stdout=log, stderr=log,
            env=program.environment(Path(folder), settings),
        )  # fmt: skip
        try:
            async with asyncio.timeout(_READY_S):
                await desk.ready.wait()
            yield process.pid
        finally:
            process.terminate()
            await process.wait()


async def compare(platform: str, ours: Desk, peer: Desk, pids: tuple[int, int]) -> list[Row]:
    """Send bursts to the two in turn, after a first round in small parts that fills cache and memory."""
    speeds: list[tuple[float, float]] = []
    costs: list[tuple[float, float]] = []
    for desk, pid in zip((ours, peer), pids, strict=True):
        for first in range(0, CROWDS * PEOPLE, _PART):
            await _round(desk, pid, 0, range(first, first + _PART))
    for number in range(1, ROUNDS + 1):
        first = number % CROWDS * PEOPLE
        (speed, cost), (their_speed, their_cost) = [
            await _round(desk, pid, number, range(first, first + PEOPLE))
            for desk, pid in zip((ours, peer), pids, strict=True)
        ]
        speeds.append((speed, their_speed))
        costs.append((cost, their_cost))
    return [
        Row(
            subject=f"{platform}: cached /p, against a bare echo", unit="commands a second",
            ours=tuple(mine for mine, _ in speeds), peer=tuple(theirs for _, theirs in speeds),
            goal=Goal(bound=AT_LEAST, at_least=True),
        ),
        Row(
            subject=f"{platform}: processor time of it", unit="ms a command",
            ours=tuple(mine for mine, _ in costs), peer=tuple(theirs for _, theirs in costs),
        ),
    ]  # fmt: skip


async def _round(desk: Desk, pid: int, number: int, people: range) -> tuple[float, float]:
    """Send one burst; gives commands a second, and milliseconds of processor time a command.

    Raises:
        AssertionError: an answer is not one; the figures would mean nothing.
    """
    desk.answers.expect(len(people))
    before_s = _processor_s(pid)
    desk.burst({person: TOKENS[(person + number) % len(TOKENS)] for person in people})
    started = time.perf_counter()  # nothing leaves this process before we wait
    said = await desk.answers.all()
    elapsed_s = time.perf_counter() - started
    odd = [text for text in said if not text.startswith("/p ") and not any(map(text.startswith, _PRICES))]
    assert not odd, f"{len(odd)} answers such as {odd[0]!r}"
    return len(people) / elapsed_s, (_processor_s(pid) - before_s) / len(people) * 1000


def _processor_s(pid: int) -> float:
    """Read the processor time of a process. Source: proc_pid_stat(5), fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_S
