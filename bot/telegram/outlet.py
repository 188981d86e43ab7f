"""Telegram as a way out: chats, groups and forum topics, each message drawn once for all of them."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bot.frontend import Limits
from bot.outlet import Allowance
from bot.telegram.screen import Draw, Drawn, Pictures, Screen, Shown, Target
from bot.telegram.sender import Closed, Sender
from data.clock import Clock
from data.errors import ChatGone, Rejected, Throttled
from data.models import delivery
from data.models.delivery import Channel
from handlers.reply import Reply

# Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
ALLOWANCE: Final = Allowance(overall_per_s=28.0, chat_per_s=1.0, group_per_min=20.0, at_once=16)

_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_PHOTO: Final = "photo"
_UPLOAD_S: Final = 2.0  # how long others wait for the first upload of a picture, in place of their own
_TOLD_AT_ONCE: Final = 3  # so many chats, refused within so many seconds, mean the bot as a whole
_TOLD_WITHIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply, and what was drawn of it: each of its forms once."""

    reply: Reply
    drawn: dict[tuple[bool, int, int, bool], Drawn] = field(default_factory=dict)


class TelegramOutlet:
    """Sends to chats and edits there; pictures are uploaded once."""

    channel = Channel.TELEGRAM
    allowance = ALLOWANCE

    def __init__(self, sender: Sender, draw: Draw, pictures: Pictures, clock: Clock) -> None:
        self._sender = sender
        self._draw = draw
        self._pictures = pictures
        self._uploads: dict[str, asyncio.Event] = {}
        self._quiet = _Quiet(clock)

    async def prepare(self, reply: Reply) -> Prepared:
        """Keep a reply; it is drawn as it is first sent, in the form that is taken."""
        return Prepared(reply)

    async def send(self, target: delivery.Target, prepared: Prepared, *, nonce: int) -> str:
        """Send a new message, as `Outlet.send` says; Telegram knows no nonces."""
        chat, topic = number(target.address), number(target.topic) if target.topic else None
        goal = Target(chat, topic, silent=target.silent)
        return await self._put(chat, prepared, self._screen(prepared, target=goal))

    async def edit(self, target: delivery.Target, prepared: Prepared, message: str) -> str:
        """Put a reply in place of a message, as `Outlet.edit` says; a picture that is there stays."""
        chat, (told, _, kind) = number(target.address), message.partition(":")
        shown = Shown(chat, int(told), media=kind == _PHOTO)
        return await self._put(chat, prepared, self._screen(prepared, shown=shown))

    def _screen(
        self, prepared: Prepared, *, target: Target | None = None, shown: Shown | None = None
    ) -> Screen:
        async def draw(reply: Reply, limits: Limits, styled: bool) -> Drawn:
            form = (reply.image is not None, limits.total, limits.caption, styled)
            known = prepared.drawn.get(form)
            if known is None:
                known = prepared.drawn[form] = await self._draw(reply, limits, styled)
            return known

        return Screen(self._sender, draw, self._pictures, target=target, shown=shown)

    async def _put(self, chat: int, prepared: Prepared, screen: Screen) -> str:
        self._quiet.heed()
        try:
            await self._uploaded_once(prepared.reply, screen)
        except Closed as error:
            raise ChatGone(str(error)) from error
        except Throttled as error:
            raise self._quiet.learned(chat, error) from error
        shown = screen.shown
        if shown is None:
            raise Rejected("there is nothing in it to show")
        return f"{shown.message_id}:{_PHOTO}" if shown.media else str(shown.message_id)

    async def _uploaded_once(self, reply: Reply, screen: Screen) -> None:
        """Show a reply; of those with one new picture the first goes ahead, for its file id."""
        key = reply.image.key if reply.image is not None else ""
        with suppress(TimeoutError):  # a slow place holds nobody up: others upload it as well
            async with asyncio.timeout(_UPLOAD_S):
                while key in self._uploads and key not in self._pictures:
                    await self._uploads[key].wait()
        if not key or key in self._pictures or key in self._uploads:
            await screen.put(reply)
            return
        self._uploads[key] = asyncio.Event()
        try:
            await screen.put(reply)
        finally:
            self._uploads.pop(key).set()


class _Quiet:
    """Until when Telegram wants nothing at all: it says so chat by chat, and never that it means all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: deque[tuple[float, int, float]] = deque(maxlen=_TOLD_AT_ONCE)
        self._until = 0.0

    def heed(self) -> None:
        """Let nothing pass while all must wait."""
        left = self._until - self._clock.monotonic()
        if left > 0:
            raise Throttled(left, everywhere=True)

    def learned(self, chat: int, error: Throttled) -> Throttled:
        """Note that a chat must wait; gives the error, with word of it where all must."""
        now = self._clock.monotonic()
        if chat not in (told for _, told, _ in self._told):
            self._told.append((now, chat, now + error.retry_after_s))
        fresh = [until for at, _, until in self._told if now - at <= _TOLD_WITHIN_S]
        if len(fresh) < _TOLD_AT_ONCE:
            return error
        self._until = max(self._until, min(fresh))
        return Throttled(self._until - now, everywhere=True)


def number(word: str) -> int:
    """Read a platform's number.

    Raises:
        ChatGone: it is none; nothing can be there.
    """
    if not _NUMBER.fullmatch(word):
        raise ChatGone("not a number of Telegram")
    return int(word)
