"""The practice market works on a thread of its own and ends with the program."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import aiohttp
import pytest

from data.sandbox.apart import Apart
from data.sandbox.faults import Fault, Faults
from data.sandbox.server import SandboxServer
from data.sandbox.world import World

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Watched(Faults):
    """No faults, and the threads that answered."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def strike(self, vendor: str) -> Fault | None:
        self.threads.add(threading.get_ident())
        return super().strike(vendor)


def alive() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


async def test_it_answers_from_another_thread_and_leaves_none_behind() -> None:
    watched = Watched()
    async with (
        Apart(SandboxServer(World(7, START), faults=watched)) as server,
        aiohttp.ClientSession() as http,
    ):
        assert "practice market" in alive()
        async with http.get(f"{server.base_urls['jupiter']}/tokens/v2/toptrending/24h") as answer:
            assert answer.status == 200
            assert await answer.json()
    assert watched.threads
    assert threading.get_ident() not in watched.threads
    assert "practice market" not in alive()


async def test_a_port_that_is_taken_is_told_here_and_leaves_no_thread() -> None:
    async with SandboxServer(World(7, START)) as first:
        taken = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            async with Apart(SandboxServer(World(7, START), port=taken)):
                raise AssertionError("it never starts")
    assert "practice market" not in alive()
