"""Updates as they come in, by long polling or webhook: each is handled once, many at a time, not too many.

Knows the numbers of updates and nothing of what is in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError, TelegramRetryAfter
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject
from cachetools import LRUCache
from pydantic import ValidationError

from bot.telegram.sender import FAILURES, Failure, reason_of
from data.clock import Clock
from data.nursery import Nursery

log = structlog.get_logger("telegram")

AT_ONCE = 100
POLL_S = 30
_GRACE_S = 15  # how much later than asked for the answer to a poll may come
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_REMEMBERED = 20_000

RawUpdate: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of update: what it holds, and who handles that."""

    holds: type[TelegramObject]
    handle: Callable[[Any], Awaitable[None]]


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates with its updates unread, so that one we cannot read does not hold up the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    limit: int | None = None
    allowed_updates: list[str]


class Intake:
    """Hands updates to their handlers; `kinds` are by the name of the field that holds them."""

    def __init__(self, kinds: Mapping[str, Kind], nursery: Nursery) -> None:
        self.kinds = kinds
        self._nursery = nursery
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._seen: LRUCache[int, None] = LRUCache(_REMEMBERED)
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, update: RawUpdate) -> None:
        """Begin to handle an update, once there is room; one that came before is dropped."""
        number = update.get("update_id")
        name = next((name for name in self.kinds if name in update), None)
        if not isinstance(number, int) or name is None or number in self._seen:
            return
        self._seen[number] = None
        await self._slots.acquire()
        task = self._nursery.start(self._handled(name, update), name=f"telegram {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> None:
        """Wait until all that was begun has ended; cancel what takes longer."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            log.warning("updates_cut_off", count=len(late))
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()

    async def _handled(self, name: str, update: RawUpdate) -> None:
        kind = self.kinds[name]
        try:
            event = kind.holds.model_validate(update[name])
        except ValidationError as error:
            log.warning(
                "update_unreadable", update=update["update_id"], kind=name, errors=error.error_count()
            )
            return
        await kind.handle(event)


class Poll:
    """Long polling: asks again and again, ever less often while nobody answers."""

    def __init__(self, bot: Bot, intake: Intake, clock: Clock) -> None:
        self._bot = bot
        self._intake = intake
        self._clock = clock
        self._offset: int | None = None
        self._trouble = ""
        self._pause_s = _FIRST_PAUSE_S

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                updates = await self._ask(POLL_S)
            except TelegramRetryAfter as error:
                await self._clock.sleep(error.retry_after)
                continue
            except FAILURES as error:
                self._note(error)
                await self._clock.sleep(self._pause_s)
                self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
                continue
            if self._trouble:
                log.info("polling_recovered")
                self._trouble, self._pause_s = "", _FIRST_PAUSE_S
            for update in updates:
                await self._intake.take(update)
                if isinstance(number := update.get("update_id"), int):
                    self._offset = number + 1

    async def confirm(self) -> None:
        """Tell Telegram what was taken, so that it does not come again at the next start."""
        if self._offset is None:
            return
        try:
            await self._ask(0, limit=1)
        except FAILURES as error:
            log.info("updates_not_confirmed", reason=reason_of(error))

    async def _ask(self, timeout_s: int, limit: int | None = None) -> list[dict[str, Any]]:
        method = GetRawUpdates(
            offset=self._offset, timeout=timeout_s, limit=limit, allowed_updates=list(self._intake.kinds)
        )
        return await self._bot(method, request_timeout=timeout_s + _GRACE_S)

    def _note(self, error: Failure) -> None:
        """Log a trouble as it begins, not while it lasts."""
        trouble = type(error).__name__
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if isinstance(error, TelegramConflictError):
            fix = "another program receives the updates of this bot: stop it, or use another token"
            log.error("polling_conflict", fix=fix, reason=reason_of(error))
        else:
            log.warning("polling_failed", reason=reason_of(error))
