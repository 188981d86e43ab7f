"""Slash commands a second through the whole Discord front end, against a bare discord.py command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.bench import market
from tests.bench.bots import Answers, bot, compare
from tests.bench.measure import Row
from tests.fakes.discord import Call, DiscordServer, Person
from tests.fakes.discord.interactions import REPLY, Interactions
from tests.fakes.discord.rest import Rest

TOKEN = "token-of-a-loopback-platform"
_COMMAND = "/interactions/{interaction_id}/{interaction_token}/callback"


class _Brief:
    """REST without a judge: what answers a command is taken as it is, all else goes the full way."""

    def __init__(self, rest: Rest, interactions: Interactions, answers: Answers) -> None:
        self._rest = rest
        self._interactions = interactions
        self._answers = answers

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = f"/{request.match_info['path']}"
        if not path.endswith("/callback"):
            answer = await self._rest.serve(request)
            if request.method == "PATCH" and path.startswith("/webhooks/"):  # of an answer that came late
                self._answers.take(_words(await request.json()))
            return answer
        body = json.loads(await request.read())
        _, _, interaction_id, token, _ = path.split("/")
        call = Call(
            method=request.method, path=path, query=dict(request.query), body=body, files={}, at=0.0,
            authorized=True, template=_COMMAND,
            params={"interaction_id": interaction_id, "interaction_token": token},
        )  # fmt: skip
        told = json.dumps(self._interactions.respond(call)).encode()
        if body["type"] == REPLY:
            self._answers.take(_words(body["data"]))
        return web.Response(body=told, content_type="application/json")


def _words(data: dict[str, Any]) -> str:
    embeds = data.get("embeds") or ()
    parts = [data.get("content"), *(embed.get(name) for embed in embeds for name in ("title", "description"))]
    return " ".join(part for part in parts if part)


class Guild(DiscordServer):
    """A server with many people, and one bot."""

    def __init__(self) -> None:
        super().__init__(token=TOKEN, clock=lambda: 0.0)  # nobody is ever late
        self.answers = Answers()
        self.ready = asyncio.Event()
        self._rest = _Brief(self._rest, self.interactions, self.answers)  # type: ignore[assignment]
        self._people: list[Person] = []
        owner = self.person("owner")
        self._guild = self.guild(7 << 22, "Degens", owner=owner)

    def burst(self, tokens: Mapping[int, str]) -> None:
        while len(self._people) <= max(tokens):
            self._people.append(self.person(f"person{len(self._people)}"))
            self.member(self._people[-1], self._guild)
        channel = self._guild.channel("general")
        for person, token in tokens.items():
            self._people[person].slash(channel, "p", tokens=token)

    async def watch(self) -> None:
        """Say when the bot listens."""
        await self.wait_for(lambda: self.gateway.live, timeout=60)
        await asyncio.sleep(1)  # it is still greeted
        self.ready.set()


async def _measured() -> list[Row]:
    async with (
        Guild() as ours,
        Guild() as theirs,
        asyncio.TaskGroup() as watching,
        market.served() as urls,
    ):
        for guild in (ours, theirs):
            watching.create_task(guild.watch())
        settings = market.settings(urls) | {"DISCORD__TOKEN": TOKEN, "DISCORD__API_URL": ours.url}
        address = (theirs.url, theirs.gateway_url)
        async with (
            bot(ours, "bot", "run", settings=settings) as us,
            bot(theirs, "tests.bench.echo.discord", *address, TOKEN, settings={}) as them,
        ):
            return await compare("Discord", ours, theirs, (us, them))


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
