"""The whole application on virtual time: the practice market is asked without sockets, the database without
threads, and the charts are drawn by nobody. An hour of the market costs what its answers cost.

The market's own handlers and faults answer: what a client would see of a fault on a socket is told here in
the words of `HttpTransport`, and `tests/integration/test_enrichment.py` keeps a sample on real sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiosqlite
import pytest
from aiohttp import web
from aiohttp.http import HttpVersion11, RawRequestMessage
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot import app as root
from bot import market as practice
from bot.app import App
from config.settings import SandboxSettings, Settings
from core.charts.spec import Chart
from data.clock import Deadline
from data.errors import BadPayload, Unavailable
from data.gateway.transport import MOST_BYTES, Request, Response
from data.sandbox import world as worlds
from data.sandbox.server import SandboxServer
from data.sandbox.world import World
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import VirtualLoop

T = TypeVar("T")


class SandboxTransport:
    """The way to the practice market without a socket: its handlers are called, its faults are felt."""

    def __init__(self) -> None:
        self.sandbox: SandboxServer | None = None
        self.asked: list[tuple[str, float]] = []
        self.slow: Mapping[str, float] = {}  # how many seconds longer these take

    async def send(self, request: Request) -> Response:
        assert self.sandbox is not None
        parts = urlsplit(request.url)
        vendor = parts.path.split("/")[1]
        self.asked.append((vendor, asyncio.get_running_loop().time()))
        await asyncio.sleep(self.slow.get(vendor, 0.0))
        line = _Line()
        asking = _asking(request, line)
        found = await self.sandbox.application.router.resolve(asking)
        found.add_app(self.sandbox.application)
        asking._match_info = found
        try:
            answer = await found.handler(asking)
        except web.HTTPException as refused:
            return Response(status=refused.status, body=(refused.text or "").encode())
        if line.dropped:
            raise Unavailable("connection broken")
        body = bytes(line.body) if line.body else bytes(getattr(answer, "body", None) or b"")
        return Response(
            status=answer.status,
            headers={key.lower(): value for key, value in answer.headers.items()},
            body=body,
        )


class _Line:
    """The connection as a handler sees it: what it writes, and whether it hangs up."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.dropped = False
        self.length = 0
        self.output_size = 0

    def abort(self) -> None:
        self.dropped = True

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    async def write(self, chunk: bytes) -> None:
        self.body += chunk
        if len(self.body) > MOST_BYTES:
            raise BadPayload(f"more than {MOST_BYTES} bytes")

    async def write_eof(self, chunk: bytes = b"") -> None:
        await self.write(chunk)

    async def write_headers(self, status_line: str, headers: object) -> None:
        """The status and the headers are read off the answer."""

    def enable_chunking(self) -> None:
        """There is no wire to chunk for."""

    def send_headers(self) -> None:
        """Nor one to send on."""


def _asking(request: Request, line: _Line) -> web.Request:
    loop = asyncio.get_running_loop()
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    protocol = SimpleNamespace(
        transport=line, peername=None, sockname=None, ssl_context=None, writer=line, _reading_paused=False,
        resume_reading=lambda **_: None,
    )  # fmt: skip
    payload = StreamReader(protocol, 2**16, loop=loop)  # type: ignore[arg-type]
    payload.feed_data(request.body or b"")
    payload.feed_eof()
    headers = CIMultiDictProxy(CIMultiDict(request.headers))
    url = URL(target, encoded=True)
    message = RawRequestMessage(
        request.method, target, HttpVersion11, headers, (), False, None, False, False, url
    )  # fmt: skip
    task: Any = asyncio.current_task()
    return web.Request(message, payload, protocol, line, task, loop)  # type: ignore[arg-type]


class StillLoop(VirtualLoop):
    """A virtual loop that stands still while a thread works: no clock runs ahead of it."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = ThreadPoolExecutor(1)

    def close(self) -> None:
        self._thread.shutdown()
        super().close()

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(self._thread.submit(func, *args).result())
        except Exception as error:  # noqa: BLE001 - it is the caller's, as from a thread
            done.set_exception(error)
        return done


class _AtOnce:
    """What takes a connection's work: does it in place of the connection's thread."""

    def put_nowait(self, work: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = work
        try:
            result = function()
        except Exception as error:
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


def _connect(*args: Any, **kwargs: Any) -> aiosqlite.Connection:
    connection = _real_connect(*args, **kwargs)
    connection._tx = _AtOnce()  # type: ignore[assignment]
    connection._thread = SimpleNamespace(daemon=True, start=lambda: None)  # type: ignore[assignment]
    return connection


_real_connect = aiosqlite.connect


class NoRenderer:
    """Draws a blank picture of anything: what is tested is who is asked for what it shows."""

    async def render(self, picture: object, deadline: Deadline) -> Chart | None:
        return Chart(png=b"\x89PNG", width=1, height=1, alt="A picture.")

    async def aclose(self) -> None:
        """There is no process to end."""


def still(scenario: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a scenario on virtual time, with the database and the charts of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiosqlite, "connect", _connect)
        patch.setattr(root, "Renderer", NoRenderer)
        patch.setattr(practice, "apart", practice.server)  # nothing real keeps pace with this clock
        with asyncio.Runner(loop_factory=StillLoop) as runner:
            return runner.run(scenario())


@asynccontextmanager
async def market(
    folder: Path, *, world: World | None = None, seed: int = 7, latency_ms: tuple[int, int] = (20, 400)
) -> AsyncIterator[tuple[App, SandboxTransport]]:
    """Run the application on the practice market, on the time of the running loop.

    A `world` goes on where it stood: what it drew of its past is not drawn again.
    """
    transport = SandboxTransport()
    clock = LoopClock() if world is None else LoopClock(world.now)
    settings = Settings(
        market="sandbox", state_dir=folder, sandbox=SandboxSettings(seed=seed, latency_ms=latency_ms)
    )
    with pytest.MonkeyPatch.context() as patch:
        if world is not None:
            patch.setattr(worlds, "World", lambda seed, at: world)
        async with root.build(settings, clock=clock, transport=transport) as app:
            transport.sandbox = app.sandbox
            yield app, transport
