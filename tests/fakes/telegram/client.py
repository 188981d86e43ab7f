"""Clients of the fake server: the real one of aiogram, and bare HTTP for calls that it would not make."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.fakes.telegram.server import TelegramServer
from tests.fakes.telegram.verdict import Json


class LoopbackSession(AiohttpSession):
    """aiogram's session without its quarter of a second of grace for TLS on closing."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@asynccontextmanager
async def connect(server: TelegramServer) -> AsyncIterator[Bot]:
    """Offer an aiogram Bot that talks to the server."""
    async with Bot(server.token, LoopbackSession(api=TelegramAPIServer.from_base(server.url))) as bot:
        yield bot


@asynccontextmanager
async def polling(dispatcher: Dispatcher, bot: Bot) -> AsyncIterator[None]:
    """Run a dispatcher on long polling for the time of the block."""
    started = asyncio.Event()

    async def announce() -> None:
        started.set()

    dispatcher.startup.register(announce)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
        await started.wait()
        try:
            yield
        finally:
            await dispatcher.stop_polling()


class RawApi:
    """The Bot API as bare HTTP: `await api("sendMessage", chat_id=7, text="hi")` returns the JSON answer."""

    def __init__(self, server: TelegramServer, session: aiohttp.ClientSession) -> None:
        self.url = server.url
        self.token = server.token
        self.session = session

    async def __call__(self, method: str, files: dict[str, bytes] | None = None, /, **params: Any) -> Json:
        url = f"{self.url}/bot{self.token}/{method}"
        if files is None:
            request = self.session.post(url, json=params)
        else:
            form = aiohttp.FormData({name: str(value) for name, value in params.items()})
            for name, content in files.items():
                form.add_field(name, content, filename=f"{name}.png")
            request = self.session.post(url, data=form)
        async with request as response:
            answer: Json = await response.json()
            assert answer["ok"] is (response.status == 200)
            return answer


@asynccontextmanager
async def raw(server: TelegramServer) -> AsyncIterator[RawApi]:
    """Offer bare HTTP to the server."""
    async with aiohttp.ClientSession() as session:
        yield RawApi(server, session)
