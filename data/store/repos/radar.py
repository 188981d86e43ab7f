"""The radar's journal, its signals, and their grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.ids import Chain, TokenKey
from data.models.signals import GradeRow, JournalRow, SignalRecord
from data.models.text import one_line
from data.store.tables import grades, radar_facts, signals
from data.store.upsert import insert

_SYMBOL_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Journal:
    """What the radar took in, in that order."""

    connection: AsyncConnection

    async def add(self, rows: Sequence[JournalRow]) -> None:
        """Append facts."""
        if rows:
            await self.connection.execute(
                radar_facts.insert(),
                [
                    {
                        "at": row.at, "chain": row.token.chain.value, "address": row.token.address,
                        "kind": row.kind, "body": row.body,
                    }
                    for row in rows
                ],
            )  # fmt: skip

    async def after(self, number: int, limit: int) -> tuple[JournalRow, ...]:
        """List the facts behind a number, in order."""
        query = select(radar_facts).where(radar_facts.c.id > number).order_by(radar_facts.c.id).limit(limit)
        return tuple(_fact(row) for row in await self.connection.execute(query))

    async def of(self, token: TokenKey, since: datetime, kinds: Sequence[str]) -> tuple[JournalRow, ...]:
        """List a token's facts of some kinds, in order."""
        facts = radar_facts.c
        mine = (facts.chain == token.chain.value) & (facts.address == token.address)
        query = select(radar_facts).where(mine, facts.at >= since, facts.kind.in_(kinds)).order_by(facts.id)
        return tuple(_fact(row) for row in await self.connection.execute(query))

    async def first_at(self) -> datetime | None:
        """Tell when the journal begins."""
        return await self.connection.scalar(select(radar_facts.c.at).order_by(radar_facts.c.id).limit(1))

    async def newest_at(self) -> datetime | None:
        """Tell when the newest fact was taken in."""
        return await self.connection.scalar(
            select(radar_facts.c.at).order_by(radar_facts.c.id.desc()).limit(1)
        )

    async def purge(self, before: datetime) -> int:
        """Drop what is older."""
        return (await self.connection.execute(delete(radar_facts).where(radar_facts.c.at < before))).rowcount


