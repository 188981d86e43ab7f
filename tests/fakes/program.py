"""The program, started for real: in this process, or as one of its own, told only what a test tells it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.app import App, build
from config.settings import PREFIX, Settings
from data.clock import Clock
from tests.fakes.clock import PacedClock

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0  # a process that has not ended by then hangs

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a process left behind."""

    status: int
    out: str
    err: str

    @property
    def frames(self) -> list[Json]:
        """The JSON objects it wrote, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(state_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Name everything a process is told; settings go by their names without the prefix."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # No stream from outside: where nobody listens, a feed waits.
    nobody = {"FEEDS__PUMPPORTAL_URL": "ws://127.0.0.1:9/"}
    chosen = {"STATE_DIR": str(state_dir)} | nobody | dict(settings)
    return inherited | {f"{PREFIX}{name}": value for name, value in chosen.items()}


def _interruptible() -> None:
    """Hear Ctrl-C even where the tests run in the background of a shell, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Program:
    """A running `python -m bot`; ends with the block that started it."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def log(self) -> list[Json]:
        """The events logged so far; a line that a kill cut short is left out."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [event for event in map(_event, lines) if event is not None]

    @property
    def stderr(self) -> str:
        return self._log.read_text(errors="replace")

    async def ask(self, line: str) -> Json:
        """Write a line to its console and read the next frame."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()
        async with asyncio.timeout(PATIENCE_S):
            frame: Json = json.loads(await self._process.stdout.readline())
        return frame

    async def hang_up(self) -> int:
        """End its input; give its exit status."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self.ended()

    def terminate(self) -> None:
        """Ask it to stop, as an operator's service manager does."""
        self._process.send_signal(signal.SIGTERM)

    async def kill(self) -> None:
        """End it without a chance to do anything more."""
        if self.alive:
            self._process.kill()
        await self.ended()

    async def ended(self, within_s: float = PATIENCE_S) -> int:
        """Wait for its exit status.

        Raises:
            TimeoutError: it still runs.
        """
        async with asyncio.timeout(within_s):
            return await self._process.wait()


def appended(log: Path) -> BinaryIO:
    """Open a log to write at its end, its folder made."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")


def _event(line: str) -> Json | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


@asynccontextmanager
async def started(*words: str, state_dir: Path, settings: Mapping[str, str]) -> AsyncIterator[Program]:
    """Start the program; it is killed at the end of the block if it still runs."""
    log = state_dir / "stderr.log"
    with appended(log) as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=ROOT, env=environment(state_dir, settings),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors, limit=2**24,
            preexec_fn=_interruptible,
        )  # fmt: skip
    program = Program(process, log)
    try:
        yield program
    finally:
        await program.kill()


async def run(
    *words: str,
    state_dir: Path,
    lines: Sequence[str | bytes] = (),
    settings: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> Ended:
    """Run the program to its end, with these lines on its standard input and `extra` in its environment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, cwd=ROOT,
        env=environment(state_dir, settings or {}) | dict(extra or {}),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            out, err = await process.communicate(said)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(
        status=process.returncode, out=out.decode(errors="replace"), err=err.decode(errors="replace")
    )


@asynccontextmanager
async def inside(state_dir: Path, *, clock: Clock | None = None, **settings: Any) -> AsyncIterator[App]:
    """Run the program in this process, on the practice market and without front ends.

    Unless told otherwise the day is always the same, and with it the market.
    """
    chosen = Settings(market="sandbox", state_dir=state_dir, **settings)
    async with build(chosen, clock=clock or PacedClock()) as app:
        yield app
