"""How the frames of one request reach people: paced, in place, and private ones to the asker alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType

import structlog
from aiogram.methods import AnswerCallbackQuery

from bot.frames import conflate
from bot.telegram import render
from bot.telegram.screen import Screen
from bot.telegram.sender import PATIENCE_S, Sender
from data.clock import Clock
from data.errors import ChatGone, DeliveryError, Throttled
from data.nursery import Nursery
from handlers.reply import Button, Reply, text

log = structlog.get_logger("telegram")

_SPINS_S = 3.0  # how long a pressed button may wait for its first frame
_SENT = "I answered you in private."


async def deliver(
    frames: AsyncGenerator[Reply, None],
    show: Callable[[Reply], Awaitable[None]],
    *,
    interval_s: float,
    clock: Clock,
    nursery: Nursery,
) -> None:
    """Show frames at a chat's pace; the command runs to its end, whatever Telegram takes."""
    patience = PATIENCE_S
    held_s: float | None = None
    async with aclosing(conflate(frames, interval_s, clock, nursery)) as paced:
        while True:
            try:
                frame = await paced.asend(held_s)
            except StopAsyncIteration:
                return
            held_s = None
            try:
                await show(frame)
            except Throttled as error:
                patience -= error.retry_after_s
                held_s = error.retry_after_s if patience >= 0 else None
                log.info("frame_held" if held_s else "frame_dropped", wait_s=round(error.retry_after_s, 1))
            except ChatGone as error:
                log.debug("frame_dropped", reason=str(error))
            except DeliveryError as error:
                log.warning("frame_dropped", reason=str(error))


class Answer:
    """Sorts frames: `public` is where the request was said, `private` the asker's own chat, if there is one.

    In a private chat both are the same. Failures are never private: they say no more than the asker did.
    `notice` tells where an answer went.
    """

    def __init__(
        self,
        public: Screen,
        private: Screen | None,
        *,
        notice: Callable[[Reply], Awaitable[None]],
        private_url: str,
    ) -> None:
        self._public = public
        self._private = private
        self._notice = notice
        self._not_open = f"Open a private chat with me first ({private_url}), then ask again."
        self._open = ((Button("Open private chat", url=private_url),),)
        self._noticed = False
        self._attached = False

    async def show(self, frame: Reply) -> None:
        """Show a frame where it belongs.

        Raises:
            DeliveryError: as `Screen.show` does.
        """
        screen = self._public if not frame.private or frame.error else self._private
        if screen is None:
            await self._say(self._not_open)
            return
        try:
            await screen.show(frame)
        except ChatGone:
            if screen is not self._public:
                await self._say(self._not_open)
            raise
        if screen is not self._public:
            await self._say(_SENT)
        if frame.attachment is not None and not self._attached:
            self._attached = True
            await screen.attach(frame.attachment)

    async def _say(self, words: str) -> None:
        if not self._noticed:
            self._noticed = True
            await self._notice(Reply(body=text(words), buttons=self._open))


class Press:
    """A pressed button, which stops spinning in any case: with a word, in time, or at the end."""

    def __init__(self, sender: Sender, query_id: str, clock: Clock, nursery: Nursery) -> None:
        self._sender = sender
        self._query_id = query_id
        self._clock = clock
        self._nursery = nursery
        self._timer: asyncio.Task[None] | None = None
        self.answered = False

    async def __aenter__(self) -> Press:
        self._timer = self._nursery.start(self._in_time(), name="press")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None and not self.answered:
            self._timer.cancel()
        await self.answer()

    async def answer(self, words: str = "") -> None:
        """Let the button rest, once; words are shown in a box."""
        if self.answered:
            return
        self.answered = True
        method = AnswerCallbackQuery(
            callback_query_id=self._query_id, text=words or None, show_alert=True if words else None
        )
        try:
            await self._sender.call(method)
        except DeliveryError as error:
            log.info("press_not_answered", reason=str(error))

    async def said(self, reply: Reply) -> bool:
        """Say a short reply in the box; False where it is too long, or the box was used."""
        words = render.alert(reply)
        if words is None or self.answered:
            return False
        await self.answer(words)
        return True

    async def notice(self, reply: Reply) -> None:
        """Say a short reply if the box is still free."""
        await self.said(reply)

    async def _in_time(self) -> None:
        await self._clock.sleep(_SPINS_S)
        await self.answer()
