"""The Discord front end: each event becomes a request, and the frames of its answer are shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import discord
import structlog
from cachetools import LRUCache, TTLCache

from bot.discord import request, session, slash
from bot.discord.buttons import Buttons
from bot.discord.outlet import DiscordOutlet
from bot.discord.refusals import Refusals
from bot.discord.screen import Easel, InteractionScreen, MessageScreen, Screen
from bot.discord.slash import Interaction, Kept, Tree
from bot.frames import conflate
from config.settings import DiscordSettings
from core.payloads import Payloads
from data.clock import Clock
from data.errors import BadArgument, ChatGone, DeliveryError, InvariantBroken, Rejected
from data.metrics import Metrics
from data.models.chat import Chat
from data.models.ids import Platform
from data.nursery import Nursery
from handlers import failures, sniff
from handlers.args import Param
from handlers.dispatch import Dispatcher, Request
from handlers.failures import Asked
from handlers.reply import Reply, Tone, text
from handlers.spec import CommandSpec, Origin

log = structlog.get_logger("discord")

HINT: Final = Reply(body=text("Paste a token's address, or type / to see what I can do."))
NOTHING_FOUND: Final = Reply(
    body=text("There is no token address in this message."),
    tone=Tone.WARN,
    private=True,
    error="nothing found",
)
_SCANNED_WITH: Final = "t"
_HINTS, _HINTS_S = 2, 60.0
_SEEN: Final = 10_000
AT_ONCE: Final = 200
_CLOSED, _CLOSED_S = 10_000, 600.0
_WRITTEN: Final = {discord.MessageType.default, discord.MessageType.reply}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take, in seconds. Discord waits three for the first sign of an answer."""

    first_s: float = 2.0
    slow_first_s: float = 0.3  # of commands known to be slow, where only a refusal comes sooner
    frames_s: float = 1.2
    complete_s: float = 1.5
    grace_s: float = 8.0


