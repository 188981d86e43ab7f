"""How often each vendor agreed with the others: counts that several processes add to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.store.tables import reliability
from data.store.upsert import insert

_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One vendor on one kind of figure."""

    provider: str
    kind: str
    agreed: float
    differed: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The counts of every vendor."""

    connection: AsyncConnection

    async def add(self, rows: Sequence[tuple[str, str, float, float]]) -> None:
        """Add (provider, kind, agreed, differed) to the counts."""
        for provider, kind, agreed, differed in rows:
            values = {"provider": provider, "kind": kind, "agreed": agreed, "differed": differed}
            add = insert(self.connection, reliability).values(values)
            await self.connection.execute(
                add.on_conflict_do_update(
                    index_elements=[reliability.c.provider, reliability.c.kind],
                    set_={
                        "agreed": reliability.c.agreed + add.excluded.agreed,
                        "differed": reliability.c.differed + add.excluded.differed,
                    },
                )
            )

    async def halve_above(self, most: float) -> None:
        """Halve the counts of whoever was judged more than `most` times."""
        await self.connection.execute(
            update(reliability)
            .where(reliability.c.agreed + reliability.c.differed > most)
            .values(agreed=reliability.c.agreed / 2, differed=reliability.c.differed / 2)
        )

    async def all(self) -> tuple[Agreement, ...]:
        """List the counts by provider and kind."""
        query = select(reliability).order_by(reliability.c.provider, reliability.c.kind).limit(_MOST)
        rows = await self.connection.execute(query)
        return tuple(Agreement(**row) for row in rows.mappings())
