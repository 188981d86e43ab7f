"""What was known of a token at a time; appended only, so that a look back sees just what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.fields import Field
from data.models.ids import Chain, TokenKey
from data.models.market import Resolved, TokenSnapshot
from data.store import snapshot_codec
from data.store.tables import snapshots
from data.store.upsert import insert

HISTORY_LIMIT = 1_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Every snapshot that was kept."""

    connection: AsyncConnection

    async def add(self, snapshot: TokenSnapshot) -> None:
        """Keep a snapshot; one that is kept already stays as it is. How often is the caller's choice.

        Raises:
            Unstorable: a value in it could not be given back as it is.
        """
        row = insert(self.connection, snapshots).values(
            chain=snapshot.token.chain.value,
            address=snapshot.token.address,
            at=snapshot.at,
            body=snapshot_codec.encode(snapshot),
        )
        await self.connection.execute(row.on_conflict_do_nothing())

    async def last_at(self, token: TokenKey) -> datetime | None:
        """Tell when the last snapshot was made."""
        newest = select(snapshots.c.at).where(_of(token)).order_by(snapshots.c.at.desc()).limit(1)
        return await self.connection.scalar(newest)

    async def latest(self, token: TokenKey) -> TokenSnapshot | None:
        """Find the last snapshot."""
        return await self._first(token, _body_of(token))

    async def as_of(self, token: TokenKey, at: datetime) -> TokenSnapshot | None:
        """Find what was known at an instant: the last snapshot made by then."""
        return await self._first(token, _body_of(token).where(snapshots.c.at <= at))

    async def latest_page(self, after: TokenKey | None, limit: int) -> tuple[TokenSnapshot, ...]:
        """List the last snapshot of each token in the order of their keys, those behind `after`."""
        key = tuple_(snapshots.c.chain, snapshots.c.address)
        newest = select(snapshots.c.chain, snapshots.c.address, func.max(snapshots.c.at).label("at"))
        if after is not None:
            newest = newest.where(key > (after.chain.value, after.address))
        newest = newest.group_by(snapshots.c.chain, snapshots.c.address)
        page = newest.order_by(snapshots.c.chain, snapshots.c.address).limit(limit).subquery()
        same = and_(
            snapshots.c.chain == page.c.chain,
            snapshots.c.address == page.c.address,
            snapshots.c.at == page.c.at,
        )
        rows = await self.connection.execute(
            select(snapshots).join(page, same).order_by(snapshots.c.chain, snapshots.c.address)
        )
        return tuple(
            snapshot_codec.decode(TokenKey(Chain(row.chain), row.address), row.at, row.body) for row in rows
        )

    async def last_id(self) -> int:
        """Tell the number of the snapshot that was kept last; 0 where there is none."""
        return await self.connection.scalar(select(func.max(snapshots.c.id))) or 0

    async def kept_since(self, last_id: int, limit: int) -> tuple[tuple[int, TokenKey, datetime], ...]:
        """List which snapshots were kept after number `last_id`, in the order of their numbers."""
        rows = await self.connection.execute(
            select(snapshots.c.id, snapshots.c.chain, snapshots.c.address, snapshots.c.at)
            .where(snapshots.c.id > last_id)
            .order_by(snapshots.c.id)
            .limit(limit)
        )
        return tuple((row.id, TokenKey(Chain(row.chain), row.address), row.at) for row in rows)

    async def history(
        self, token: TokenKey, key: Field[T], since: datetime, limit: int = 500
    ) -> tuple[tuple[datetime, Resolved[T]], ...]:
        """List what was known of one field, oldest first, out of the first `limit` snapshots after `since`.

        Snapshots that did not know it are left out.
        """
        return (await self.history_part(token, key, since, limit))[0]

    async def history_part(
        self, token: TokenKey, key: Field[T], since: datetime, limit: int, *, until: datetime | None = None
    ) -> tuple[tuple[tuple[datetime, Resolved[T]], ...], datetime | None]:
        """List likewise what was known before `until`, with the instant to go on from; None at the end."""
        within = [_of(token), snapshots.c.at > since]
        if until is not None:
            within.append(snapshots.c.at < until)
        most = min(limit, HISTORY_LIMIT)
        query = select(snapshots.c.at, snapshots.c.body).where(*within).order_by(snapshots.c.at).limit(most)
        rows = (await self.connection.execute(query)).all()
        known = ((row.at, snapshot_codec.decode_field(key, row.body)) for row in rows)
        part = tuple((at, resolved) for at, resolved in known if resolved is not None)
        return part, rows[-1].at if len(rows) == most else None

    async def _first(self, token: TokenKey, query: Select[tuple[datetime, bytes]]) -> TokenSnapshot | None:
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else snapshot_codec.decode(token, row.at, row.body)


def _of(token: TokenKey) -> ColumnElement[bool]:
    return and_(snapshots.c.chain == token.chain.value, snapshots.c.address == token.address)


def _body_of(token: TokenKey) -> Select[tuple[datetime, bytes]]:
    newest_first = snapshots.c.at.desc()
    return select(snapshots.c.at, snapshots.c.body).where(_of(token)).order_by(newest_first).limit(1)
