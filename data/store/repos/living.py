"""The messages of ours about a token that places show, to be edited as more is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.delivery import Delivery, Living, Settlement
from data.store import notice_codec
from data.store.tables import living
from data.store.upsert import insert


@dataclass(frozen=True, slots=True)
class LivingMessages:
    """One message a place, token and kind of notice: the newest."""

    connection: AsyncConnection

    async def known(self, delivery: Delivery) -> Delivery:
        """Add to a delivery the message that it may be told in."""
        if delivery.strand is None:
            return delivery
        row = (await self.connection.execute(select(living).where(_shown(delivery)))).one_or_none()
        if row is None:
            return delivery
        told = notice_codec.numbers(row.told)
        return replace(delivery, living=Living(message=row.message, begun_at=row.begun_at, told=told))

    async def put(self, sent: Settlement, now: datetime) -> None:
        """Note what a message tells now: one that was edited, or a new one in place of the last."""
        told = notice_codec.joined(sent.told)
        if sent.edited:
            change = update(living).where(_shown(sent.delivery)).values(told=told, message=sent.message)
            await self.connection.execute(change)
            return
        address, topic, about, kind = sent.delivery.strand or ("", "", "", "")
        add = insert(self.connection, living).values(
            channel=sent.delivery.target.channel.value, address=address, topic=topic, about=about, kind=kind,
            message=sent.message, begun_at=now, told=told,
        )  # fmt: skip
        new = {name: add.excluded[name] for name in ("message", "begun_at", "told")}
        unique = list(living.primary_key)
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=new))


def _shown(delivery: Delivery) -> ColumnElement[bool]:
    address, topic, about, kind = delivery.strand or ("", "", "", "")
    shown = living.c
    return and_(
        shown.channel == delivery.target.channel.value, shown.address == address, shown.topic == topic,
        shown.about == about, shown.kind == kind,
    )  # fmt: skip
