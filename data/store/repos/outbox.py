"""What is to be told: notices with the places they go to, and what readers and operators see of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.delivery import (
    Channel,
    DeliveryState,
    InboxEntry,
    Notice,
    QueueLine,
    Target,
)
from data.models.ids import UserId
from data.store import notice_codec
from data.store.tables import deliveries, living, notices, subscriptions, users
from data.store.upsert import insert

_PAGE = 500
_HOUR = timedelta(hours=1)
_OPEN = (DeliveryState.WAITING, DeliveryState.LEASED)
_SETTLED = (DeliveryState.SENT, DeliveryState.EXPIRED, DeliveryState.GONE, DeliveryState.REFUSED)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Every notice and its deliveries."""

    connection: AsyncConnection
    clock: Clock

    async def post(self, notice: Notice, targets: Sequence[Target]) -> bool:
        """Take up a notice with the places it goes to; False where one of its key is there already.

        A place that is named twice gets it once; a person who is no more gets none. What goes to an inbox is
        there at once.
        """
        add = insert(self.connection, notices).values(**notice_codec.values(notice))
        add_once = add.on_conflict_do_nothing(index_elements=[notices.c.key]).returning(notices.c.id)
        number = await self.connection.scalar(add_once)
        if number is None:
            return False
        there = await self._there({each.user_id for each in targets if each.user_id is not None})
        now = self.clock.now()
        rows: dict[tuple[Channel, str, str], dict[str, Any]] = {}
        for each in targets:
            if each.user_id is None or each.user_id in there:
                place = (each.channel, each.address, each.topic)
                rows.setdefault(place, _waiting(number, notice, each, now))
        if rows:
            await self.connection.execute(deliveries.insert(), list(rows.values()))
        return True

    async def moved(self, channel: Channel, old: str, new: str) -> None:
        """Let what waits, who listens and what is shown follow a place to its new address."""
        if old == new:
            return
        for table, same in (
            (deliveries, ("notice_id", "topic")),
            (subscriptions, ("stream", "topic")),
            (living, ("topic", "about", "kind")),
        ):
            await self._follow(table, same, channel, old, new)

    async def inbox(
        self, user_id: UserId, *, before: int | None = None, limit: int = 20
    ) -> tuple[InboxEntry, ...]:
        """List what went to a person, the newest first; `before` is the number of the last one seen."""
        d = deliveries.c
        mine = select(d.notice_id).where(d.user_id == user_id, d.state != DeliveryState.CANCELLED)
        if before is not None:
            mine = mine.where(d.notice_id < before)
        page = mine.distinct().order_by(d.notice_id.desc()).limit(limit)
        found = tuple(await self.connection.scalars(page))
        if not found:
            return ()
        told = await self.connection.execute(select(notices).where(notices.c.id.in_(found)))
        by_id = {row.id: notice_codec.notice(row) for row in told}
        ways: defaultdict[int, list[Any]] = defaultdict(list)
        for row in await self.connection.execute(
            select(d.notice_id, d.channel, d.state, d.read_at)
            .where(d.user_id == user_id, d.notice_id.in_(found))
            .order_by(d.notice_id, d.id)
        ):
            ways[row.notice_id].append(row)
        return tuple(
            InboxEntry(
                notice_id=each,
                notice=by_id[each],
                ways=tuple((Channel(row.channel), DeliveryState(row.state)) for row in ways[each]),
                read=any(row.read_at is not None for row in ways[each]),
            )
            for each in found
        )

    async def unread(self, user_id: UserId) -> int:
        """Count the notices that a person has not read in the inbox."""
        d = deliveries.c
        unread = select(func.count(d.notice_id.distinct())).where(
            d.user_id == user_id, d.read_at.is_(None), d.state != DeliveryState.CANCELLED
        )
        return await self.connection.scalar(unread) or 0

    async def mark_read(self, user_id: UserId, shown: Collection[int] | None = None) -> int:
        """Note that a person has read these notices, or all of them; it holds on every platform.

        Counts the notices that were unread.
        """
        d = deliveries.c
        theirs = (d.user_id == user_id) & d.read_at.is_(None)
        if shown is not None:
            theirs &= d.notice_id.in_(tuple(shown))
        seen = update(deliveries).where(theirs).values(read_at=self.clock.now()).returning(d.notice_id)
        return len(set(await self.connection.scalars(seen)))

    async def queue(self) -> tuple[QueueLine, ...]:
        """Tell how the queue of each channel stands."""
        d, now = deliveries.c, self.clock.now()
        figures: defaultdict[Channel, dict[str, Any]] = defaultdict(dict)
        due = func.min(case((d.due_at <= now, d.due_at)))
        for state in _OPEN:
            still = select(d.channel, func.count().label("n"), due.label("oldest")).where(
                d.channel.in_(tuple(Channel)), d.state == state
            )
            for row in await self.connection.execute(still.group_by(d.channel)):
                figures[Channel(row.channel)][state.value] = row.n
                if state is DeliveryState.WAITING:
                    figures[Channel(row.channel)]["oldest_due_at"] = row.oldest
        for state in _SETTLED:
            ended = select(d.channel, func.count().label("n")).where(
                d.state == state, d.settled_at > now - _HOUR
            )
            for row in await self.connection.execute(ended.group_by(d.channel)):
                figures[Channel(row.channel)][state.value] = row.n
        return tuple(QueueLine(channel=channel, **figures[channel]) for channel in sorted(figures))

    async def purge(self, before: datetime) -> int:
        """Drop notices whose time was over before an instant, and the messages begun before it; count them.

        What still waits for its time stays.
        """
        still = select(deliveries.c.id).where(
            deliveries.c.notice_id == notices.c.id, deliveries.c.state.in_(_OPEN)
        )
        await self.connection.execute(delete(living).where(living.c.begun_at < before))
        gone = delete(notices).where(notices.c.expires_at < before, ~still.exists())
        return (await self.connection.execute(gone)).rowcount

    async def _there(self, wanted: set[UserId]) -> set[int]:
        """Tell which people are still there."""
        found: set[int] = set()
        ordered = sorted(wanted)
        for at in range(0, len(ordered), _PAGE):
            some = select(users.c.id).where(users.c.id.in_(ordered[at : at + _PAGE]))
            found.update(await self.connection.scalars(some))
        return found

    async def _follow(
        self, table: Table, same: tuple[str, ...], channel: Channel, old: str, new: str
    ) -> None:
        """Give rows the new address; what the new place has already, stays."""
        c, taken = table.c, table.alias("taken")
        ours = (c.channel == channel) & (c.address == old)
        if table is deliveries:
            ours &= c.state.in_(_OPEN)
        there = select(taken.c.channel).where(
            taken.c.channel == channel, taken.c.address == new, *(taken.c[name] == c[name] for name in same)
        )
        await self.connection.execute(update(table).where(ours, ~there.exists()).values(address=new))
        if table is deliveries:
            twice = update(table).where(ours)
            await self.connection.execute(
                twice.values(state=DeliveryState.CANCELLED.value, lease="", settled_at=self.clock.now())
            )
        else:
            await self.connection.execute(delete(table).where(ours))


def _waiting(number: int, notice: Notice, target: Target, now: datetime) -> dict[str, Any]:
    there = target.channel is Channel.INBOX
    return notice_codec.place(target) | {
        "notice_id": number,
        "silent": target.silent,
        "state": (DeliveryState.SENT if there else DeliveryState.WAITING).value,
        "urgency": int(notice.urgency),
        "due_at": target.due_at or now,
        "retry_at": None,
        "expires_at": notice.ends_at,
        "lease": "",
        "leased_until": None,
        "begun": 0,
        "under_way": False,
        "doubtful": False,
        "message": "",
        "problem": "",
        "settled_at": now if there else None,
        "read_at": None,
    }
