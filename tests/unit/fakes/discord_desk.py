"""A Discord fake without a client: calls are made by hand and the clock is turned by hand."""

from typing import Any

import aiohttp

from tests.fakes.discord import DiscordServer, Guild, Interaction, Person, Rule

SAFE: dict[str, list[str]] = {"parse": []}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A server without a client: calls are made by hand, the clock is turned by hand."""

    def __init__(self, server: DiscordServer, clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.alice: Person = server.person("alice")
        self.guild: Guild = server.guild(7 << 22, "Degens", owner=self.alice)
        self.general = self.guild.channel("general")
        self.messages = f"/channels/{self.general.id}/messages"
        self.application = f"/applications/{server.world.bot.id}"

    async def post(self, **body: Any) -> Any:
        return await send(self.server, "POST", self.messages, {"allowed_mentions": SAFE, **body})

    async def respond(self, asked: Interaction, kind: int, **data: Any) -> Any:
        path = f"/interactions/{asked.id}/{asked.token}/callback"
        return await send(
            self.server, "POST", path, {"type": kind, "data": {"allowed_mentions": SAFE, **data}}
        )

    async def follow(self, asked: Interaction, method: str, path: str, **body: Any) -> Any:
        path = f"/webhooks/{self.server.world.bot.id}/{asked.token}{path}"
        return await send(self.server, method, path, {"allowed_mentions": SAFE, **body})

    async def ask(self) -> Interaction:
        command = {"name": "price", "description": "Price"}
        await send(self.server, "PUT", f"{self.application}/commands", [command])
        return self.alice.slash(self.general, "price")

    def rules(self) -> list[Rule]:
        return [each.rule for each in self.server.violations]


async def send(server: DiscordServer, method: str, path: str, body: Any = None, **options: Any) -> Any:
    """Call the API without discord.py, so that nothing is tidied; return status and JSON answer."""
    headers = {"Authorization": f"Bot {options.pop('token', server.token)}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, server.url + path, json=body, **options) as response,
    ):
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json and response.status != 204 else None
