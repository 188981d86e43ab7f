"""A front end on a loopback Telegram, with a handful of toy commands behind the real dispatcher and store."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Annotated, Literal

from aiogram.client.telegram import TelegramAPIServer
from PIL import Image as Picture
from pydantic import SecretStr

from bot import inject
from bot.telegram.front import TelegramFront
from config.settings import TelegramSettings
from core.addresses import TokenRef
from core.chats import Chats
from core.payloads import Payloads
from core.people import People
from core.recents import Recents
from core.throttle import Throttle
from data.models.chat import Identity, Level, Place
from data.models.ids import Platform
from data.nursery import Nursery
from data.store.store import Store
from handlers.args import Arg
from handlers.dispatch import Dispatcher, Request
from handlers.inline import InlineResult
from handlers.registry import Registry
from handlers.reply import Attachment, Button, Field, Image, Invoke, Reply, Tone, code, lines, strong, text
from handlers.spec import Ctx, Group, command
from tests.fakes.telegram import TelegramServer
from tests.fakes.telegram.client import LoopbackSession

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
OWNER_ID = 1


class HastyClock:
    """The loop's time, `speed` times as fast: what waits a minute waits half a second at 120."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_790_000_000 + self.monotonic(), UTC)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


@dataclass(slots=True)
class Script:
    """What toy commands do and saw: `gates` are waited for, frame by frame."""

    runs: list[Ctx] = field(default_factory=list)
    gates: list[asyncio.Event] = field(default_factory=list)
    frames: Sequence[Reply] = ()
    inline: Sequence[InlineResult] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address or ticker")]
    span: Annotated[Literal["1h", "24h"], Arg("Compare with")] = "1h"


def png(colour: str) -> bytes:
    """Draw a small picture of one colour."""
    buffer = BytesIO()
    Picture.new("RGB", (8, 6), colour).save(buffer, "PNG")
    return buffer.getvalue()


def image(colour: str) -> Image:
    """Make a reply's picture."""
    return Image(png(colour), "chart.png", f"A {colour} chart", key=colour)


def token_card(token: TokenRef, span: str) -> Reply:
    """Make a card with fields, choices and a button whose payload does not fit."""
    spans = tuple(
        Button(name, Invoke("p", {"token": str(token), "span": name}), active=name == span)
        for name in ("1h", "24h")
    )
    return Reply(
        title=text(str(token)),
        body=lines(code(str(token)), "@everyone buys at evil.example"),
        fields=(Field("Price", text("$0.0012")), Field(span, text("+4 %"))),
        buttons=(spans, (Button("Long", Invoke("p", {"token": f"https://dexscreener.com/solana/{BONK}"})),)),
        tone=Tone.GOOD,
    )


@command("p", "Price of a token", group=Group.TOKEN, args=TokenArgs, aliases=("price",), examples=("p BONK",))
async def p(ctx: Ctx, args: TokenArgs, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return token_card(args.token, args.span)


@command("paste", "Card of a token", group=Group.TOKEN, args=TokenArgs, examples=("paste BONK",), menu=False)
async def paste(ctx: Ctx, args: TokenArgs, *, script: Script) -> AsyncGenerator[Reply, None]:
    script.runs.append(ctx)
    card = token_card(args.token, args.span)
    yield card
    await asyncio.sleep(0.01)  # a chart takes a moment
    yield card.with_(image=image("red"))


@command("lock", "Close a command", group=Group.CHAT, level=Level.CHAT_ADMIN, place=Place.GROUP)
async def lock(ctx: Ctx, args: object, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return Reply(body=text("Closed."), buttons=((Button("Again", Invoke("lock")),),))


@command("mine", "What you hold", group=Group.YOU, private=True)
async def mine(ctx: Ctx, args: object, *, script: Script) -> Reply:
    script.runs.append(ctx)
    return Reply(body=text(strong("7 SOL")), attachment=Attachment(b"a,b\n1,2\n", "mine.csv"))


@command("play", "Frames of a test", group=Group.MARKET)
async def play(ctx: Ctx, args: object, *, script: Script) -> AsyncGenerator[Reply, None]:
    script.runs.append(ctx)
    for frame, gate in itertools.zip_longest(script.frames, script.gates):
        if gate is not None:
            await gate.wait()
        if frame is not None:
            yield frame


class _Deaf:
    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        """Count nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The front end, and what stands around it."""

    server: TelegramServer
    front: TelegramFront
    script: Script
    chats: Chats
    nursery: Nursery
    clock: HastyClock


@asynccontextmanager
async def stage(
    *,
    speed: float = 1.0,
    started: bool = True,
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
    token: str | None = None,
    api_url: str | None = None,
    practice: bool = False,
    own_session: bool = False,
) -> AsyncIterator[Stage]:
    """Set everything up, and close it in order; the front end's `own_session` takes a moment to close."""
    clock = HastyClock(speed)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TelegramServer(clock=clock.monotonic))
        kept = await Store.open("sqlite+aiosqlite://", clock)
        stack.push_async_callback(kept.close)
        await kept.migrate()
        nursery = await stack.enter_async_context(Nursery())
        script, registry, chats = Script(), Registry([p, paste, lock, mine, play]), Chats(kept)
        owners = (Identity(Platform.TELEGRAM, str(OWNER_ID)),)
        numbers = itertools.count(1)
        dispatcher = Dispatcher(
            registry=registry, runners=inject.runners(registry, {Script: script}), completers={},
            people=People(kept, owners=owners, open_registration=True), chats=chats,
            throttle=Throttle(clock), recents=Recents(kept, clock, nursery), observer=_Deaf(),
            clock=clock, request_ids=lambda: f"request-{next(numbers)}", practice=practice,
        )  # fmt: skip

        async def inline(request: Request, query: str) -> Sequence[InlineResult]:
            return script.inline

        settings = TelegramSettings(
            token=SecretStr(token or server.token), api_url=api_url or server.url, webhook_url=webhook_url,
            webhook_secret=SecretStr(webhook_secret) if webhook_secret else None,
        )  # fmt: skip
        loopback = LoopbackSession(api=TelegramAPIServer.from_base(settings.api_url))
        front = TelegramFront(
            settings, dispatcher=dispatcher, payloads=Payloads(kept, clock), chats=chats, clock=clock,
            nursery=nursery, inline=inline,
            session=None if own_session else loopback,
        )  # fmt: skip
        if started:
            await front.start()
            stack.push_async_callback(front.stop)
        yield Stage(server, front, script, chats, nursery, clock)


async def until(condition: Callable[[], Awaitable[bool] | bool], timeout_s: float = 5.0) -> None:
    """Wait for what no call to the server announces.

    Raises:
        TimeoutError: it does not come true in time.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)