class DiscordFront:
    """Carries requests in and frames out on Discord."""

    platform = Platform.DISCORD

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        dispatcher: Dispatcher,
        payloads: Payloads,
        clock: Clock,
        nursery: Nursery,
        metrics: Metrics,
        synced: Kept,
        pace: Pace = Pace(),
    ) -> None:
        """Make the front end.

        Raises:
            InvariantBroken: Discord would refuse a command.
        """
        self._dispatcher = dispatcher
        self._clock = clock
        self._nursery = nursery
        self._synced = synced
        self._pace = pace
        refusals = Refusals(clock, metrics)
        self._client = session.client(settings, refusals.trace)
        self._session = session.Session(settings, self._client, nursery)
        self._mentions: dict[str, str] = {}
        self._buttons = Buttons(dispatcher.registry, payloads)
        self._easel = Easel(self._buttons, self._mentions)
        self.outlet = DiscordOutlet(self._client, self._easel, refusals)
        self._seen: LRUCache[int, None] = LRUCache(_SEEN)
        self._closed: TTLCache[int, None] = TTLCache(_CLOSED, _CLOSED_S, timer=clock.monotonic)
        self._answering: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._stopping = False
        self._tree = Tree(self._client, self._admit)
        slash.fill(self._tree, dispatcher.registry, self._on_slash, self._on_typed)
        if _SCANNED_WITH in dispatcher.registry:
            self._tree.add_command(slash.message_menu(slash.SCAN, self._on_menu))
        self._client.event(self.on_message)
        self._client.event(self.on_interaction)

    async def start(self) -> None:
        """Log in, tell the commands where they have changed, and listen.

        Raises:
            ConfigError: the token or an intent is refused, or Discord cannot be reached.
            InvariantBroken: Discord refuses the commands.
        """
        await self._session.log_in()
        try:
            self._mentions.update(await slash.sync(self._tree, self._synced))
        except DeliveryError as error:  # those it was told before still work
            log.warning("commands_not_told", reason=str(error))
        except InvariantBroken:
            await self._session.close()
            raise
        await self._session.listen()
        log.info("discord_ready", servers=len(self._client.guilds))

    async def holds(self, chat: Chat, channel: str) -> bool:
        """Tell whether a server has a channel or thread, as far as Discord told us."""
        server = self._client.get_guild(int(chat.id))
        return server is not None and server.get_channel_or_thread(int(channel)) is not None

    async def ended(self) -> str:
        """Wait until Discord will send no more events, whatever is tried; gives the reason."""
        return await self._session.ended()

    async def stop(self) -> None:
        """Take nothing new, let answers end for a while, and close."""
        self._stopping = True
        if self._answering:
            await asyncio.wait(self._answering, timeout=self._pace.grace_s)
        for task in self._answering:
            task.cancel()
        await self._session.close()

    async def on_message(self, message: discord.Message) -> None:
        """Answer a pasted address; in private say how to ask, in a server say nothing else."""
        if message.author.bot or message.webhook_id or message.type not in _WRITTEN:
            return
        if self._stopping or message.channel.id in self._closed or not self._first_time(message.id):
            return
        invoke = sniff.paste(message.content)
        screen = MessageScreen(self._easel, message, self._closed)
        if invoke is not None:
            await self._answer(request.from_message(message, invoke, self._client.application_id), screen)
        elif message.guild is None and self._may_hint(message.author.id):
            await self._tell(screen, HINT)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer a pressed button; commands come through the tree."""
        if not self._admit(interaction):
            return
        shown = interaction.message
        hidden = shown is not None and shown.flags.ephemeral
        screen = InteractionScreen(self._easel, interaction, hidden=hidden)
        try:
            invoke = await self._buttons.pressed(_custom_id(interaction))
        except BadArgument as error:
            await self._tell(screen, failures.to_reply(error, Asked(spec=None, given={}, request_id="")))
            return
        asked = request.from_interaction(interaction, invoke.command, invoke.args, Origin.BUTTON)
        await self._answer(asked, screen)

    async def _on_slash(self, interaction: Interaction, spec: CommandSpec, named: Mapping[str, str]) -> None:
        asked = request.from_interaction(interaction, spec.name, named, Origin.SLASH)
        await self._answer(asked, InteractionScreen(self._easel, interaction, hidden=spec.private))

    async def _on_menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Scan the first token in a message, its embeds included."""
        screen = InteractionScreen(self._easel, interaction, hidden=False)
        found = sniff.paste(_words(message))
        if found is None:
            await self._tell(screen, NOTHING_FOUND)
            return
        asked = request.from_interaction(interaction, _SCANNED_WITH, found.args, Origin.SLASH)
        await self._answer(asked, screen)

    async def _on_typed(
        self, interaction: Interaction, spec: CommandSpec, param: Param, typed: str
    ) -> tuple[tuple[str, str], ...]:
        """Suggest what may be typed; nothing where that fails or takes too long."""
        asked = request.from_interaction(interaction, spec.name, {}, Origin.SLASH)
        found = self._nursery.start(
            self._dispatcher.complete(asked, param.name, typed), name="discord suggestions"
        )
        await asyncio.wait({found}, timeout=self._pace.complete_s)
        good = found.done() and not found.cancelled() and found.exception() is None
        found.cancel()
        return found.result() if good else ()

    async def _answer(self, asked: Request, screen: Screen) -> None:
        """Run a request and show its frames, the newest where Discord is slower than they are."""
        registry = self._dispatcher.registry
        spec = registry.get(asked.command) if asked.command in registry else None
        patience = self._pace.slow_first_s if spec is not None and spec.slow else self._pace.first_s
        late = asyncio.get_running_loop().call_later(patience, self._hold, screen)
        frames = self._dispatcher.frames(asked)
        if spec is not None and spec.streams:
            frames = conflate(frames, self._pace.frames_s, self._clock, self._nursery)
        with self._in_flight():
            try:
                async with self._slots, aclosing(frames):
                    await self._play(frames, screen, late)
            finally:
                late.cancel()

    async def _play(
        self, frames: AsyncGenerator[Reply, Any], screen: Screen, late: asyncio.TimerHandle
    ) -> None:
        last: Reply | None = None
        async for reply in frames:
            late.cancel()
            if not await self._show(screen, reply):
                return
            last = reply
        if last is not None and last.attachment is not None:
            try:
                await screen.attach(last.attachment)
            except DeliveryError as error:
                log.warning("file_not_sent", reason=str(error))

    async def _tell(self, screen: Screen, reply: Reply) -> None:
        """Show a reply that no command gave."""
        with self._in_flight():
            await self._show(screen, reply)

    async def _show(self, screen: Screen, reply: Reply) -> bool:
        """Show a frame; False where no later one could be shown either."""
        try:
            await screen.show(reply)
        except (ChatGone, Rejected) as error:
            log.info("answer_refused", reason=str(error))
            return False
        except DeliveryError as error:
            log.warning("frame_lost", reason=str(error))
        return True

    def _hold(self, screen: Screen) -> None:
        self._nursery.start(screen.hold(), name="discord hold")

    @contextmanager
    def _in_flight(self) -> Iterator[None]:
        """Count this task among those that `stop` waits for."""
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            yield
        finally:
            self._answering.discard(task)

    def _admit(self, interaction: Interaction) -> bool:
        return not self._stopping and self._first_time(interaction.id)

    def _first_time(self, event: int) -> bool:
        """Tell whether an event is new: the gateway may send one again after it was lost."""
        if event in self._seen:
            return False
        self._seen[event] = None
        return True

    def _may_hint(self, user: int) -> bool:
        return self._dispatcher.throttle.take(("discord hint", user), _HINTS, _HINTS_S) <= 0


def _words(message: discord.Message) -> str:
    """Put all words of a message in a row, those of its embeds too."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or "", embed.url or ""]
        parts += [field.value or "" for field in embed.fields]
    return "\n".join(part for part in parts if part)


def _custom_id(interaction: Interaction) -> str:
    return str(dict(interaction.data or {}).get("custom_id", ""))
