"""Knows how the parts of the fake fit together and gives tests a handle. Refuses to know any rule itself."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

import yarl
from aiohttp import web

import discord.utils
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .commands import CommandTree
from .faults import Fault, Limits, Order
from .gateway import Gateway
from .interactions import Interaction, Interactions
from .ledger import Call, Json, Rule, Violation
from .messages import SeenMessage
from .objects import ADMINISTRATOR, EVERYONE, TEXT, Channel, Guild, Member, Role, User, Webhook
from .people import Person, Stage, WebhookSender
from .rest import Rest
from .routes import Backend
from .world import World

T = TypeVar("T")
MAX_BODY = 64 * 1024 * 1024
ADMIN_ROLE = "Administrator"


class DiscordServer:
    """The whole fake; use as an async context manager.

    `clock` gives the seconds by which interactions grow late and expire, by default the loop's. Rate limits
    always follow the loop, because the client sleeps by it.
    """

    def __init__(
        self,
        *,
        token: str = "the.bot.token",
        bot_id: int = 1_000_000_000_000_000_001,
        clock: Callable[[], float] | None = None,
        strict_limits: bool = False,
    ) -> None:
        self.token = token
        self.violations: list[Violation] = []
        self._clock = clock
        self._port = 0
        self._changed = asyncio.Event()
        self._started_wall = discord.utils.utcnow()
        self._started_clock: float | None = None
        bot = User(id=bot_id, name="trenchcoat", bot=True)
        self.world = World(bot, self._now, self._cdn_url, self.dispatch_raw)
        self.gateway = Gateway(
            self.world, token, url=lambda: self.gateway_url, broken=self._broken, changed=self._notify
        )
        self.interactions = Interactions(self.world, self._seconds, self.dispatch_raw)
        self.commands = CommandTree(application_id=bot_id)
        backend = Backend(
            world=self.world,
            tree=self.commands,
            interactions=self.interactions,
            gateway=self.gateway,
            gateway_url=lambda: self.gateway_url,
            nonces={},
        )
        limits = Limits(strict=strict_limits, wall=self._now)
        self._rest = Rest(backend, limits, token, self.violations, self._notify)
        self._stage = Stage(
            world=self.world, tree=self.commands, interactions=self.interactions, wait_for=self.wait_for
        )
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/cdn/{id}/{name}", self._serve_file)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.close(1001, "Going away")
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The REST base, for `discord.http.Route.BASE`."""
        return f"http://127.0.0.1:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The gateway, as `/gateway/bot` and READY name it."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @contextmanager
    def redirect(self) -> Iterator[None]:
        """Point discord.py at this server for a while.

        A plain `discord.Client` never asks `/gateway/bot`: it begins at `DiscordWebSocket.DEFAULT_GATEWAY`,
        and every client returns there after INVALID_SESSION. Both addresses must move.
        """
        base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = self.url, yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway

    @property
    def calls(self) -> list[Call]:
        """Every REST call, oldest first."""
        return self._rest.calls

    @property
    def invalid_requests(self) -> int:
        """How many answers count towards Discord's ban: 401, 403 and unshared 429."""
        return self._rest.invalid_requests

    def verify(self) -> None:
        """Fail with every broken rule and with what was left: unanswered, thinking, pictures without file.

        Raises:
            AssertionError: there is something to list.
        """
        left = [Violation(rule=rule, detail=who) for rule, who in self.interactions.unfinished()]
        for channel in self.world.channels.values():
            for message in channel.stored.values():
                for name in {name for version in message.versions for name in version.dangling()}:
                    left.append(
                        Violation(rule=Rule.DANGLING_ATTACHMENT, detail=f"{name} in message {message.id}")
                    )
        found = [*self.violations, *left]
        if found:
            raise AssertionError("\n".join(map(str, found)))

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until `predicate` returns something true, and return that.

        Raises:
            TimeoutError: nothing came; the message lists the last calls.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (result := predicate()):
                    self._changed.clear()
                    await self._changed.wait()
                return result
        except TimeoutError:
            last = [f"{call.method} {call.path} {call.status}" for call in self.calls[-10:]]
            raise TimeoutError(f"nothing in {timeout} s; last calls {last}") from None

    async def shown(
        self, interaction: Interaction, *, count: int = 1, timeout: float = 5.0
    ) -> tuple[SeenMessage, ...]:
        """Wait until an interaction has shown its person `count` messages, and return them.

        Raises:
            TimeoutError: fewer came.
        """
        await self.wait_for(lambda: len(interaction.messages) >= count, timeout)
        return interaction.messages

    def fault(
        self, fault: Fault, *, method: str | None = None, path: str | None = None, times: int = 1
    ) -> None:
        """Order trouble for the next `times` calls; `path` is concrete or as the document writes it."""
        self._rest.orders.append(Order(fault=fault, method=method, path=path, times=times))

    def dispatch_raw(self, event: str, data: Json) -> None:
        """Send any gateway event."""
        self.gateway.dispatch(event, data)

    def channel(self, channel_id: int) -> Channel:
        """Return a channel, to read what people see in it."""
        return self.world.channel(channel_id)

    def person(self, name: str, *, user_id: int | None = None, bot: bool = False) -> Person:
        """Open an account."""
        user = User(id=user_id or self.world.next_id(), name=name, bot=bot)
        self.world.users[user.id] = user
        return Person(self._stage, user)

    def dm(self, person: Person) -> Channel:
        """Return the direct messages between a person and the bot."""
        return self.world.dm(person.user)

    def guild(
        self,
        guild_id: int,
        name: str,
        *,
        owner: Person,
        channels: Iterable[str] = ("general",),
        roles: Mapping[str, int] | None = None,
        members: Iterable[Person] = (),
    ) -> Guild:
        """Make a guild with text channels and roles (name to permission bits) and let the bot join it."""
        guild = Guild(id=guild_id, name=name, owner_id=owner.id)
        guild.roles[guild_id] = Role(id=guild_id, name="@everyone", permissions=EVERYONE, position=0)
        for role, permissions in {**(roles or {}), ADMIN_ROLE: ADMINISTRATOR}.items():
            role_id = self.world.next_id()
            guild.roles[role_id] = Role(
                id=role_id, name=role, permissions=permissions, position=len(guild.roles)
            )
        for each in channels:
            channel = Channel(id=self.world.next_id(), kind=TEXT, name=each, guild=guild)
            guild.channels[channel.id] = channel
        for user in (self.world.bot, owner.user, *(person.user for person in members)):
            guild.members[user.id] = Member(user=user, joined_at=self.world.at())
        self.world.add_guild(guild)
        return guild

    def member(
        self, person: Person, guild: Guild, *, roles: Iterable[str] = (), administrator: bool = False
    ) -> None:
        """Let a person join a guild, or replace all their roles there, which may demote them."""
        names = [*roles, *([ADMIN_ROLE] if administrator else ())]
        given = tuple(guild.role(name) for name in names)
        self.world.set_member(guild, Member(user=person.user, joined_at=self.world.at(), roles=given))

    def webhook(self, channel: Channel, name: str = "hook") -> WebhookSender:
        """Make an incoming webhook for a channel."""
        user = User(id=self.world.next_id(), name=name, bot=True)
        webhook = Webhook(token=secrets.token_urlsafe(51), channel=channel, user=user)
        self.world.webhooks[user.id] = webhook
        return WebhookSender(self.world, webhook, lambda: self.url)

    async def _serve_file(self, request: web.Request) -> web.Response:
        attachment = self.world.attachments.get(int(request.match_info["id"]))
        if attachment is None or attachment.name != request.match_info["name"]:
            return web.Response(status=404)
        return web.Response(body=attachment.data, content_type="application/octet-stream")

    def _cdn_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/cdn"

    def _seconds(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()

    def _now(self) -> datetime:
        """Return the wall time: real at the start, moved by the clock since."""
        if self._started_clock is None:
            self._started_clock = self._seconds()
        return self._started_wall + timedelta(seconds=self._seconds() - self._started_clock)

    def _broken(self, rule: Rule, detail: str) -> None:
        self.violations.append(Violation(rule=rule, detail=detail))

    def _notify(self) -> None:
        self._changed.set()
