"""How soon the program is there: its help, its prompt, its first answer; against the bare interpreter.

A prompt takes a terminal, so it is given one. The database is there, as it is from the second start on.
"""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Goal, Row, by_turns, now
from tests.fakes import program

ROUNDS = 9
AT_MOST = 4
# The command without its wrapper, which a checkout may lack: the same two lines.
TRENCHCOAT = (sys.executable, "-c", "import sys; from bot.__main__ import main; sys.exit(main())")
NOTHING = (sys.executable, "-c", "pass")
LIBRARIES = (
    sys.executable,
    "-c",
    "import aiohttp.web, httpx, msgspec, numpy, pydantic_settings, rich.live, solders.litesvm, "
    "sqlalchemy.ext.asyncio, stamina, structlog",
)
_PROMPT = b"trenchcoat>"


def _run(words: tuple[str, ...], environment: dict[str, str]) -> float:
    """Run to the end; gives milliseconds."""
    started = now()
    subprocess.run(words, cwd=program.ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return (now() - started) * 1000


def _to_prompt(environment: dict[str, str]) -> float:
    """Start on a terminal and wait for the prompt; gives milliseconds."""
    ours, theirs = pty.openpty()
    started = now()
    process = subprocess.Popen(
        (*TRENCHCOAT, "console"), cwd=program.ROOT, env=environment, stdin=theirs, stdout=theirs,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    try:
        seen = b""
        while _PROMPT not in seen:
            seen += os.read(ours, 4096)
        return (now() - started) * 1000
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _to_answer(environment: dict[str, str]) -> float:
    """Start on a pipe that asks one thing and wait for the first frame; gives milliseconds."""
    started = now()
    with subprocess.Popen(
        (*TRENCHCOAT, "console", "--json"), cwd=program.ROOT, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"p SOL\n")
        process.stdin.close()
        frame = process.stdout.readline()
        elapsed_s = now() - started
        assert b"SOL $" in frame, frame
    return elapsed_s * 1000


def _timed(measure: Callable[[], float]) -> Callable[[], Awaitable[float]]:
    async def timed() -> float:
        return await asyncio.to_thread(measure)

    return timed


async def _measured(environment: dict[str, str]) -> list[Row]:
    async def turns(ours: Callable[[], float], peer: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        return await by_turns(ROUNDS, _timed(ours), _timed(lambda: _run(peer, environment)))

    helped, nothing = await turns(lambda: _run((*TRENCHCOAT, "--help"), environment), NOTHING)
    prompted, bare = await turns(lambda: _to_prompt(environment), LIBRARIES)
    answered, libraries = await turns(lambda: _to_answer(environment), LIBRARIES)
    return [
        Row(
            subject="trenchcoat --help", unit="ms", ours=helped, peer=nothing, against="python -c pass",
            goal=Goal(bound=AT_MOST),
        ),
        Row(
            subject="start to the console's prompt", unit="ms", ours=prompted, peer=bare,
            against="import of its libraries",
        ),
        Row(
            subject="start to the answer of `p SOL`", unit="ms", ours=answered, peer=libraries,
            against="import of its libraries",
        ),
    ]  # fmt: skip


def measure() -> list[Row]:
    """Measure this subject."""
    with TemporaryDirectory() as folder:
        environment = program.environment(Path(folder), {"MARKET": "sandbox"})
        return asyncio.run(_measured(environment))
