"""Probes and figures over HTTP, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.health import HealthServer, Readiness
from data.errors import ConfigError, StoreUnavailable
from data.metrics import CONTENT_TYPE, Metrics


async def well() -> None:
    """Answer a ping."""


async def locked() -> None:
    raise StoreUnavailable("locked: /secret/path")


async def hung() -> None:
    await asyncio.sleep(3600)


Get = Callable[[str], Awaitable[tuple[int, str]]]


@asynccontextmanager
async def serving(
    ping: Callable[[], Awaitable[None]], **more: object
) -> AsyncIterator[tuple[HealthServer, Get]]:
    readiness = Readiness("serving")
    server = HealthServer(
        host="127.0.0.1", port=0, ping=ping, metrics=Metrics(), **{"readiness": readiness} | more
    )  # type: ignore[arg-type]
    async with server, aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:

        async def get(path: str) -> tuple[int, str]:
            async with session.get(path) as answer:
                return answer.status, await answer.text()

        yield server, get


async def test_a_process_that_is_well_is_live_and_ready() -> None:
    async with serving(well) as (_, get):
        assert await get("/live") == (200, '{"live": true}')
        assert await get("/ready") == (200, '{"ready": true}')
        assert (await get("/nothing"))[0] == 404


async def test_a_dead_store_is_live_and_not_ready_and_tells_no_detail() -> None:
    async with serving(locked) as (_, get):
        assert (await get("/live"))[0] == 200
        assert await get("/ready") == (503, '{"ready": false, "problem": "StoreUnavailable"}')


async def test_a_store_that_hangs_is_not_ready_in_time() -> None:
    async with serving(hung, check_s=0.05) as (_, get):
        assert await get("/ready") == (503, '{"ready": false, "problem": "TimeoutError"}')


async def test_a_process_that_starts_or_stops_takes_no_work() -> None:
    readiness = Readiness()
    async with serving(well, readiness=readiness) as (_, get):
        assert await get("/ready") == (503, '{"ready": false, "problem": "starting"}')
        readiness.phase = "stopping"
        assert await get("/ready") == (503, '{"ready": false, "problem": "stopping"}')
        assert (await get("/live"))[0] == 200


async def test_a_front_end_that_has_ended_is_named() -> None:
    async with serving(well, readiness=Readiness("serving", {"discord"})) as (_, get):
        assert await get("/ready") == (503, '{"ready": false, "problem": "ended: discord"}')
        assert (await get("/live"))[0] == 200


async def test_figures_are_served_in_their_format() -> None:
    async with serving(well) as (server, _), aiohttp.ClientSession() as session:
        answer = await session.get(f"http://127.0.0.1:{server.port}/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == CONTENT_TYPE


async def test_others_mount_their_routes_beside_the_probes() -> None:
    async def hook(request: web.Request) -> web.Response:
        return web.Response(text="hook")

    async with serving(well, routes=[web.get("/hook", hook)]) as (_, get):
        assert await get("/hook") == (200, "hook")


async def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"TRENCHCOAT_HTTP__PORT: cannot listen on 127.0.0.1:{port}"):
            async with HealthServer(
                host="127.0.0.1", port=port, ping=well, metrics=Metrics(), readiness=Readiness()
            ):
                pass