@dataclass(frozen=True, slots=True)
class Signals:
    """Everything the radar ever saw."""

    connection: AsyncConnection

    async def add(self, record: SignalRecord, due: Sequence[tuple[int, datetime]]) -> int | None:
        """Keep a signal with its horizons (in seconds) and when they are due; None where its key is there."""
        values = {
            "key": record.key, "type": record.type, "version": record.version,
            "chain": record.token.chain.value, "address": record.token.address,
            "symbol": one_line(record.symbol, _SYMBOL_LIMIT), "at": record.at, "strength": record.strength,
            "told": record.told, "price_usd": record.price_usd, "liquidity_usd": record.liquidity_usd,
            "sol_usd": record.sol_usd, "rugged_at": record.rugged_at, "body": record.body,
        }  # fmt: skip
        add = insert(self.connection, signals).values(**values)
        once = add.on_conflict_do_nothing(index_elements=[signals.c.key]).returning(signals.c.id)
        number: int | None = await self.connection.scalar(once)
        if number is not None and due:
            await self.connection.execute(
                grades.insert(),
                [
                    {"signal_id": number, "horizon_s": horizon_s, "due_at": at, "missing": ""}
                    for horizon_s, at in due
                ],
            )
        return number

    async def get(self, number: int) -> SignalRecord | None:
        """Find a signal."""
        return await self._first(select(signals).where(signals.c.id == number))

    async def by_key(self, key: str) -> SignalRecord | None:
        """Find a signal by its key."""
        return await self._first(select(signals).where(signals.c.key == key))

    async def page(
        self,
        *,
        kind: str | None = None,
        token: TokenKey | None = None,
        since: datetime | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> tuple[SignalRecord, ...]:
        """List signals, the newest first."""
        query = select(signals).order_by(signals.c.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(signals.c.type == kind)
        if token is not None:
            mine = (signals.c.chain == token.chain.value) & (signals.c.address == token.address)
            query = query.where(mine)
        if since is not None:
            query = query.where(signals.c.at >= since)
        if before is not None:
            query = query.where(signals.c.id < before)
        return tuple(_signal(row) for row in await self.connection.execute(query))

    async def between(self, since: datetime, until: datetime) -> tuple[SignalRecord, ...]:
        """List the signals of a time, in order."""
        of_then = (signals.c.at >= since) & (signals.c.at <= until)
        query = select(signals).where(of_then).order_by(signals.c.id)
        return tuple(_signal(row) for row in await self.connection.execute(query))

    async def rugged(self, token: TokenKey, at: datetime) -> None:
        """Note when a token was seen to be rugged, on every signal of it that has no such note."""
        mine = (signals.c.chain == token.chain.value) & (signals.c.address == token.address)
        noted = update(signals).where(mine, signals.c.rugged_at.is_(None)).values(rugged_at=at)
        await self.connection.execute(noted)

    async def due(self, now: datetime, limit: int) -> tuple[SignalRecord, ...]:
        """List signals with a horizon that can be graded by now, those longest due first."""
        waiting = (
            select(grades.c.signal_id, func.min(grades.c.due_at).label("due_at"))
            .where(grades.c.graded_at.is_(None), grades.c.due_at <= now)
            .group_by(grades.c.signal_id)
            .order_by(func.min(grades.c.due_at), grades.c.signal_id)
            .limit(limit)
            .subquery()
        )
        query = select(signals).join(waiting, waiting.c.signal_id == signals.c.id)
        ordered = query.order_by(waiting.c.due_at, signals.c.id)
        return tuple(_signal(row) for row in await self.connection.execute(ordered))

    async def graded(self, rows: Sequence[GradeRow]) -> None:
        """Put what became of horizons in their place."""
        for row in rows:
            same = (grades.c.signal_id == row.signal_id) & (grades.c.horizon_s == row.horizon_s)
            found = {
                "graded_at": row.graded_at, "gross_ratio": row.gross_ratio, "net_ratio": row.net_ratio,
                "hit": row.hit, "rugged": row.rugged, "missing": row.missing,
            }  # fmt: skip
            await self.connection.execute(update(grades).where(same).values(**found))

    async def grades_of(self, numbers: Sequence[int]) -> dict[int, tuple[GradeRow, ...]]:
        """Look up the horizons of signals, shortest first."""
        query = select(grades).where(grades.c.signal_id.in_(tuple(numbers)))
        rows = await self.connection.execute(query.order_by(grades.c.signal_id, grades.c.horizon_s))
        found: dict[int, tuple[GradeRow, ...]] = {}
        for row in rows.mappings():
            found[row["signal_id"]] = (*found.get(row["signal_id"], ()), GradeRow(**row))
        return found

    async def outcomes(
        self, horizon_s: int, *, kind: str | None = None, since: datetime | None = None
    ) -> tuple[tuple[SignalRecord, GradeRow], ...]:
        """List signals with what they came to at a horizon, as far as that is known, in order."""
        query = select(signals, grades).join(grades, grades.c.signal_id == signals.c.id)
        query = query.where(grades.c.horizon_s == horizon_s, grades.c.graded_at.is_not(None))
        if kind is not None:
            query = query.where(signals.c.type == kind)
        if since is not None:
            query = query.where(signals.c.at >= since)
        rows = await self.connection.execute(query.order_by(signals.c.id))
        return tuple((_signal(row), _grade(row)) for row in rows)

    async def _first(self, query: Select[Any]) -> SignalRecord | None:
        row = (await self.connection.execute(query)).one_or_none()
        return None if row is None else _signal(row)


def _fact(row: Any) -> JournalRow:
    token = TokenKey(Chain(row.chain), row.address)
    return JournalRow(id=row.id, token=token, at=row.at, kind=row.kind, body=row.body)


def _signal(row: Any) -> SignalRecord:
    return SignalRecord(
        id=row.id, key=row.key, type=row.type, version=row.version,
        token=TokenKey(Chain(row.chain), row.address), symbol=row.symbol, at=row.at, strength=row.strength,
        told=row.told, price_usd=row.price_usd, liquidity_usd=row.liquidity_usd, sol_usd=row.sol_usd,
        rugged_at=row.rugged_at, body=row.body,
    )  # fmt: skip


def _grade(row: Any) -> GradeRow:
    return GradeRow(
        signal_id=row.signal_id, horizon_s=row.horizon_s, due_at=row.due_at, graded_at=row.graded_at,
        gross_ratio=row.gross_ratio, net_ratio=row.net_ratio, hit=row.hit, rugged=row.rugged,
        missing=row.missing,
    )  # fmt: skip
