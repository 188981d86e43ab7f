"""How notices look, made once: a reply for each story, and what an outlet makes of each of its forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.outlet import Outlet
from core.memory import Memory
from data.errors import TrenchcoatError
from data.models.delivery import Delivery, Notice
from data.nursery import Nursery
from data.store.store import Store
from handlers.figures import age
from handlers.reply import Reply, Span, Style, joined, text

log = structlog.get_logger("delivery")

_REMEMBERED = 64  # forms, each with its picture
_MINUTE = timedelta(minutes=1)  # said no finer, so that many get the same form
DOUBT = "May be a repeat: the first try was cut off."


class Cards(Protocol):
    """Draws notices."""

    async def reply(self, notice: Notice, story: Sequence[str]) -> Reply:
        """Draw a notice; `story` holds the bodies that its message tells, its own first."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """One look of a notice: with what its message told before, how late it is said to be, and in doubt."""

    notice_id: int
    told: tuple[int, ...]
    late: str = ""
    doubtful: bool = False


class Unready(TrenchcoatError):
    """A form that cannot be made: now, or `ever`."""

    def __init__(self, reason: str, *, ever: bool) -> None:
        super().__init__(reason)
        self.ever = ever


class Stories:
    """The replies that notices become; each is drawn once for all outlets."""

    def __init__(self, cards: Cards, store: Store, nursery: Nursery) -> None:
        self._cards = cards
        self._store = store
        self._nursery = nursery
        self._drawn: Memory[tuple[int, ...], asyncio.Task[Reply]] = Memory(_REMEMBERED)

    async def reply(self, notice_id: int, notice: Notice, told: tuple[int, ...]) -> Reply:
        """Draw a notice with those that its message told before it."""
        key = (notice_id, *told)
        drawing = self._drawn.get(key)
        if drawing is None or (drawing.done() and (drawing.cancelled() or drawing.exception())):
            drawing = self._nursery.start(self._draw(notice, told), name="draw notice")
            self._drawn.wrote(key, drawing)
        return await asyncio.shield(drawing)

    async def _draw(self, notice: Notice, told: tuple[int, ...]) -> Reply:
        bodies = [notice.body]
        if told:
            async with self._store.read() as tx:
                earlier = await tx.deliveries.notices(told)
            bodies += [earlier[each].body for each in reversed(told) if each in earlier]
        return await self._cards.reply(notice, bodies)


class Telling:
    """What an outlet sends, made ready ahead of its turn; `ready` is called when one is."""

    def __init__(self, outlet: Outlet, stories: Stories, nursery: Nursery, ready: Callable[[], None]) -> None:
        self._outlet = outlet
        self._stories = stories
        self._nursery = nursery
        self._ready = ready
        self._made: Memory[Form, asyncio.Task[Any]] = Memory(_REMEMBERED)

    def prepared(self, form: Form, notice: Notice) -> Any | None:
        """Give what to send; None while it is being made.

        Raises:
            Unready: it cannot be made; asked again, it is tried anew.
        """
        task = self._made.get(form)
        if task is None:
            task = self._nursery.start(self._make(form, notice), name="prepare notice")
            self._made.wrote(form, task)
            task.add_done_callback(lambda _: self._ready())
        if not task.done():
            return None
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None:
            return task.result()
        self._made.drop(form)
        again = isinstance(error, TrenchcoatError) and error.retry
        raise Unready(f"{type(error).__name__}: {error}", ever=not again)

    async def _make(self, form: Form, notice: Notice) -> Any:
        reply = await self._stories.reply(form.notice_id, notice, form.told)
        return await self._outlet.prepare(marked(reply, late=form.late, doubtful=form.doubtful))


def form_of(delivery: Delivery, told: tuple[int, ...], now: datetime, *, doubtful: bool) -> Form:
    """Choose the look of a delivery, told now."""
    notice = delivery.notice
    late = age(max(now - notice.at, _MINUTE)) if now > notice.expires_at else ""
    return Form(delivery.notice_id, told, late, doubtful)


def marked(reply: Reply, *, late: str, doubtful: bool) -> Reply:
    """Say what holds for this sending alone: first that it is late, last that it may be a repeat."""
    if late:
        said = Span(f"Late: this is {late} old.", Style.STRONG)
        reply = reply.with_(body=joined([part for part in (text(said), reply.body) if part], "\n"))
    if doubtful:
        reply = reply.with_(footer=joined([part for part in (reply.footer, text(DOUBT)) if part], "\n"))
    return reply
