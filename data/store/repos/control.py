"""What reaches whom: choices read for many at once, what is snoozed, how much came, what was held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.chat import Identity, Level
from data.models.delivery import Channel, DeliveryState, Notice, Stream, Urgency
from data.models.hearing import SNOOZES_LIMIT, Gathered, Owner, Place, Reader
from data.models.ids import Platform, UserId
from data.store import notice_codec
from data.store.tables import chats, deliveries, identities, notices, snoozes, users

T = TypeVar("T")

_PAGE = 500  # both engines bound how many values a statement may name
_COUNTED = frozenset({DeliveryState.WAITING.value, DeliveryState.LEASED.value, DeliveryState.SENT.value})


@dataclass(frozen=True, slots=True)
class Choices:
    """What people and chats chose to hear, for many at once."""

    connection: AsyncConnection

    async def readers(self, wanted: Collection[UserId]) -> tuple[Reader, ...]:
        """Find people by number; who is blocked, waits for approval, or is no more, is left out."""
        found: list[Reader] = []
        for some in _pages(sorted(wanted)):
            rows = await self.connection.execute(
                select(
                    users.c.id, users.c.preferences, identities.c.platform, identities.c.id.label("account")
                )
                .outerjoin(identities, identities.c.user_id == users.c.id)
                .where(users.c.id.in_(some), users.c.level >= Level.MEMBER.value, ~users.c.blocked)
                .order_by(users.c.id, identities.c.platform, identities.c.id)
            )
            by_id: defaultdict[int, list[Any]] = defaultdict(list)
            for row in rows:
                by_id[row.id].append(row)
            found += [
                Reader(
                    id=UserId(number),
                    preferences=group[0].preferences,
                    identities=tuple(
                        Identity(Platform(each.platform), each.account) for each in group if each.platform
                    ),
                )
                for number, group in by_id.items()
            ]
        return tuple(found)

    async def of_chats(self, keys: Collection[str]) -> dict[str, Mapping[str, str]]:
        """Find what chats prefer; one that chose nothing is left out."""
        found: dict[str, Mapping[str, str]] = {}
        for some in _pages(sorted(keys)):
            rows = await self.connection.execute(
                select(chats.c.key, chats.c.preferences).where(chats.c.key.in_(some))
            )
            found |= {row.key: row.preferences for row in rows}
        return found

    async def snoozed(
        self, people: Collection[UserId], chat_keys: Collection[str], now: datetime
    ) -> dict[Owner, dict[str, datetime]]:
        """Find what is snoozed now, and until when, by whose choice."""
        found: defaultdict[Owner, dict[str, datetime]] = defaultdict(dict)
        asked = [
            *(snoozes.c.user_id.in_(some) for some in _pages(sorted(people))),
            *(
                and_(snoozes.c.user_id.is_(None), snoozes.c.chat_key.in_(some))
                for some in _pages(sorted(chat_keys))
            ),
        ]
        for which in asked:
            for row in await self.connection.execute(select(snoozes).where(which, snoozes.c.until > now)):
                owner = Owner(None if row.user_id is None else UserId(row.user_id), row.chat_key)
                until = found[owner].get(row.subject, row.until)
                found[owner][row.subject] = max(until, row.until)
        return dict(found)

    async def snooze(self, owner: Owner, subject: str, until: datetime) -> bool:
        """Hear nothing of a subject until an instant; False where an owner has too many such already."""
        await self.wake(owner, subject)
        mine = select(func.count()).select_from(snoozes).where(_of(owner))
        if (await self.connection.scalar(mine) or 0) >= SNOOZES_LIMIT:
            return False
        await self.connection.execute(
            snoozes.insert().values(
                user_id=owner.user_id, chat_key=owner.chat_key, subject=subject, until=until
            )
        )
        return True

    async def wake(self, owner: Owner, subject: str) -> bool:
        """Hear of a subject again; False where it was not snoozed."""
        gone = delete(snoozes).where(_of(owner), snoozes.c.subject == subject)
        return (await self.connection.execute(gone)).rowcount > 0

    async def purge(self, now: datetime) -> int:
        """Drop what is snoozed no longer; count it."""
        return (await self.connection.execute(delete(snoozes).where(snoozes.c.until <= now))).rowcount


@dataclass(frozen=True, slots=True)
class Held:
    """What came to whom lately, and what waits for a digest: entries of an inbox with a topic."""

    connection: AsyncConnection

    async def due(
        self, channel: Channel, addresses: Collection[str], since: datetime
    ) -> dict[Place, list[datetime]]:
        """Tell when messages to places were or are due, later than an instant; refused ones do not count."""
        d = deliveries.c
        found: defaultdict[Place, list[datetime]] = defaultdict(list)
        for some in _pages(sorted(addresses)):
            rows = await self.connection.execute(
                select(d.address, d.topic, d.state, d.due_at).where(
                    d.channel == channel, d.address.in_(some), d.due_at > since
                )
            )
            for row in rows:
                if row.state in _COUNTED:
                    found[channel, row.address, row.topic].append(row.due_at)
        return dict(found)

    async def gathered(
        self, topics: Collection[str], since: datetime, until: datetime
    ) -> tuple[Gathered, ...]:
        """List what was held back for the digests that are due later than `since`, and not after `until`.

        What its reader has read meanwhile is left out.
        """
        d, n = deliveries.c, func.count().label("n")
        rows = await self.connection.execute(
            select(d.address, d.user_id, d.due_at, d.topic, notices.c.stream, n)
            .join(notices, notices.c.id == d.notice_id)
            .where(_in_inboxes(topics), d.due_at > since, d.due_at <= until, d.read_at.is_(None))
            .group_by(d.address, d.user_id, d.due_at, d.topic, notices.c.stream)
            .order_by(d.due_at, d.address)
        )
        found: dict[tuple[str, int | None, datetime], dict[tuple[Stream, str], int]] = {}
        for row in rows:
            counts = found.setdefault((row.address, row.user_id, row.due_at), {})
            counts[Stream(row.stream), row.topic] = row.n
        return tuple(
            Gathered(
                address=address,
                user_id=None if user_id is None else UserId(user_id),
                due_at=due_at,
                counts=counts,
            )
            for (address, user_id, due_at), counts in found.items()
        )

    async def newest(self, digest: Gathered, limit: int) -> tuple[Notice, ...]:
        """List the newest notices of a digest, the most urgent first."""
        d = deliveries.c
        topics = {topic for _, topic in digest.counts}
        rows = await self.connection.execute(
            select(notices)
            .join(deliveries, notices.c.id == d.notice_id)
            .where(
                _in_inboxes(topics),
                d.due_at == digest.due_at,
                d.address == digest.address,
                d.read_at.is_(None),
            )
            .order_by(notices.c.urgency, notices.c.id.desc())
            .limit(limit)
        )
        return tuple(notice_codec.notice(row) for row in rows)

    async def known(self, keys: Sequence[str]) -> set[str]:
        """Tell which of these notices are posted already, by their keys."""
        found: set[str] = set()
        for some in _pages(keys):
            found.update(await self.connection.scalars(select(notices.c.key).where(notices.c.key.in_(some))))
        return found


def _of(owner: Owner) -> ColumnElement[bool]:
    whose = snoozes.c.user_id.is_(None) if owner.user_id is None else snoozes.c.user_id == owner.user_id
    return and_(whose, snoozes.c.chat_key == owner.chat_key)


def _in_inboxes(topics: Iterable[str]) -> ColumnElement[bool]:
    """What lies in inboxes under a topic; every urgency is named, so that the queue's index is used."""
    d = deliveries.c
    return and_(
        d.channel == Channel.INBOX.value,
        d.state == DeliveryState.SENT.value,
        d.urgency.in_([int(each) for each in Urgency]),
        d.topic.in_(sorted(topics)),
    )


def _pages(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), _PAGE):
        yield items[at : at + _PAGE]
