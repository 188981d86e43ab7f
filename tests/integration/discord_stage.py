"""A front end on a loopback Discord, with a handful of toy commands behind the real dispatcher and store."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from pydantic import SecretStr

from bot import inject
from bot.discord.front import DiscordFront, Pace
from bot.discord.slash import Kept
from config.settings import DiscordSettings
from core.addresses import TokenRef
from core.chats import Chats
from core.payloads import Payloads
from core.people import People
from core.recents import Recents
from core.throttle import Throttle
from data.clock import SystemClock
from data.errors import BadArgument
from data.metrics import Metrics
from data.models.chat import Identity, Level, Place
from data.models.ids import Platform
from data.nursery import Nursery
from data.store.store import Store
from handlers.args import Arg
from handlers.dispatch import Dispatcher
from handlers.registry import Registry
from handlers.reply import (
    Attachment,
    Button,
    Field,
    Image,
    Invoke,
    Reply,
    Tone,
    code,
    lines,
    strong,
    tap,
    text,
)
from handlers.spec import CommandSpec, Ctx, Group, command
from tests.fakes.discord import Channel, DiscordServer, Guild, Person

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
SWIFT = Pace(first_s=0.15, slow_first_s=0.03, frames_s=0.05, complete_s=0.2, grace_s=0.5)


@dataclass(slots=True)
class Script:
    """What toy commands do and saw: `gates` are waited for, frame by frame."""

    runs: list[Ctx] = field(default_factory=list)
    args: list[object] = field(default_factory=list)
    gates: list[asyncio.Event] = field(default_factory=list)
    frames: Sequence[Reply] = ()
    suggestions: tuple[tuple[str, str], ...] = ()
    suggest_gate: asyncio.Event | None = None


async def suggest(ctx: Ctx, typed: str, *, script: Script) -> tuple[tuple[str, str], ...]:
    if typed == "crash":
        raise RuntimeError("a fault of ours")
    if script.suggest_gate is not None:
        await script.suggest_gate.wait()
    return script.suggestions or ((f"{typed.upper()} the token", BONK),)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address or ticker", complete=suggest)]
    span: Annotated[Literal["1h", "24h"], Arg("Compare with")] = "1h"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralArgs:
    """Which tokens, and how many rows."""

    tokens: Annotated[tuple[TokenRef, ...], Arg("One or more tokens", complete=suggest)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopArgs:
    """How many rows."""

    count: Annotated[int, Arg("How many", low=1, high=20)] = 5


def image(key: str) -> Image:
    """Make a reply's picture."""
    return Image(key.encode(), "chart.png", f"A {key} chart", key=key)


def token_card(token: TokenRef, span: str) -> Reply:
    """Make a card with fields, choices, a button that repeats one, and one whose payload does not fit."""
    spans = tuple(
        Button(name, Invoke("p", {"token": str(token), "span": name}), active=name == span)
        for name in ("1h", "24h")
    )
    refresh = Button("Refresh", Invoke("p", {"token": str(token), "span": span}))
    return Reply(
        title=text(str(token)),
        body=lines(code(str(token)), "@everyone buys at https://evil.example", text("More: ", tap("top"))),
        fields=(Field("Price", text("$0.0012")), Field(span, text("+4 %"))),
        buttons=(
            (*spans, refresh),
            (Button("Long", Invoke("p", {"token": f"https://dexscreener.com/solana/{BONK}"})),),
            (Button("Explorer", url=f"https://solscan.io/token/{BONK}"),),
        ),
        tone=Tone.GOOD,
    )


@command("p", "Price of a token", group=Group.TOKEN, args=TokenArgs, aliases=("price",), examples=("p BONK",))
async def p(ctx: Ctx, args: TokenArgs, *, script: Script) -> Reply:
    script.runs.append(ctx)
    script.args.append(args)
    return token_card(args.token, args.span)


