"""Which places hear which streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.delivery import Channel, Stream, Subscription, Target
from data.models.ids import UserId
from data.store.tables import subscriptions
from data.store.types import prose
from data.store.upsert import insert

_PROBLEM_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Every place that hears a stream, each once a stream."""

    connection: AsyncConnection
    clock: Clock

    async def put(self, subscription: Subscription) -> None:
        """Let a place hear a stream, in place of what was chosen there before."""
        target = subscription.target
        values = {
            "chat_key": subscription.chat_key, "private": target.private, "user_id": target.user_id,
            "wishes": dict(subscription.wishes), "active": subscription.active,
            "problem": prose(subscription.problem, _PROBLEM_LIMIT),
        }  # fmt: skip
        add = insert(self.connection, subscriptions).values(
            stream=subscription.stream.value, channel=target.channel.value, address=target.address,
            topic=target.topic, created_at=self.clock.now(), **values,
        )  # fmt: skip
        unique = list(subscriptions.primary_key)
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=values))

    async def remove(self, stream: Stream, target: Target) -> bool:
        """Let a place hear a stream no more; False where it did not."""
        c = subscriptions.c
        gone = delete(subscriptions).where(
            c.stream == stream, c.channel == target.channel, c.address == target.address,
            c.topic == target.topic,
        )  # fmt: skip
        return (await self.connection.execute(gone)).rowcount > 0

    async def of_stream(self, stream: Stream) -> tuple[Subscription, ...]:
        """List the places that hear a stream now."""
        c = subscriptions.c
        return await self._all(and_(c.stream == stream, c.active))

    async def of_chat(self, chat_key: str) -> tuple[Subscription, ...]:
        """List what a chat has chosen, with what is paused."""
        return await self._all(subscriptions.c.chat_key == chat_key)

    async def of_person(self, user_id: UserId) -> tuple[Subscription, ...]:
        """List what a person has chosen for private chats, with what is paused."""
        return await self._all(subscriptions.c.user_id == user_id)

    async def pause(self, closed: Target, problem: str) -> tuple[Subscription, ...]:
        """Stop what a place hears, with the reason: a topic, or a chat with all its topics.

        Lists what was not stopped before.
        """
        c = subscriptions.c
        place = and_(c.channel == closed.channel, c.address == closed.address, c.active)
        if closed.topic:
            place = and_(place, c.topic == closed.topic)
        found = await self._all(place)
        if found:
            why = prose(problem, _PROBLEM_LIMIT)
            await self.connection.execute(
                update(subscriptions).where(place).values(active=False, problem=why)
            )
        return found

    async def resume(self, channel: Channel, address: str) -> int:
        """Let a place that was closed hear again; counts its streams."""
        c = subscriptions.c
        place = and_(c.channel == channel, c.address == address, c.active.is_(False))
        again = update(subscriptions).where(place).values(active=True, problem="")
        return (await self.connection.execute(again)).rowcount

    async def _all(self, which: ColumnElement[bool]) -> tuple[Subscription, ...]:
        key = tuple(subscriptions.primary_key)
        rows = await self.connection.execute(select(subscriptions).where(which).order_by(*key))
        return tuple(map(_subscription, rows))


def _subscription(row: Any) -> Subscription:
    return Subscription(
        stream=Stream(row.stream),
        target=Target(
            channel=Channel(row.channel), address=row.address, topic=row.topic, private=row.private,
            user_id=None if row.user_id is None else UserId(row.user_id),
        ),
        chat_key=row.chat_key, wishes=tuple(row.wishes.items()), active=row.active, problem=row.problem,
    )  # fmt: skip
