"""Lists of coins and how far the work on them is, so that it goes on where it was broken off."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.ids import Chain, TokenKey
from data.models.lists import CoinList, Item, Part
from data.models.market import Gap, GapReason, TokenSnapshot
from data.models.text import one_line
from data.store import snapshot_codec
from data.store.tables import list_items, list_parts, lists, snapshots
from data.store.types import Unstorable, prose
from data.store.upsert import insert

_PAGE = 500
_PROBLEM_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Lists:
    """Every list, its rows, and what was heard of coins that are not done yet."""

    connection: AsyncConnection
    clock: Clock

    async def named(self, name: str) -> CoinList | None:
        """Find a list."""
        row = (await self.connection.execute(select(lists).where(lists.c.name == name))).one_or_none()
        return None if row is None else _list(row)

    async def names(self) -> tuple[str, ...]:
        """List the names."""
        return tuple(await self.connection.scalars(select(lists.c.name).order_by(lists.c.name).limit(_PAGE)))

    async def put(self, name: str, columns: Sequence[str], digest: str, items: Sequence[Item]) -> CoinList:
        """Make a list of these rows, or make the list of this name be these rows.

        A coin that was in it and is done stays done.
        """
        known = await self.named(name)
        values = {"columns": _packed(columns), "digest": digest}
        done: dict[TokenKey | None, datetime | None] = {}
        if known is None:
            add = lists.insert().values(name=name, begun_at=self.clock.now(), **values).returning(lists.c.id)
            number = await self.connection.scalar(add)
        else:
            number = known.id
            done = {item.token: item.enriched_at async for item in self.items(number)}
            await self.connection.execute(delete(list_items).where(list_items.c.list_id == number))
            await self.connection.execute(update(lists).where(lists.c.id == number).values(**values))
        rows = [
            {
                "list_id": number, "line": item.line, "cells": _packed(item.cells),
                "chain": "" if item.token is None else item.token.chain.value,
                "address": "" if item.token is None else item.token.address,
                "problem": prose(item.problem, _PROBLEM_LIMIT),
                "enriched_at": item.enriched_at or done.get(item.token),
            }
            for item in items
        ]  # fmt: skip
        if rows:
            await self.connection.execute(list_items.insert(), rows)
        found = await self.named(name)
        assert found is not None
        return found

    async def begin_anew(self, number: int) -> None:
        """Let every coin of a list be done again."""
        await self.connection.execute(
            update(lists).where(lists.c.id == number).values(begun_at=self.clock.now())
        )
        await self.connection.execute(
            update(list_items).where(list_items.c.list_id == number).values(enriched_at=None)
        )
        await self.connection.execute(delete(list_parts).where(list_parts.c.list_id == number))

    async def items(self, number: int) -> AsyncIterator[Item]:
        """Give the rows of a list in their order."""
        line = -1
        while True:
            page = (
                select(list_items)
                .where(list_items.c.list_id == number, list_items.c.line > line)
                .order_by(list_items.c.line)
                .limit(_PAGE)
            )
            rows = (await self.connection.execute(page)).all()
            for row in rows:
                yield _item(row)
            if len(rows) < _PAGE:
                return
            line = rows[-1].line

    async def pending(self, number: int) -> tuple[TokenKey, ...]:
        """List the coins that are not done, each once, in the order of their rows."""
        items = list_items.c
        rows = await self.connection.execute(
            select(items.chain, items.address)
            .where(items.list_id == number, items.enriched_at.is_(None), items.address != "")
            .order_by(items.line)
        )
        return tuple(dict.fromkeys(TokenKey(Chain(row.chain), row.address) for row in rows))

    async def count_done(self, number: int) -> int:
        """Count the coins that are done, each once."""
        items = list_items.c
        of_them = select(items.chain, items.address).where(
            items.list_id == number, items.enriched_at.is_not(None), items.address != ""
        )
        return (
            await self.connection.scalar(select(func.count()).select_from(of_them.distinct().subquery())) or 0
        )

    async def heard(self, number: int) -> frozenset[tuple[TokenKey, str]]:
        """List what was asked already, by coin and lane, of the coins that are not done."""
        parts = list_parts.c
        rows = await self.connection.execute(
            select(parts.chain, parts.address, parts.lane).where(parts.list_id == number)
        )
        return frozenset((TokenKey(Chain(row.chain), row.address), row.lane) for row in rows)

    async def put_parts(self, number: int, parts: Iterable[Part]) -> None:
        """Keep what sources said, in place of what the same lanes said before.

        What no store could give back as it is, is kept as an answer that cannot be read.
        """
        rows = [
            {
                "list_id": number, "chain": part.token.chain.value, "address": part.token.address,
                "lane": part.lane, "at": part.snapshot.at, "body": _body(part),
            }
            for part in parts
        ]  # fmt: skip
        if not rows:
            return
        add = insert(self.connection, list_parts)
        new = {"at": add.excluded.at, "body": add.excluded.body}
        await self.connection.execute(
            add.on_conflict_do_update(index_elements=list(list_parts.primary_key), set_=new), rows
        )

    async def parts(
        self, number: int, tokens: Sequence[TokenKey]
    ) -> Mapping[TokenKey, tuple[TokenSnapshot, ...]]:
        """Give what sources said of some coins, by lane."""
        found: dict[TokenKey, list[TokenSnapshot]] = defaultdict(list)
        for some in _pages(tokens):
            query = (
                select(list_parts)
                .where(list_parts.c.list_id == number, _among(list_parts.c, some))
                .order_by(list_parts.c.lane)
            )
            for row in await self.connection.execute(query):
                token = TokenKey(Chain(row.chain), row.address)
                found[token].append(snapshot_codec.decode(token, row.at, row.body))
        return {token: tuple(parts) for token, parts in found.items()}

    async def finish(self, number: int, found: Sequence[TokenSnapshot]) -> None:
        """Keep the snapshots of coins that are done, and drop what they were made of.

        Raises:
            Unstorable: a value in one could not be given back as it is.
        """
        if not found:
            return
        rows = [
            {
                "chain": each.token.chain.value, "address": each.token.address, "at": each.at,
                "body": snapshot_codec.encode(each),
            }
            for each in found
        ]  # fmt: skip
        await self.connection.execute(insert(self.connection, snapshots).on_conflict_do_nothing(), rows)
        items = list_items.c
        done = (
            update(list_items)
            .where(
                items.list_id == number,
                items.chain == bindparam("of_chain"),
                items.address == bindparam("of_address"),
            )
            .values(enriched_at=bindparam("done_at"))
        )
        marks = [{"of_chain": r["chain"], "of_address": r["address"], "done_at": r["at"]} for r in rows]
        await self.connection.execute(done, marks)
        for some in _pages([each.token for each in found]):
            gone = delete(list_parts).where(list_parts.c.list_id == number, _among(list_parts.c, some))
            await self.connection.execute(gone)


def _body(part: Part) -> bytes:
    try:
        return snapshot_codec.encode(part.snapshot)
    except Unstorable as error:
        gap = Gap(
            source=part.source, capability=part.capability, reason=GapReason.BAD_PAYLOAD, at=part.snapshot.at,
            detail=one_line(str(error), _PROBLEM_LIMIT),
        )  # fmt: skip
        snapshot = part.snapshot
        return snapshot_codec.encode(
            TokenSnapshot(token=part.token, at=snapshot.at, resolved={}, gaps=(gap,), asked=snapshot.asked)
        )


def _among(columns: Any, tokens: Sequence[TokenKey]) -> ColumnElement[bool]:
    by_chain: dict[Chain, list[str]] = defaultdict(list)
    for token in tokens:
        by_chain[token.chain].append(token.address)
    return or_(
        *(
            and_(columns.chain == chain.value, columns.address.in_(addresses))
            for chain, addresses in by_chain.items()
        )
    )


def _pages(tokens: Sequence[TokenKey]) -> Iterable[Sequence[TokenKey]]:
    return (tokens[at : at + _PAGE] for at in range(0, len(tokens), _PAGE))


def _packed(cells: Sequence[str]) -> str:
    return json.dumps(list(cells), separators=(",", ":"))


def _list(row: Row[Any]) -> CoinList:
    return CoinList(
        id=row.id, name=row.name, columns=tuple(json.loads(row.columns)), digest=row.digest,
        begun_at=row.begun_at,
    )  # fmt: skip


def _item(row: Row[Any]) -> Item:
    return Item(
        line=row.line, cells=tuple(json.loads(row.cells)), problem=row.problem, enriched_at=row.enriched_at,
        token=TokenKey(Chain(row.chain), row.address) if row.address else None,
    )  # fmt: skip
