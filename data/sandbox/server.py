"""The sandbox on loopback: one server, a mount per vendor, latency and faults on request.

Knows sockets and time; what is said is `wire`'s and `chain`'s. World time runs from the moment of entering,
`speed` times as fast as the clock that is handed in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from data.clock import Clock, SystemClock
from data.sandbox import faults as spoiling
from data.sandbox import seeds
from data.sandbox.chain import Chain, Method
from data.sandbox.channels import PUMPPORTAL, SOLANA, Channels
from data.sandbox.faults import Fault, Faults
from data.sandbox.wire.call import Answer, Call, Vendor, merged
from data.sandbox.wire.vendors import NODES, VENDORS
from data.sandbox.world import World

RETRY_AFTER_S = 7
_HUGE_PIECES, _PIECE = 800, b" " * 65_536  # 50 MiB in all
_DRIP_BYTES, _DRIP_S = 16, 1.0
_HANG_S = 3_600.0
_SHUTDOWN_S = 0.1
_PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>One more step</body></html>"


class SandboxServer:
    """The practice market as a server: `async with SandboxServer(world) as sandbox: sandbox.base_urls`."""

    def __init__(
        self,
        world: World,
        *,
        latency_ms: tuple[int, int] = (0, 0),
        faults: Faults | None = None,
        speed: float = 1.0,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Prepare a server; port 0 takes a free one."""
        self.world = world
        self.faults = Faults() if faults is None else faults
        self.requests: Counter[str] = Counter()
        self.url = ""
        self._latency_ms = latency_ms
        self._lots = seeds.stream(world.seed, "latency")
        self._speed = speed
        self._clock = clock or SystemClock()
        self._port = port
        self._chain = Chain(world)
        self._world_start, self._booted_at = world.now, self._clock.now()
        self.channels = Channels(world, self._chain, lambda: self.now, self._clock, self.faults)
        self.application = self._application()
        self._runner = web.AppRunner(
            self.application, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_S
        )

    @property
    def base_urls(self) -> dict[str, str]:
        """Where each vendor is found, by its id; the chain's nodes among them."""
        vendors = (*VENDORS, *(node for node, _ in NODES))
        return {vendor.id: f"{self.url}/{vendor.id}{vendor.root}" for vendor in vendors}

    @property
    def streams(self) -> dict[str, str]:
        """Where each stream is found, by its vendor's id."""
        return {name: f"{self.url.replace('http', 'ws', 1)}/{name}" for name in (PUMPPORTAL, SOLANA)}

    @property
    def now(self) -> datetime:
        """World time at this moment."""
        return self._world_start + (self._clock.now() - self._booted_at) * self._speed

    async def __aenter__(self) -> Self:
        self._world_start, self._booted_at = self.world.now, self._clock.now()
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        for vendor in VENDORS:
            for path, handler in vendor.routes.items():
                application.router.add_get(
                    f"/{vendor.id}{vendor.root}{path}", self._serving(vendor, _reading(self.world, handler))
                )
        for node, methods in NODES:
            application.router.add_post(f"/{node.id}", self._serving(node, _calling(self._chain, methods)))
        application.router.add_routes(self.channels.routes())
        return application

    def _serving(
        self, vendor: Vendor, answer: Callable[[web.Request], Awaitable[Answer]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.requests[vendor.id] += 1
            low, high = self._latency_ms
            if high > 0:
                await self._clock.sleep(float(self._lots.uniform(low, high)) / 1_000)
            self.world.advance(self.now)
            fault = self.faults.strike(vendor.id)
            if fault is None:
                return _json(await answer(request))
            return await self._fail(request, vendor, fault, answer)

        return serve

    async def _fail(
        self,
        request: web.Request,
        vendor: Vendor,
        fault: Fault,
        answer: Callable[[web.Request], Awaitable[Answer]],
    ) -> web.StreamResponse:
        match fault:
            case Fault.REFUSED:
                return _dropped(request)
            case Fault.HANG:
                await self._clock.sleep(_HANG_S)
                return _dropped(request)
            case Fault.RATE_LIMITED:
                return _json(Answer(body=vendor.throttled, status=429))
            case Fault.RATE_LIMITED_FOR:
                return _json(Answer(body=vendor.throttled, status=429), {"Retry-After": str(RETRY_AFTER_S)})
            case Fault.SERVER_ERROR:
                return web.Response(status=500, text="Internal Server Error")
            case Fault.HTML:
                return web.Response(text=_PAGE, content_type="text/html")
            case Fault.ERROR_IN_200:
                return _json(Answer(body=vendor.refusal))
            case Fault.HUGE:
                return await _huge(request)
        told = await answer(request)
        match fault:
            case Fault.DRIP:
                return await self._drip(request, told)
            case Fault.CUT:
                return _raw(_encoded(told.body)[: len(_encoded(told.body)) // 2])
            case Fault.WRONG_SCHEMA:
                return _json(Answer(body=spoiling.wrong_schema(told.body)))
            case Fault.ABSURD:
                return _json(Answer(body=spoiling.absurd(told.body)))

    async def _drip(self, request: web.Request, told: Answer) -> web.StreamResponse:
        response = await _opened(request)
        body = _encoded(told.body)
        for start in range(0, len(body), _DRIP_BYTES):
            await response.write(body[start : start + _DRIP_BYTES])
            await self._clock.sleep(_DRIP_S)
        await response.write_eof()
        return response


def _reading(
    world: World, handler: Callable[[World, Call], Answer]
) -> Callable[[web.Request], Awaitable[Answer]]:
    async def read(request: web.Request) -> Answer:
        return handler(world, Call(path=dict(request.match_info), query=merged(request.query)))

    return read


def _calling(chain: Chain, methods: Mapping[str, Method]) -> Callable[[web.Request], Awaitable[Answer]]:
    async def call(request: web.Request) -> Answer:
        return Answer(body=chain.answer(await request.read(), methods))

    return call


def _encoded(body: object) -> bytes:
    """Write JSON; NaN and Infinity come out as such, which only a fault puts in."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _json(answer: Answer, headers: Mapping[str, str] | None = None) -> web.Response:
    return _raw(_encoded(answer.body), answer.status, headers)


def _raw(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


async def _opened(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    return response


async def _huge(request: web.Request) -> web.StreamResponse:
    response = await _opened(request)
    for _ in range(_HUGE_PIECES):
        await response.write(_PIECE)
    await response.write(b"{}")
    await response.write_eof()
    return response


def _dropped(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
