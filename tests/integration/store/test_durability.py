"""What was acknowledged survives kill -9."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from data.models.chat import Identity
from data.models.ids import Platform
from data.store import Store
from tests.fakes.clock import VirtualClock

ROOT = Path(__file__).parents[3]
WRITER = Path(__file__).with_name("writer.py")


def acknowledged(url: str, lines: int, wait_s: float) -> list[int]:
    """Run a writer, kill it `wait_s` after its `lines`-th row, and give the rows it called durable."""
    command = [sys.executable, str(WRITER), url, "100000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        rows = [writer.stdout.readline() for _ in range(lines)]
        try:
            writer.wait(wait_s)
        except subprocess.TimeoutExpired:
            writer.kill()
        rows += writer.stdout.read().splitlines(keepends=True)
    return [int(row) for row in rows if row.endswith(b"\n")]


@pytest.mark.parametrize("seed", range(5))
async def test_every_acknowledged_row_is_there_after_a_kill(
    store: Store, url: str, clock: VirtualClock, seed: int
) -> None:
    rng = random.Random(seed)
    rows = await asyncio.to_thread(acknowledged, url, rng.randint(1, 20), rng.random() / 50)
    assert rows
    again = await Store.open(url, clock)
    await again.migrate()
    async with again.read() as tx:
        assert await tx.audit.verify() is None
        newest = (await tx.audit.page(limit=1))[0]
        assert rows == list(range(1, len(rows) + 1))
        # At most the one unit of work whose acknowledgement the kill cut off.
        assert len(rows) <= newest.seq <= len(rows) + 1
        user = await tx.users.by_identity(Identity(Platform.TELEGRAM, "42"))
        assert user is not None
        assert user.preferences == {"last": str(newest.seq)}
    async with again.begin() as tx:
        assert (await tx.audit.append(None, "after", "the kill")).seq == newest.seq + 1
    await again.close()
