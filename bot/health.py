"""Probes and figures over HTTP: /live, /ready, /metrics.

Live: the loop turns. Ready: the store answers, and every front end still listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from aiohttp import web

from data.errors import ConfigError, TrenchcoatError
from data.metrics import CONTENT_TYPE, Metrics


@dataclass(slots=True)
class Readiness:
    """Whether the front ends take work; `ended` names the platforms that are served no more."""

    phase: Literal["starting", "serving", "stopping"] = "starting"
    ended: set[str] = field(default_factory=set)

    @property
    def problem(self) -> str:
        """What keeps it from being ready; empty where nothing does."""
        if self.phase != "serving":
            return self.phase
        return f"ended: {', '.join(sorted(self.ended))}" if self.ended else ""


class HealthServer(AbstractAsyncContextManager["HealthServer"]):
    """Serve the probes, and routes that others mount beside them."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        ping: Callable[[], Awaitable[None]],
        metrics: Metrics,
        readiness: Readiness,
        routes: Iterable[web.RouteDef] = (),
        check_s: float = 2.0,
    ) -> None:
        self._ping = ping
        self._check_s = check_s
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
        self._readiness = readiness

    @property
    def port(self) -> int:
        """The port in use."""
        address = self._runner.addresses[0]
        return int(address[1])

    async def __aenter__(self) -> HealthServer:
        """Begin to serve.

        Raises:
            ConfigError: the address cannot be listened on.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._host}:{self._port}: {error.strerror}"
            raise ConfigError([f"TRENCHCOAT_HTTP__PORT: cannot listen on {where}"]) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _live(self, request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def _ready(self, request: web.Request) -> web.Response:
        if self._readiness.problem:
            return web.json_response({"ready": False, "problem": self._readiness.problem}, status=503)
        try:
            async with asyncio.timeout(self._check_s):
                await self._ping()
        except (TrenchcoatError, TimeoutError) as error:
            return web.json_response({"ready": False, "problem": type(error).__name__}, status=503)
        return web.json_response({"ready": True})

    async def _figures(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})
