"""The platform without front ends, in this process, on a practice market in another."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from bot.app import App, build
from config import logs
from config.settings import ProviderSettings, Settings
from data.gateway.transport import HttpTransport, Request, Response
from data.models.chat import Chat, ChatKind, Identity
from data.models.ids import Platform
from handlers import dispatch
from handlers.reply import Reply
from handlers.spec import Origin
from tests.bench import market
from tests.bench.measure import now


class Stopwatch:
    """The network, and how long each request took."""

    def __init__(self) -> None:
        self.begun = 0
        self._seconds: list[float] = []
        self._waiting: set[float] = set()
        self._network = HttpTransport()

    async def __aenter__(self) -> Self:
        await self._network.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._network.__aexit__(kind, error, trace)

    async def send(self, request: Request) -> Response:
        started = now()
        self.begun += 1
        self._waiting.add(started)
        try:
            return await self._network.send(request)
        finally:
            self._waiting.discard(started)
            self._seconds.append(now() - started)

    @property
    def slowest_s(self) -> float:
        """How long the slowest request took, or has taken so far."""
        at = now()
        return max([*self._seconds, *(at - started for started in self._waiting)])


@cache
def _log_to_nowhere() -> None:
    """Write logs as in service, once for this process: loggers keep the file they began with."""
    with redirect_stderr(Path(os.devnull).open("w")):
        logs.configure("json", "info")


@asynccontextmanager
async def built(urls: dict[str, str], transport: Stopwatch | None = None) -> AsyncIterator[App]:
    """Build it with an empty state."""
    providers = {vendor: ProviderSettings(base_url=url) for vendor, url in urls.items()}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        _log_to_nowhere()
        settings = Settings(market="sandbox", state_dir=folder, providers=providers)
        yield await stack.enter_async_context(build(settings, transport=transport))


@asynccontextmanager
async def served() -> AsyncIterator[App]:
    """Build it on a market without delays."""
    async with market.served() as urls, built(urls) as app:
        yield app


def request(person: int, command: str, **named: str) -> dispatch.Request:
    """Say a command in a private chat."""
    number = str(person)
    return dispatch.Request(
        command=command, origin=Origin.SLASH, identity=Identity(Platform.TELEGRAM, number), name="person",
        chat=Chat(platform=Platform.TELEGRAM, id=number, channel=number, kind=ChatKind.PRIVATE), named=named,
    )  # fmt: skip


async def answered(app: App, asked: dispatch.Request) -> Reply:
    """Run a command to its last frame.

    Raises:
        AssertionError: it failed; its figure would mean nothing.
    """
    async for reply in app.dispatcher.frames(asked):
        last = reply
    assert not last.error, last.body.plain
    return last