@command("t", "Card of a token", group=Group.TOKEN, args=TokenArgs, examples=("t BONK",), slow=True)
async def t(ctx: Ctx, args: TokenArgs, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return token_card(args.token, args.span)


@command(
    "paste", "Card of a token", group=Group.TOKEN, args=TokenArgs, examples=("paste BONK",), menu=False,
    flag="paste", slow=True,
)  # fmt: skip
async def paste(ctx: Ctx, args: TokenArgs, *, script: Script) -> AsyncGenerator[Reply, None]:
    script.runs.append(ctx)
    if str(args.token) == "$NOPE":
        raise BadArgument("No source knows it.")
    card = token_card(args.token, args.span)
    yield card
    await asyncio.sleep(0.01)  # a chart takes a moment
    yield card.with_(image=image("red"))


@command("multi", "Several tokens", group=Group.TOKEN, args=SeveralArgs, examples=("multi BONK WIF",))
async def multi(ctx: Ctx, args: SeveralArgs, *, script: Script) -> Reply:
    script.args.append(args)
    return Reply(body=text(", ".join(map(str, args.tokens))))


@command("top", "The first of a list", group=Group.MARKET, args=TopArgs)
async def top(ctx: Ctx, args: TopArgs, *, script: Script) -> Reply:
    script.args.append(args)
    return Reply(body=text(f"{args.count} rows"))


@command("lock", "Close a command", group=Group.CHAT, level=Level.CHAT_ADMIN, place=Place.GROUP)
async def lock(ctx: Ctx, args: object, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return Reply(body=text("Closed."), buttons=((Button("Again", Invoke("lock")),),))


@command("stats", "Figures for the operator", group=Group.OPERATOR, level=Level.OPERATOR)
async def stats(ctx: Ctx, args: object) -> Reply:
    return Reply(body=text("All well."))


@command("mine", "What you hold", group=Group.YOU, private=True)
async def mine(ctx: Ctx, args: object, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return Reply(body=text(strong("7 SOL")), attachment=Attachment(b"a,b\n1,2\n", "mine.csv"))


@command("secret", "In private only", group=Group.YOU, place=Place.PRIVATE)
async def secret(ctx: Ctx, args: object) -> Reply:
    return Reply(body=text("Between us."))


async def _play(ctx: Ctx, args: object, *, script: Script) -> AsyncGenerator[Reply, None]:
    script.runs.append(ctx)
    for frame, gate in itertools.zip_longest(script.frames, script.gates):
        if gate is not None:
            await gate.wait()
        if frame is not None:
            yield frame


play = command("play", "Frames of a test", group=Group.MARKET)(_play)
slow = command("slow", "Frames of a test, late", group=Group.MARKET, slow=True)(_play)

COMMANDS = (p, t, paste, multi, top, lock, stats, mine, secret, play, slow)


class _Silent:
    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        """Count nothing."""


@dataclass(slots=True)
class Memory:
    """What was synced last, without a file."""

    words: str | None = None

    def kept(self) -> Kept:
        async def get() -> str | None:
            return self.words

        async def put(words: str) -> None:
            self.words = words

        return Kept(get, put)


@dataclass(slots=True)
class Stage:
    """A server with its people, and what a front end is made of."""

    server: DiscordServer
    olga: Person
    alice: Person
    bob: Person
    guild: Guild
    script: Script
    chats: Chats
    store: Store
    clock: SystemClock
    nursery: Nursery
    memory: Memory
    stack: AsyncExitStack
    message_content: bool
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def general(self) -> Channel:
        return self.guild.channel("general")

    def front(
        self,
        specs: Sequence[CommandSpec] = COMMANDS,
        *,
        pace: Pace = SWIFT,
        token: str | None = None,
        api_url: str | None = None,
    ) -> DiscordFront:
        """Make a front end that is not started."""
        registry = Registry(specs)
        services = {Script: self.script}
        numbers = itertools.count(1)
        dispatcher = Dispatcher(
            registry=registry, runners=inject.runners(registry, services),
            completers=inject.completers(registry, services),
            people=People(
                self.store, owners=(Identity(Platform.DISCORD, str(self.olga.id)),), open_registration=True
            ),
            chats=self.chats, throttle=Throttle(self.clock), observer=_Silent(),
            recents=Recents(self.store, self.clock, self.nursery), clock=self.clock, practice=True,
            request_ids=lambda: f"request-{next(numbers)}",
        )  # fmt: skip
        settings = DiscordSettings(
            token=SecretStr(token or self.server.token),
            api_url=api_url or self.server.url,
            message_content=self.message_content,
        )
        return DiscordFront(
            settings, dispatcher=dispatcher, payloads=Payloads(self.store, self.clock), clock=self.clock,
            nursery=self.nursery, metrics=self.metrics, synced=self.memory.kept(), pace=pace,
        )  # fmt: skip

    async def started(self, specs: Sequence[CommandSpec] = COMMANDS, *, pace: Pace = SWIFT) -> DiscordFront:
        """Make a front end and start it; it stops with the stage."""
        front = self.front(specs, pace=pace)
        await front.start()
        self.stack.push_async_callback(front.stop)
        return front

    def paths(self, method: str) -> list[str]:
        """List where calls of a method went."""
        return [call.template for call in self.server.calls if call.method == method]


_template: list[bytes] = []


async def _migrated(path: Path, clock: SystemClock) -> Store:
    """Open a database of the newest schema; the schema is made once and copied from then on."""
    if not _template:
        first = await Store.open(f"sqlite+aiosqlite:///{path}", clock)
        await first.migrate()
        await first.close()
        _template.append(await asyncio.to_thread(path.read_bytes))
    await asyncio.to_thread(path.write_bytes, _template[0])
    return await Store.open(f"sqlite+aiosqlite:///{path}", clock)


@asynccontextmanager
async def stage(*, message_content: bool = True, clock: object = None) -> AsyncIterator[Stage]:
    """Set everything up but a front end, and close it in order."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DiscordServer(clock=clock))  # type: ignore[arg-type]
        olga, alice, bob = server.person("olga"), server.person("alice"), server.person("bob")
        guild = server.guild(
            7 << 22, "Degens", owner=olga, members=[alice, bob], channels=("general", "quiet"),
            roles={"moderator": 1 << 13, "manager": 1 << 5},
        )  # fmt: skip
        time = SystemClock()
        store = await _migrated(Path(stack.enter_context(TemporaryDirectory())) / "store.db", time)
        stack.push_async_callback(store.close)
        nursery = await stack.enter_async_context(Nursery())
        yield Stage(
            server=server, olga=olga, alice=alice, bob=bob, guild=guild, script=Script(), chats=Chats(store),
            store=store, clock=time, nursery=nursery, memory=Memory(), stack=stack,
            message_content=message_content,
        )  # fmt: skip
