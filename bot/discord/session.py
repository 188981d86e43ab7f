"""Being logged in to Discord: where it is, who we are, and the gateway that is held open.

Every reason not to start becomes a sentence for the operator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from config.settings import PREFIX, DiscordSettings
from data.errors import ConfigError
from data.nursery import Nursery

log = structlog.get_logger("discord")

START_S: Final = 30.0
_CLOSE_S: Final = 5.0
_PRESSED: Final = discord.InteractionType.component  # commands come through the tree
_UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)
_TOKEN, _CONTENT = f"{PREFIX}DISCORD__TOKEN", f"{PREFIX}DISCORD__MESSAGE_CONTENT"
_ELSEWHERE: Final = DiscordSettings.model_fields["api_url"].default

_BAD_TOKEN: Final = (
    f"{_TOKEN}: Discord does not take this token. Copy it anew from the developer portal (your application, "
    "Bot, Reset Token)."
)
_NO_CONTENT: Final = (
    "Discord does not grant the message content intent. Switch it on in the developer portal (your "
    "application, Bot, Message Content Intent), or go without pasted addresses in servers: "
    f"{_CONTENT}=false."
)


def client(settings: DiscordSettings, trace: aiohttp.TraceConfig) -> discord.AutoShardedClient:
    """Make the client: it asks for no more than it uses, remembers no people or messages, and never pings.

    `trace` sees every answer.
    """
    made = _Client(
        intents=discord.Intents(guilds=True, messages=True, message_content=settings.message_content),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_ratelimit_timeout=60.0,
        http_trace=trace,
        guild_ready_timeout=0.1,  # servers may come in after the start: nothing waits for them
    )
    # discord.py reads events bare: one that is not as documented would end the gateway for good.
    parsers = made._connection.parsers  # noqa: SLF001 - there is no other way in
    parsers["MESSAGE_CREATE"] = _from_people(parsers["MESSAGE_CREATE"])
    parsers |= {event: _careful(event, read) for event, read in parsers.items()}
    return made


class _Client(discord.AutoShardedClient):
    """A client that starts no task for an event which nobody here listens to."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        heard = event == "message" or (event == "interaction" and args[0].type is _PRESSED)
        if heard:
            super().dispatch(event, *args, **kwargs)


def _from_people(read: Callable[[Any], None]) -> Callable[[Any], None]:
    """Drop what bots write before it is read: each answer of ours comes back as an event."""

    def parse(data: Any) -> None:
        if not data["author"].get("bot"):
            read(data)

    return parse


def _careful(event: str, read: Callable[[Any], None]) -> Callable[[Any], None]:
    """Drop an event that cannot be read."""

    def parse(data: Any) -> None:
        try:
            read(data)
        except _UNREADABLE as error:
            log.warning("event_unreadable", kind=event, reason=type(error).__name__)

    return parse


class Session:
    """One login, from start to close."""

    def __init__(
        self, settings: DiscordSettings, client: discord.AutoShardedClient, nursery: Nursery
    ) -> None:
        self._settings = settings
        self._client = client
        self._nursery = nursery
        self._listening: asyncio.Task[str] | None = None

    async def log_in(self) -> None:
        """Learn who we are.

        Raises:
            ConfigError: the token is refused, or Discord cannot be reached.
        """
        Route.BASE = self._settings.api_url
        token = self._settings.token.get_secret_value() if self._settings.token else ""
        try:
            async with asyncio.timeout(START_S):
                await self._client.login(token)
                if self._settings.api_url != _ELSEWHERE:
                    _, gateway, _ = await self._client.http.get_bot_gateway()
                    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        except discord.LoginFailure:
            await self._refuse(_BAD_TOKEN)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            await self._refuse(f"Discord does not answer at {self._settings.api_url}: {_words(error)}.")

    async def listen(self) -> None:
        """Open the gateway; returns once events come in.

        Raises:
            ConfigError: Discord closes it, or does not open it.
        """
        self._listening = self._nursery.start(self._listen(), name="discord gateway")
        ready = self._nursery.start(self._client.wait_until_ready(), name="discord ready")
        await asyncio.wait({ready, self._listening}, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
        if self._listening.done():
            ready.cancel()
            await self._refuse(self._listening.result())
        if not ready.done():
            ready.cancel()
            await self._refuse("Discord's gateway does not answer. Does a proxy or firewall stop websockets?")

    async def ended(self) -> str:
        """Wait until the gateway is closed for good, which a lost connection is not; gives the reason."""
        assert self._listening is not None, "not listening yet"
        return await asyncio.shield(self._listening)

    async def close(self) -> None:
        """Close everything that is open."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._client.close()
        except TimeoutError:
            log.warning("discord_left_open", seconds=_CLOSE_S)
        if self._listening is not None:
            self._listening.cancel()

    async def _listen(self) -> str:
        """Hold the gateway open, over every reconnect; gives the reason why it ended."""
        try:
            await self._client.connect()
        except discord.PrivilegedIntentsRequired:
            return _NO_CONTENT
        except discord.ConnectionClosed as error:
            return (
                _BAD_TOKEN
                if error.code == 4004
                else f"Discord closed its gateway: {error.reason or error.code}."
            )
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            return f"Discord's gateway does not answer: {_words(error)}."
        return "Discord's gateway was closed."

    async def _refuse(self, problem: str) -> None:
        await self.close()
        raise ConfigError([problem])


def _words(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__
