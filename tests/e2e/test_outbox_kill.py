"""kill -9 in the middle of a fan-out: one alert to 2,000 chats arrives everywhere, and hardly anywhere twice.

What is under way when the kill comes may be there or not: it is sent again, and says so.
`TRENCHCOAT_DRILLS=long` kills at 200 points instead of 25, by a seed of its own; `TRENCHCOAT_KILL_SEED` gives
one.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.telling import DOUBT
from data.clock import SystemClock
from data.store.store import Store
from tests.fakes.kill import Nest
from tests.fakes.postman import PLACES
from tests.fakes.program import ROOT, appended

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
SEED = int(os.environ.get("TRENCHCOAT_KILL_SEED") or (random.SystemRandom().getrandbits(32) if LONG else 7))
POINTS = 200 if LONG else 25


class Ledger:
    """Takes messages as a platform does and keeps which life of the program each came from."""

    def __init__(self) -> None:
        self.life = 0
        self.arrived: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self.count = 0
        self._came = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        words = await request.text()
        self.arrived[request.match_info["place"]].append((self.life, words))
        self.count += 1
        self._came.set()
        await asyncio.sleep(0.001)
        return web.Response(text=str(self.count))

    async def until(self, count: int) -> None:
        while self.count < count:
            self._came.clear()
            await self._came.wait()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/{place}", self.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def nest(folder: Path, url: str) -> AsyncIterator[Nest]:
    with appended(folder / "stderr.log") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.postman", f"sqlite+aiosqlite:///{folder}/store.db", url,
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60.0):
            assert await process.stdout.readline() == b"ready\n"
        yield Nest(process)
    finally:
        process.kill()
        await process.wait()


@pytest.mark.drill
@pytest.mark.timeout(900)
async def test_a_fan_out_survives_kill_9_with_nothing_lost_and_next_to_nothing_twice(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/store.db", SystemClock())
    await store.migrate()
    await store.close()
    chance, ledger, started = random.Random(SEED), Ledger(), time.perf_counter()
    kills = sorted(chance.sample(range(1, PLACES - 1), POINTS))
    async with ledger.served() as url, nest(tmp_path, url) as hatchery:
        for aim in kills:
            async with asyncio.timeout(120), hatchery.hatched():
                await ledger.until(aim)
                await asyncio.sleep(chance.uniform(0.0, 0.012))
            ledger.life += 1
        async with asyncio.timeout(120), hatchery.hatched():
            while len(ledger.arrived) < PLACES:
                await ledger.until(ledger.count + 1)
            await settled(tmp_path / "store.db")
    twice = {place: came for place, came in ledger.arrived.items() if len(came) > 1}
    marked = [came for came in ledger.arrived.values() if any(DOUBT in words for _, words in came)]
    took_s = time.perf_counter() - started
    print(
        f"seed {SEED}: {POINTS} kills in {took_s:.0f} s, {len(ledger.arrived)} places reached, "
        f"{len(twice)} twice, {len(marked)} told of the doubt"
    )
    assert len(ledger.arrived) == PLACES
    lives = []
    for place, came in twice.items():
        (_, plain), *again = came
        assert DOUBT not in plain, place
        assert all(DOUBT in words for _, words in again), f"{place} came again unmarked"
        assert len(again) == len({life for life, _ in came}) - 1, f"{place} came twice in one life"
        lives += [life for life, _ in came[:-1]]
    assert len(lives) == len(set(lives)), "more than one message came twice for one kill"
    assert len(marked) <= POINTS


async def settled(file: Path) -> None:
    """Wait until the program knows the end of all."""
    async with asyncio.timeout(30):
        while _open(file):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


def _open(file: Path) -> int:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT COUNT(*) FROM deliveries WHERE state <> 'sent'")
        return int(rows.fetchone()[0])
