"""Announcements: each goes from one state to the next once, whoever presses what at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.announcing import Announcement, AnnouncementState
from data.models.delivery import Channel, DeliveryState
from data.models.ids import UserId
from data.store.tables import announcements, deliveries, notices
from data.store.types import is_row_id

_OUT = (AnnouncementState.HELD.value, AnnouncementState.SENT.value)


@dataclass(frozen=True, slots=True)
class Announcements:
    """Every announcement."""

    connection: AsyncConnection

    async def add(self, draft: Announcement) -> int:
        """Keep a draft; gives its number."""
        row = {
            "user_id": draft.user_id, "chat_key": draft.chat_key, "channel": draft.channel,
            "address": draft.address, "topic": draft.topic, "text": draft.text, "state": draft.state.value,
            "made_at": draft.made_at, "sends_at": draft.sends_at,
        }  # fmt: skip
        made: int | None = await self.connection.scalar(
            announcements.insert().values(**row).returning(announcements.c.id)
        )
        assert made is not None
        return made

    async def get(self, number: int) -> Announcement | None:
        """Find an announcement."""
        if not is_row_id(number):
            return None
        found = await self._some(announcements.c.id == number, 1)
        return found[0] if found else None

    async def turn(
        self,
        number: int,
        before: AnnouncementState,
        after: AnnouncementState,
        sends_at: datetime | None = None,
    ) -> bool:
        """Let one go from a state to the next; False where it is not in that state any more."""
        c = announcements.c
        here = update(announcements).where(c.id == number, c.state == before.value)
        changed = await self.connection.execute(here.values(state=after.value, sends_at=sends_at))
        return changed.rowcount > 0

    async def confirmed_since(self, chat_key: str, at: datetime) -> int:
        """Count what was confirmed for a chat, or with an empty key for everywhere, and not cancelled."""
        c = announcements.c
        out = and_(c.chat_key == chat_key, c.made_at > at, c.state.in_(_OUT))
        return await self.connection.scalar(select(func.count()).select_from(announcements).where(out)) or 0

    async def due(self, now: datetime, limit: int) -> tuple[Announcement, ...]:
        """List what was held for long enough."""
        c = announcements.c
        return await self._some(and_(c.state == AnnouncementState.HELD.value, c.sends_at <= now), limit)

    async def recall(self, key: str, now: datetime) -> int:
        """Cancel what is not sent yet of a notice, and take it out of inboxes; counts the places spared."""
        d = deliveries.c
        of_it = d.notice_id.in_(select(notices.c.id).where(notices.c.key == key))
        # What a worker has begun may have arrived: that one is let end.
        waits = or_(
            d.state == DeliveryState.WAITING.value,
            and_(d.state == DeliveryState.LEASED.value, d.under_way.is_(False)),
        )
        ended = {"state": DeliveryState.CANCELLED.value, "lease": "", "settled_at": now}
        spared = await self.connection.execute(update(deliveries).where(of_it, waits).values(**ended))
        kept = and_(of_it, d.channel == Channel.INBOX.value, d.state == DeliveryState.SENT.value)
        await self.connection.execute(update(deliveries).where(kept).values(**ended))
        return spared.rowcount

    async def told(self, kind: str, expires_after: datetime) -> int:
        """Count the notices of a kind whose time ends later than an instant."""
        n = notices.c
        later = select(func.count()).select_from(notices).where(n.expires_at > expires_after, n.kind == kind)
        return await self.connection.scalar(later) or 0

    async def purge(self, before: datetime) -> int:
        """Drop what was made before an instant; count it."""
        old = delete(announcements).where(announcements.c.made_at < before)
        return (await self.connection.execute(old)).rowcount

    async def _some(self, which: Any, limit: int) -> tuple[Announcement, ...]:
        query = select(announcements).where(which).order_by(announcements.c.id).limit(limit)
        return tuple(
            Announcement(
                id=row.id,
                user_id=UserId(row.user_id),
                chat_key=row.chat_key,
                channel=row.channel,
                address=row.address,
                topic=row.topic,
                text=row.text,
                state=AnnouncementState(row.state),
                made_at=row.made_at,
                sends_at=row.sends_at,
            )
            for row in await self.connection.execute(query)
        )
