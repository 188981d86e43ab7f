"""Deliveries under the hands of the workers: leased, begun, and settled.

A place with a delivery that is leased, or that is to be tried again later, gets no other one meanwhile: so
its order is kept, and what a platform said about waiting holds for all that goes there, across a restart too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.delivery import (
    Channel,
    Delivery,
    DeliveryState,
    Notice,
    Outcome,
    Settlement,
    Subscription,
    Target,
    Turn,
    Urgency,
)
from data.store import notice_codec
from data.store.repos.living import LivingMessages
from data.store.repos.outbox import Outbox
from data.store.repos.subscriptions import Subscriptions
from data.store.tables import deliveries, notices
from data.store.types import Instant, prose

A_PLACE = 8  # deliveries of one place in one lease
_PROBLEM_LIMIT = 200
_SCAN = 200  # rows looked at to fill a lease
_TURNS = 0x0B7B0  # the first of two keys of the lock under which a channel's deliveries are leased
_LEASED, _WAITING = DeliveryState.LEASED.value, DeliveryState.WAITING.value
_ENDS: Mapping[Outcome, DeliveryState] = {
    Outcome.EXPIRED: DeliveryState.EXPIRED,
    Outcome.GONE: DeliveryState.GONE,
    Outcome.REFUSED: DeliveryState.REFUSED,
}
_ID: BindParameter[int] = bindparam("of_id")
_LEASE: BindParameter[str] = bindparam("of_worker")
_STATE = deliveries.c.state.concat("")  # no column: SQLite would walk all of a state to find a few numbers
_OURS = and_(deliveries.c.id == _ID, deliveries.c.lease == _LEASE)


# The statements of every message, made once.
_BEGIN = (
    update(deliveries)
    .where(_OURS, deliveries.c.state == _LEASED)
    .values(begun=deliveries.c.begun + 1, under_way=True)
    .returning(deliveries.c.id)
)
_ENDED: dict[str, Any] = {"under_way": False, "lease": "", "leased_until": None}
_SENT = (
    update(deliveries)
    .where(deliveries.c.id == _ID)
    .values(_ENDED | {"state": DeliveryState.SENT.value})
    .values(message=bindparam("of_message"), settled_at=bindparam("at_now"))
)


def _due_statement() -> Select[tuple[int, str]]:
    d, other = deliveries.c, deliveries.alias("other")
    now: BindParameter[datetime] = bindparam("until_now", type_=Instant())
    barred = select(other.c.id).where(
        other.c.channel == d.channel, other.c.address == d.address,
        other.c.state.in_((_LEASED, _WAITING)), or_(other.c.state == _LEASED, other.c.retry_at > now),
    )  # fmt: skip
    return (
        select(d.id, d.address)
        .where(d.channel == bindparam("of_channel"), d.urgency == bindparam("of_urgency"))
        .where(d.state == _WAITING, d.due_at <= now, ~barred.exists())
        .order_by(d.due_at, d.id)
        .limit(bindparam("most", type_=Integer()))
    )


_DUE = _due_statement()  # made once: it is asked all the time
_SOONEST = select(func.min(deliveries.c.due_at)).where(
    deliveries.c.channel == bindparam("of_channel"),
    deliveries.c.urgency == bindparam("of_urgency"),
    deliveries.c.state == _WAITING,
)
_LAPSE = select(func.min(deliveries.c.leased_until)).where(
    deliveries.c.channel == bindparam("of_channel"),
    deliveries.c.state == _LEASED,
    deliveries.c.lease != _LEASE,
)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What the workers do; `worker` names one for as long as it lives."""

    connection: AsyncConnection
    clock: Clock

    async def lease(self, channel: Channel, worker: str, limit: int, hold: timedelta) -> tuple[Delivery, ...]:
        """Take deliveries that are due, the most urgent first, at most `A_PLACE` of one place."""
        if not await self._may_lease(channel):
            return ()
        now = self.clock.now()
        until = now + hold
        await self._reclaim(channel, worker, now, until)
        taken: list[int] = []
        for urgency in Urgency:
            # What is taken bars the rest of its place, so that a place with much to hear holds up none.
            while len(taken) < limit:
                some = await self._due(channel, urgency, now, limit - len(taken))
                taken += await self._take(some, worker, until)
                if not some:
                    break
        return await self._leased(taken)

    async def soonest(self, channel: Channel, worker: str) -> datetime | None:
        """Tell when there is something to lease, in the past where there is already.

        That is a delivery that is due, or one that another worker has not settled in time.
        """
        found = [
            await self.connection.scalar(_SOONEST, {"of_channel": channel, "of_urgency": each})
            for each in Urgency
        ]
        lapse = {"of_channel": channel, "of_worker": worker}
        found.append(await self.connection.scalar(_LAPSE, lapse))
        return min((each for each in found if each is not None), default=None)

    async def turn(
        self, worker: str, settlements: Sequence[Settlement] = (), begin: Sequence[Delivery] = ()
    ) -> Turn:
        """Settle what has ended and begin what comes next; what is begun was ours still."""
        now = self.clock.now()
        await self._settle(worker, settlements, now)
        paused: list[Subscription] = []
        for each in settlements:
            place = each.delivery.target
            if each.outcome is Outcome.SENT and each.told:
                await LivingMessages(self.connection).put(each, now)
            elif each.outcome is Outcome.GONE:
                paused += await self._close(place, each.problem, now)
            elif each.outcome is Outcome.MOVED:
                await Outbox(self.connection, self.clock).moved(place.channel, place.address, each.moved_to)
        return Turn(begun=await self._begin(worker, begin), paused=tuple(paused))

    async def renew(self, channel: Channel, worker: str, hold: timedelta) -> None:
        """Hold what is leased for longer."""
        d = deliveries.c
        held = update(deliveries).where(d.channel == channel, d.state == _LEASED, d.lease == worker)
        await self.connection.execute(held.values(leased_until=self.clock.now() + hold))

    async def release(self, worker: str, unbegun: Iterable[Delivery]) -> None:
        """Give back what was leased and not begun."""
        rows = [{"of_id": each.id, "of_worker": worker} for each in unbegun]
        if rows:
            back = update(deliveries).where(_OURS, deliveries.c.under_way.is_(False))
            await self.connection.execute(back.values(state=_WAITING, lease="", leased_until=None), rows)

    async def expire(self) -> Counter[tuple[Channel, str]]:
        """End what waits and is too late to be told at all; counts by channel and kind of notice."""
        d, now = deliveries.c, self.clock.now()
        late = update(deliveries).where(d.state == _WAITING, d.expires_at <= now)
        ended = await self.connection.execute(
            late.values(state=DeliveryState.EXPIRED.value, settled_at=now).returning(d.channel, d.notice_id)
        )
        counted = Counter((row.channel, row.notice_id) for row in ended)
        told = await self.notices({number for _, number in counted})
        kinds: Counter[tuple[Channel, str]] = Counter()
        for (channel, number), count in counted.items():
            kinds[Channel(channel), told[number].kind] += count
        return kinds

    async def notices(self, numbers: Collection[int]) -> Mapping[int, Notice]:
        """Give notices by their numbers; one that was purged is left out."""
        found: dict[int, Notice] = {}
        ordered = sorted(numbers)
        for at in range(0, len(ordered), _SCAN):
            some = select(notices).where(notices.c.id.in_(ordered[at : at + _SCAN]))
            found |= {row.id: notice_codec.notice(row) for row in await self.connection.execute(some)}
        return found

    async def _may_lease(self, channel: Channel) -> bool:
        """Take turns with other processes; on SQLite this one holds the only write lock."""
        if self.connection.dialect.name != "postgresql":
            return True
        lock = text("SELECT pg_try_advisory_xact_lock(:all, hashtext(:channel))")
        return bool(await self.connection.scalar(lock, {"all": _TURNS, "channel": channel.value}))

    async def _reclaim(self, channel: Channel, worker: str, now: datetime, until: datetime) -> None:
        """Take back what a worker that is no more had leased.

        A lease that ends later than ours could was given before the clock was set back.
        """
        d = deliveries.c
        lapsed = or_(d.leased_until <= now, d.leased_until > until)
        lost = update(deliveries).where(d.channel == channel, d.state == _LEASED, d.lease != worker, lapsed)
        doubtful = or_(d.doubtful, d.under_way)
        await self.connection.execute(
            lost.values(state=_WAITING, lease="", leased_until=None, doubtful=doubtful, under_way=False)
        )

    async def _due(self, channel: Channel, urgency: Urgency, now: datetime, room: int) -> list[int]:
        due = {"of_channel": channel, "of_urgency": urgency, "until_now": now, "most": max(room, _SCAN)}
        places: Counter[str] = Counter()
        chosen: list[int] = []
        for row in await self.connection.execute(_DUE, due):
            places[row.address] += 1
            if places[row.address] <= A_PLACE and len(chosen) < room:
                chosen.append(row.id)
        return chosen

    async def _take(self, chosen: Sequence[int], worker: str, until: datetime) -> list[int]:
        if not chosen:
            return []
        d = deliveries.c
        take = update(deliveries).where(d.id.in_(chosen), _STATE == _WAITING)
        values = {"state": _LEASED, "lease": worker, "leased_until": until}
        return list(await self.connection.scalars(take.values(values).returning(d.id)))

    async def _leased(self, taken: Sequence[int]) -> tuple[Delivery, ...]:
        d = deliveries.c
        rows = (
            await self.connection.execute(
                select(deliveries).where(d.id.in_(taken)).order_by(d.urgency, d.due_at, d.id)
            )
        ).all()
        told = await self.notices({row.notice_id for row in rows})
        shown = LivingMessages(self.connection)
        found: list[Delivery] = []
        for row in rows:
            leased = Delivery(
                id=row.id, notice_id=row.notice_id, notice=told[row.notice_id], begun=row.begun,
                target=notice_codec.target(row), due_at=row.due_at, doubtful=row.doubtful,
            )  # fmt: skip
            found.append(await shown.known(leased))
        return tuple(found)

    async def _begin(self, worker: str, wanted: Sequence[Delivery]) -> frozenset[int]:
        begun: set[int] = set()
        for each in wanted:
            rows = await self.connection.scalars(_BEGIN, {"of_id": each.id, "of_worker": worker})
            begun.update(rows)
        return frozenset(begun)

    async def _settle(self, worker: str, settlements: Sequence[Settlement], now: datetime) -> None:
        for each in settlements:
            if each.outcome is Outcome.SENT:  # true whoever holds it by now
                told = {"of_id": each.delivery.id, "of_message": each.message, "at_now": now}
                await self.connection.execute(_SENT, told)
                continue
            values = _ENDED | {"problem": prose(each.problem, _PROBLEM_LIMIT)}
            if each.outcome in {Outcome.LATER, Outcome.MOVED}:
                values |= {"state": _WAITING, "retry_at": each.at}
                values |= {} if each.certain else {"doubtful": True}
            else:
                values |= {"state": _ENDS[each.outcome].value, "settled_at": now}
            change = update(deliveries).where(_OURS).values(values)
            await self.connection.execute(change, {"of_id": each.delivery.id, "of_worker": worker})

    async def _close(self, place: Target, problem: str, now: datetime) -> tuple[Subscription, ...]:
        """Send nothing more to a place, and let nothing more be meant for it: a topic, or a chat with all."""
        d = deliveries.c
        rest = (d.channel == place.channel) & (d.address == place.address) & (d.state == _WAITING)
        if place.topic:
            rest &= d.topic == place.topic
        gone = {
            "state": DeliveryState.GONE.value,
            "settled_at": now,
            "problem": prose(problem, _PROBLEM_LIMIT),
        }
        await self.connection.execute(update(deliveries).where(rest).values(gone))
        return await Subscriptions(self.connection, self.clock).pause(place, problem)
