"""What someone last looked at, or was last refused, in one chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.store.tables import recents
from data.store.types import prose
from data.store.upsert import insert

VALUE_LIMIT = 4_000


@dataclass(frozen=True, slots=True)
class Recent:
    """A note and when it was made."""

    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recents:
    """One note per actor, chat and kind: the newest."""

    connection: AsyncConnection

    async def set(self, actor_key: str, chat_key: str, kind: str, value: str, at: datetime) -> None:
        """Note something in place of the last note; cut to `VALUE_LIMIT` characters."""
        await self.set_all({(actor_key, chat_key, kind): value}, at)

    async def set_all(self, notes: Mapping[tuple[str, str, str], str], at: datetime) -> None:
        """Note several things at once, by actor, chat and kind."""
        rows = [
            {"actor_key": actor, "chat_key": chat, "kind": kind, "value": prose(value, VALUE_LIMIT), "at": at}
            # In one order everywhere, so that two writers never wait for each other.
            for (actor, chat, kind), value in sorted(notes.items())
        ]
        add = insert(self.connection, recents)
        note = {"value": add.excluded.value, "at": add.excluded.at}
        unique = list(recents.primary_key)
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=note), rows)

    async def get(self, actor_key: str, chat_key: str, kind: str) -> Recent | None:
        """Find the last note."""
        row = await self.connection.execute(
            select(recents.c.value, recents.c.at).where(
                recents.c.actor_key == actor_key, recents.c.chat_key == chat_key, recents.c.kind == kind
            )
        )
        found = row.one_or_none()
        return None if found is None else Recent(found.value, found.at)

    async def purge(self, before: datetime) -> int:
        """Drop the notes made before an instant; count them."""
        return (await self.connection.execute(delete(recents).where(recents.c.at < before))).rowcount
