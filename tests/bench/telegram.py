"""Commands a second through the whole Telegram front end, against a bare aiogram echo, by long polling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.bench import market
from tests.bench.bots import Answers, bot, compare
from tests.bench.measure import Row

TOKEN = "424242:token-of-a-loopback-platform-here"
_US = {"id": 424242, "is_bot": True, "first_name": "Bot", "username": "loopback_bot"}
_AT = 1_790_000_000


class BotApi:
    """As much of the Bot API as an answer needs."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.ready = asyncio.Event()
        self.url = ""
        self._updates: list[Mapping[str, Any]] = []
        self._said = asyncio.Event()
        self._numbers = 0
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def burst(self, tokens: Mapping[int, str]) -> None:
        self._updates += [self._asked(1000 + person, f"/p {token}") for person, token in tokens.items()]
        self._said.set()

    def _asked(self, person: int, words: str) -> Mapping[str, Any]:
        self._numbers += 1
        name = {"id": person, "first_name": f"Person {person}"}
        message = {
            "message_id": self._numbers, "date": _AT, "text": words,
            "chat": name | {"type": "private"}, "from": name | {"is_bot": False, "language_code": "en"},
            "entities": [{"type": "bot_command", "offset": 0, "length": 2}],
        }  # fmt: skip
        return {"update_id": self._numbers, "message": message}

    async def _answer(self, request: web.Request) -> web.Response:
        given = await request.post()
        match request.match_info["method"].lower():
            case "getupdates":
                result: object = await self._poll(given)
            case "sendmessage":
                result = self._sent(given)
            case "getme":
                result = _US
            case "getmycommands":
                result = []
            case _:
                result = True
        body = json.dumps({"ok": True, "result": result}).encode()
        return web.Response(body=body, content_type="application/json")

    async def _poll(self, given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        self.ready.set()
        offset = int(given.get("offset", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        if not self._updates:
            self._said.clear()
            try:
                async with asyncio.timeout(int(given.get("timeout", 0))):
                    await self._said.wait()
            except TimeoutError:
                return []
        return self._updates[: int(given.get("limit", 100))]

    def _sent(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        self._numbers += 1
        self.answers.take(given["text"])
        return {
            "message_id": self._numbers, "date": _AT, "from": _US, "text": given["text"],
            "chat": {"id": int(given["chat_id"]), "type": "private", "first_name": "Person"},
            "entities": json.loads(given.get("entities", "[]")),
        }  # fmt: skip


async def _measured() -> list[Row]:
    async with BotApi() as ours, BotApi() as theirs, market.served() as urls:
        settings = market.settings(urls) | {"TELEGRAM__TOKEN": TOKEN, "TELEGRAM__API_URL": ours.url}
        async with (
            bot(ours, "bot", "run", settings=settings) as us,
            bot(theirs, "tests.bench.echo.telegram", theirs.url, TOKEN, settings={}) as them,
        ):
            return await compare("Telegram", ours, theirs, (us, them))


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
