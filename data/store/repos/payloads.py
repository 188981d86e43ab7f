"""What buttons mean where it does not fit into them: text under a short random id, until it expires."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.store.expiry import purge
from data.store.tables import payloads
from data.store.types import Unstorable, is_word, prose
from data.store.upsert import insert

DATA_LIMIT = 4_000
MOST = 100_000
_ID_BYTES = 16  # 128 bits: 22 characters


@dataclass(frozen=True, slots=True)
class Payloads:
    """Buttons' words; what a press may do is decided when it is pressed, so an id is no secret."""

    connection: AsyncConnection
    clock: Clock

    async def put(self, data: str, expires_at: datetime) -> str:
        """Keep text and give its id, 22 characters safe in a URL.

        The same text gets the same id, and the later expiry: a card drawn again and again fills no table.

        Raises:
            Unstorable: longer than `DATA_LIMIT`, or holding what PostgreSQL cannot keep.
        """
        if len(data) > DATA_LIMIT or prose(data) != data:
            raise Unstorable(f"not a payload: {data[:40]!r}, {len(data)} characters")
        add = insert(self.connection, payloads).values(
            id=secrets.token_urlsafe(_ID_BYTES),
            digest=hashlib.sha256(data.encode()).hexdigest(),
            data=data,
            expires_at=expires_at,
        )
        kept, offered = payloads.c.expires_at, add.excluded.expires_at
        later = case((offered > kept, offered), else_=kept)
        upsert = add.on_conflict_do_update(index_elements=[payloads.c.digest], set_={"expires_at": later})
        found: str | None = await self.connection.scalar(upsert.returning(payloads.c.id))
        assert found is not None
        return found

    async def get(self, payload_id: str) -> str | None:
        """Find text by an id that anyone may have made up."""
        if not is_word(payload_id):
            return None
        alive = payloads.c.expires_at > self.clock.now()
        return await self.connection.scalar(select(payloads.c.data).where(payloads.c.id == payload_id, alive))

    async def purge(self) -> int:
        """Drop what has expired, and what exceeds `MOST`."""
        return await purge(self.connection, payloads, self.clock.now(), most=MOST)
