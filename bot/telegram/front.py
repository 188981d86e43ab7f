"""The Telegram front end: signs in, listens by long polling or webhook, and stops in order."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetMe, SetWebhook
from aiogram.types import CallbackQuery, ChatMemberUpdated, InlineQuery, Message
from aiogram.utils.token import TokenValidationError
from aiohttp import web

from bot.telegram.inbox import Inbox, Inline
from bot.telegram.intake import AT_ONCE, Intake, Kind, Poll
from bot.telegram.keyboard import Keyboards
from bot.telegram.menu import set_menus
from bot.telegram.outlet import TelegramOutlet
from bot.telegram.screen import Pictures, drawing
from bot.telegram.sender import FAILURES, Failure, Sender, reason_of
from config.settings import PREFIX, TelegramSettings
from core.chats import Chats
from core.payloads import Payloads
from data.clock import Clock
from data.errors import ConfigError
from data.models.chat import Chat, ChatKind
from data.models.ids import Platform
from data.nursery import Nursery
from handlers.dispatch import Dispatcher

log = structlog.get_logger("telegram")

# Source: https://core.telegram.org/bots/api#setwebhook
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
DRAIN_S: Final = 10.0
_TIMEOUT_S: Final = 30.0
_SETTING: Final = f"{PREFIX}TELEGRAM__"


@dataclass(frozen=True, slots=True)
class _Open:
    """What is open between start and stop; a webhook needs no poll."""

    bot: Bot
    intake: Intake
    poll: Poll | None = None
    polling: asyncio.Task[None] | None = None


class TelegramFront:
    """One bot on Telegram; `session` is the way there, made from the settings where none is given."""

    platform = Platform.TELEGRAM

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        dispatcher: Dispatcher,
        payloads: Payloads,
        chats: Chats,
        clock: Clock,
        nursery: Nursery,
        inline: Inline,
        session: AiohttpSession | None = None,
    ) -> None:
        self._settings = settings
        self._dispatcher = dispatcher
        self._payloads = payloads
        self._chats = chats
        self._clock = clock
        self._nursery = nursery
        self._inline = inline
        self._session = session
        given = settings.webhook_secret
        self._secret = given.get_secret_value() if given is not None else secrets.token_urlsafe(32)
        self._open: _Open | None = None
        self._outlet: TelegramOutlet | None = None

    @property
    def outlet(self) -> TelegramOutlet:
        """The way out for what is pushed, once started."""
        assert self._outlet is not None, "not started yet"
        return self._outlet

    async def start(self) -> None:
        """Sign in, set the menus, and begin to listen.

        Raises:
            ConfigError: the token or the webhook is refused, or the server cannot be reached.
        """
        bot = self._sign_in()
        sender, pictures = Sender(bot, self._clock, self._moved), Pictures()
        keyboards = Keyboards(self._dispatcher.registry, self._payloads)
        try:
            me = await bot(GetMe())
            inbox = Inbox(
                username=me.username or "", dispatcher=self._dispatcher, payloads=self._payloads,
                chats=self._chats, sender=sender, keyboards=keyboards, pictures=pictures,
                clock=self._clock, nursery=self._nursery, inline=self._inline,
            )  # fmt: skip
            await set_menus(sender, self._dispatcher.registry)
            self._open = await self._listen(bot, Intake(_kinds(inbox), self._nursery))
        except FAILURES as error:
            await bot.session.close()
            raise self._unusable(error) from error
        self._outlet = TelegramOutlet(sender, drawing(keyboards), pictures, self._clock)
        log.info("telegram_ready", bot=me.username, webhook=self._settings.webhook_url is not None)

    async def ended(self) -> str:
        """Wait for what does not come: polling goes on whatever Telegram says, and a webhook waits."""
        polling = None if self._open is None else self._open.polling
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await (never if polling is None else asyncio.shield(polling))
        return "Telegram is no longer polled."

    async def stop(self) -> None:
        """Take no more updates, let the answers begun end (`DRAIN_S` at most), and close."""
        current, self._open = self._open, None
        if current is None:
            return
        if current.poll is not None and current.polling is not None:
            current.polling.cancel()
            await asyncio.wait([current.polling])
            await current.poll.confirm()
        await current.intake.drain(DRAIN_S)
        await current.bot.session.close()

    async def webhook_handler(self, request: web.Request) -> web.Response:
        """Take one update from Telegram: a POST route, to be mounted at the path of `webhook_url`."""
        current = self._open
        if current is None or current.poll is not None:
            return web.Response(status=503)
        said = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(said, self._secret.encode()):
            log.warning("webhook_refused", reason="secret")
            return web.Response(status=403)
        try:
            update = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        if not isinstance(update, dict):
            return web.Response(status=400)
        await current.intake.take(update)
        return web.Response()

    def _sign_in(self) -> Bot:
        token = self._settings.token
        api = TelegramAPIServer.from_base(self._settings.api_url)
        session = self._session or AiohttpSession(api=api, timeout=_TIMEOUT_S, limit=AT_ONCE + 10)
        try:
            return Bot(token.get_secret_value() if token is not None else "", session)
        except TokenValidationError as error:
            raise ConfigError([f"{_SETTING}TOKEN is not a bot token: copy it from @BotFather"]) from error

    async def _listen(self, bot: Bot, intake: Intake) -> _Open:
        url = self._settings.webhook_url
        if url is not None:
            await bot(SetWebhook(url=url, secret_token=self._secret, allowed_updates=list(intake.kinds)))
            return _Open(bot, intake)
        await bot(DeleteWebhook())
        poll = Poll(bot, intake, self._clock)
        return _Open(bot, intake, poll, self._nursery.start(poll.run(), name="telegram polling"))

    async def _moved(self, old: int, new: int) -> None:
        group = Chat(platform=Platform.TELEGRAM, id=str(old), channel=str(old), kind=ChatKind.GROUP)
        await self._chats.moved(group, str(new))

    def _unusable(self, error: Failure) -> ConfigError:
        if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
            return ConfigError([f"Telegram refuses the bot token: set {_SETTING}TOKEN to that of @BotFather"])
        reason = reason_of(error)
        if isinstance(error, TelegramAPIError) and isinstance(error.method, SetWebhook):
            return ConfigError([f"Telegram refuses the webhook ({reason}): see {_SETTING}WEBHOOK_URL"])
        return ConfigError(
            [
                f"Telegram cannot be reached at {self._settings.api_url} ({reason}): check the network, "
                f"or {_SETTING}API_URL"
            ]
        )


def _kinds(inbox: Inbox) -> dict[str, Kind]:
    """List what we listen to. Edited messages and channel posts are not among it: they command nothing."""
    return {
        "message": Kind(Message, inbox.on_message),
        "callback_query": Kind(CallbackQuery, inbox.on_press),
        "inline_query": Kind(InlineQuery, inbox.on_inline),
        "my_chat_member": Kind(ChatMemberUpdated, inbox.on_standing),
    }
