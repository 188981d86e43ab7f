"""Calls of the Bot API: every failure becomes one of ours, and what Telegram said before is heeded.

Knows which chats are closed or have moved, and until when to keep quiet where. What to show instead, and
whether to wait, is for the callers to decide.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.types import Message
from aiohttp import ClientConnectorError
from cachetools import LRUCache

from bot.outlet import Unreached
from data.clock import Clock
from data.errors import ChatGone, ChatMoved, DeliveryError, Rejected, Throttled

log = structlog.get_logger("telegram")

T = TypeVar("T")

# What a call of aiogram fails with; the last two come through as they are, for bytes that are no text, and
# for text that is no bytes.
Failure: TypeAlias = TelegramAPIError | ClientDecodeError | UnicodeDecodeError | UnicodeEncodeError
FAILURES: Final = (TelegramAPIError, ClientDecodeError, UnicodeDecodeError, UnicodeEncodeError)

# The forms of answers. pydantic forgets one that nobody holds, and aiogram holds none: after each garbage
# collection the next answer would wait ten milliseconds while its form is made anew.
ANSWERS: Final = (Response[Message], Response[Message | bool], Response[bool])

PATIENCE_S: Final = 60.0  # the longest that one message waits for Telegram's leave
_RETRY_S = 0.5
_REMEMBERED = 10_000


class Unchanged(Rejected):
    """The message shows this already."""


class MessageLost(Rejected):
    """The message to edit is not there, or cannot be edited so."""


class TooLong(Rejected):
    """The text exceeds the limit."""


class FileLost(Rejected):
    """Telegram no longer knows the file that we named by its id."""


class Closed(Rejected):
    """The topic, or the right to write in the chat, is not there; the chat itself may still be."""


class Sender:
    """Carries calls out; `on_moved` is told once of a group that got a new id."""

    def __init__(self, bot: Bot, clock: Clock, on_moved: Callable[[int, int], Awaitable[None]]) -> None:
        self._bot = bot
        self._clock = clock
        self._on_moved = on_moved
        self._closed: LRUCache[int, None] = LRUCache(_REMEMBERED)
        self._homes: LRUCache[int, int] = LRUCache(_REMEMBERED)
        self._quiet_until: LRUCache[int | str, float] = LRUCache(_REMEMBERED)

    async def call(self, method: TelegramMethod[T]) -> T:
        """Carry out one call; what does not show a new message is tried twice when the way there fails.

        Raises:
            ChatGone: the chat is closed to us; it is not asked again until `reopened`.
            ChatMoved: the chat has a new id.
            Throttled: Telegram asks to wait, or asked before and the time is not over.
            Rejected: Telegram refuses this message.
            Unreached: no connection came about; nothing was sent.
            DeliveryError: the way there failed; it may have arrived.
        """
        self._heed(method)
        try:
            return await self._attempt(method)
        except DeliveryError as error:
            await self._learn(method, error)
            raise

    async def patiently(self, method: TelegramMethod[T]) -> T:
        """Call; where Telegram asks to wait, wait and call again, up to `PATIENCE_S` in all.

        Raises:
            DeliveryError: as `call` does.
        """
        patience = PATIENCE_S
        while True:
            try:
                return await self.call(method)
            except Throttled as error:
                patience -= error.retry_after_s
                if patience < 0:
                    raise
                await self._clock.sleep(error.retry_after_s)

    def closed(self, chat_id: int) -> None:
        """Note that the people of a chat shut us out."""
        self._closed[chat_id] = None

    def reopened(self, chat_id: int) -> None:
        """Forget that a chat was closed: its people let us in again."""
        self._closed.pop(chat_id, None)

    async def moved(self, old: int, new: int) -> None:
        """Note that a group has a new id."""
        if self._homes.get(old) != new:
            self._homes[old] = new
            log.info("chat_moved", chat=old, to=new)
            await self._on_moved(old, new)

    def _heed(self, method: TelegramMethod[T]) -> None:
        chat = _chat(method)
        if chat is not None and chat in self._homes:
            raise ChatMoved(str(self._homes[chat]))
        if chat is not None and chat in self._closed:
            raise ChatGone(str(chat))
        left = self._quiet_until.get(_scope(method), 0.0) - self._clock.monotonic()
        if left > 0:
            raise Throttled(left)

    async def _attempt(self, method: TelegramMethod[T]) -> T:
        try:
            return await self._bot(method)
        except FAILURES as error:
            if not _worth_repeating(method, error):
                raise failure(error) from error
        await self._clock.sleep(_RETRY_S)
        try:
            return await self._bot(method)
        except FAILURES as error:
            raise failure(error) from error

    async def _learn(self, method: TelegramMethod[T], error: DeliveryError) -> None:
        chat = _chat(method)
        match error:
            case ChatGone() if chat is not None:
                self._closed[chat] = None
                log.info("chat_gone", chat=chat, reason=str(error))
            case ChatMoved() if chat is not None:
                await self.moved(chat, int(error.new_id))
            case Throttled():
                until = self._clock.monotonic() + error.retry_after_s
                scope = _scope(method)
                self._quiet_until[scope] = max(until, self._quiet_until.get(scope, 0.0))
                log.warning("throttled", scope=scope, wait_s=error.retry_after_s)


def failure(error: Failure) -> DeliveryError:
    """Tell which failure of ours it is. Telegram tells most of them apart by words alone."""
    match error:
        case TelegramRetryAfter():
            return Throttled(float(error.retry_after))
        case TelegramMigrateToChat():
            return ChatMoved(str(error.migrate_to_chat_id))
        case TelegramForbiddenError() if "chat_write_forbidden" not in error.message.lower():
            return ChatGone(error.message)
        case TelegramEntityTooLarge():
            return Rejected("the file is too large")
        case TelegramBadRequest() | TelegramForbiddenError():
            return _refusal(error.message)
        case UnicodeEncodeError():
            return Rejected(reason_of(error))
        case _ if isinstance(error.__cause__, ClientConnectorError):
            return Unreached(reason_of(error))
        case _:
            return DeliveryError(reason_of(error))


def reason_of(error: Failure) -> str:
    """Word a failure for the log, without what was sent or answered."""
    if isinstance(error, TelegramAPIError):
        return f"{type(error).__name__}: {error.message}"
    if isinstance(error, UnicodeEncodeError):
        return "half a character cannot be sent"
    return "the answer is not the Bot API's"


# Words of the server, lower case; which error they mean. The first that occurs decides.
_WORDS: tuple[tuple[str, Callable[[str], DeliveryError]], ...] = (
    ("message is not modified", Unchanged),
    ("message to edit not found", MessageLost),
    ("message can't be edited", MessageLost),
    ("message_id_invalid", MessageLost),
    ("there is no text in the message", MessageLost),
    ("there is no caption in the message", MessageLost),
    ("too long", TooLong),
    ("too_long", TooLong),
    ("file identifier", FileLost),
    ("file_reference", FileLost),
    ("message thread not found", Closed),
    ("topic_deleted", Closed),
    ("topic_closed", Closed),
    ("chat_write_forbidden", Closed),
    ("rights to send text messages", Closed),
    ("no rights to send a message", Closed),
    ("need administrator rights in the channel", Closed),
    ("can't parse", lambda words: Rejected(words, markup=True)),
    ("entity_", lambda words: Rejected(words, markup=True)),
    ("button", lambda words: Rejected(words, markup=True)),
    ("chat not found", ChatGone),
    ("group chat was deactivated", ChatGone),
    ("peer_id_invalid", ChatGone),
)


def _refusal(words: str) -> DeliveryError:
    lower = words.lower()
    return next((make for part, make in _WORDS if part in lower), Rejected)(words)


def _worth_repeating(method: TelegramMethod[T], error: Failure) -> bool:
    """Tell whether trying again may help and cannot show a message twice."""
    if isinstance(error, TelegramEntityTooLarge):
        return False
    if not isinstance(
        error, TelegramNetworkError | TelegramServerError | ClientDecodeError | UnicodeDecodeError
    ):
        return False
    never_left = isinstance(error.__cause__, ClientConnectorError)
    return never_left or not method.__api_method__.startswith("send")


def _chat(method: TelegramMethod[T]) -> int | None:
    chat = getattr(method, "chat_id", None)
    return chat if isinstance(chat, int) else None


def _scope(method: TelegramMethod[T]) -> int | str:
    """Name what a request to wait holds for: the chat, for whatever shows there, else the method."""
    name = method.__api_method__
    shows = name.startswith(("send", "edit"))
    return (_chat(method) or "inline") if shows else name
