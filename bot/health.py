"""Probes and figures over HTTP: /live (the loop turns), /ready (the store answers), /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from aiohttp import web

from data.errors import TrenchcoatError
from data.metrics import CONTENT_TYPE, Metrics

_CHECK_S = 2.0


class HealthServer(AbstractAsyncContextManager["HealthServer"]):
    """Serve the probes, and routes that others mount beside them."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        ping: Callable[[], Awaitable[None]],
        metrics: Metrics,
        routes: Iterable[web.RouteDef] = (),
    ) -> None:
        self._ping = ping
        self._metrics = metrics
        app = web.Application(client_max_size=1024 * 1024)
        app.add_routes(
            [
                web.get("/live", self._live),
                web.get("/ready", self._ready),
                web.get("/metrics", self._figures),
                *routes,
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        self._host, self._port = host, port
        self.stopping = False

    @property
    def port(self) -> int:
        """The port in use."""
        address = self._runner.addresses[0]
        return int(address[1])

    async def __aenter__(self) -> HealthServer:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _live(self, request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, request: web.Request) -> web.Response:
        if self.stopping:
            return web.json_response({"ready": False, "problem": "stopping"}, status=503)
        try:
            async with asyncio.timeout(_CHECK_S):
                await self._ping()
        except (TrenchcoatError, TimeoutError) as error:
            return web.json_response({"ready": False, "problem": type(error).__name__}, status=503)
        return web.json_response({"ready": True})

    async def _figures(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})
