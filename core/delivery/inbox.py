"""What was told to a person, read again on any platform; and how the outbox stands, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.delivery.digest import Headline
from data.models.chat import User
from data.models.delivery import InboxEntry, QueueLine
from data.ports import Clock
from data.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """Some of a person's notices, the newest first, each with its words; `unread` as it was before."""

    entries: tuple[tuple[InboxEntry, str], ...]
    unread: int
    more: bool
    now: datetime


class Inboxes:
    """Everybody's inbox, each for its owner alone."""

    def __init__(self, store: Store, wall: Clock, headline: Headline) -> None:
        self._store = store
        self._wall = wall
        self._headline = headline

    async def page(self, user: User, count: int, before: int | None = None) -> InboxPage:
        """List notices, and note that they are read now; those older than `before` if it is given."""
        async with self._store.read() as tx:
            found = await tx.outbox.inbox(user.id, before=before, limit=count + 1)
            unread = await tx.outbox.unread(user.id)
        shown = found[:count]
        new = [each.notice_id for each in shown if not each.read]
        if new:
            async with self._store.begin() as tx:
                await tx.outbox.mark_read(user.id, new)
        return InboxPage(
            entries=tuple((each, self._headline(each.notice)) for each in shown),
            unread=unread, more=len(found) > count, now=self._wall.now(),
        )  # fmt: skip

    async def read_all(self, user: User) -> int:
        """Note that a person has read all; counts what was unread."""
        async with self._store.begin() as tx:
            return await tx.outbox.mark_read(user.id)

    async def queue(self) -> tuple[tuple[QueueLine, ...], datetime]:
        """Tell how the outbox stands, and when that was."""
        async with self._store.read() as tx:
            return await tx.outbox.queue(), self._wall.now()
