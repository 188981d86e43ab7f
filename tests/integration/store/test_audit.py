"""The chain of the audit: what it keeps, and what it finds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from data.errors import InvariantBroken
from data.models.ids import UserId
from data.store import Store
from data.store.repos.audit import GENESIS, digest_of

Sql = Callable[..., Awaitable[list[tuple[object, ...]]]]
ROWS = 7


async def fill(store: Store, rows: int = ROWS) -> None:
    async with store.begin() as tx:
        for n in range(rows):
            await tx.audit.append(UserId(1 + n % 2), "grant", f"subject {n}", f"detail {n}")


async def broken(store: Store) -> int | None:
    async with store.read() as tx:
        return await tx.audit.verify()


async def test_an_entry_is_kept_as_it_was_given_back(store: Store) -> None:
    async with store.begin() as tx:
        first = await tx.audit.append(UserId(17), "grant", UserId(18), "level 1 → 3 ✨")
        second = await tx.audit.append(None, "purge", "cache")
    assert (first.seq, first.actor, first.subject) == (1, "user:17", "user:18")
    assert (second.seq, second.actor, second.detail) == (2, "system", "")
    assert first.digest == digest_of(GENESIS, first)
    async with store.read() as tx:
        assert await tx.audit.page() == (second, first)
        assert await tx.audit.verify() is None


async def test_an_empty_audit_is_whole(store: Store) -> None:
    assert await broken(store) is None


async def test_pages_go_back_in_time_and_by_actor(store: Store) -> None:
    await fill(store)
    async with store.read() as tx:
        newest = await tx.audit.page(limit=2)
        assert [entry.seq for entry in newest] == [7, 6]
        assert [entry.seq for entry in await tx.audit.page(newest[-1].seq, 2)] == [5, 4]
        assert [entry.seq for entry in await tx.audit.page(actor=UserId(2))] == [6, 4, 2]
        assert await tx.audit.page(0) == ()
        assert await tx.audit.page(10**30) == ()


async def test_an_undone_unit_of_work_leaves_no_gap(store: Store) -> None:
    await fill(store, 2)
    with pytest.raises(ZeroDivisionError):
        async with store.begin() as tx:
            await tx.audit.append(None, "boom", "x")
            raise ZeroDivisionError
    await fill(store, 1)
    async with store.read() as tx:
        assert [entry.seq for entry in await tx.audit.page()] == [3, 2, 1]
    assert await broken(store) is None


async def test_fifty_appends_at_once_make_one_chain(store: Store) -> None:
    async def append(n: int) -> int:
        async with store.begin() as tx:
            return (await tx.audit.append(UserId(n + 1), "act", str(n))).seq

    numbers = await asyncio.gather(*(append(n) for n in range(50)))
    assert sorted(numbers) == list(range(1, 51))
    assert await broken(store) is None


async def test_a_chain_longer_than_one_batch_verifies(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.store.repos.audit._BATCH", 3)
    await fill(store)
    assert await broken(store) is None


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET detail = 'nothing to see' WHERE seq = 3", 3),
        ("UPDATE audit SET actor = 'user:9' WHERE seq = 1", 1),
        ("UPDATE audit SET digest = 'f00' WHERE seq = 7", 7),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 7", 7),
        ("DELETE FROM audit WHERE seq >= 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = CASE seq WHEN 3 THEN 104 ELSE 103 END WHERE seq IN (3, 4)", 3),
        ("UPDATE audit_head SET seq = 6", 7),
        ("UPDATE audit_head SET digest = 'f00'", 7),
        ("DELETE FROM audit_head", 1),
        (
            "INSERT INTO audit (seq, at, actor, action, subject, detail, digest)"
            " SELECT 8, at, actor, action, subject, detail, digest FROM audit WHERE seq = 7",
            8,
        ),
    ],
)
async def test_tampering_is_found_at_its_first_row(
    store: Store, sql: Sql, tampering: str, found: int
) -> None:
    await fill(store)
    await sql(tampering)
    assert await broken(store) == found


async def test_two_rows_that_change_places_are_found(store: Store, sql: Sql) -> None:
    await fill(store)
    for old, new in ((3, 103), (4, 3), (103, 4)):
        await sql(f"UPDATE audit SET seq = {new} WHERE seq = {old}")
    assert await broken(store) == 3


async def test_a_head_that_was_turned_back_finds_the_rows_beyond_it(store: Store, sql: Sql) -> None:
    await fill(store)
    await sql("UPDATE audit_head SET seq = 0, digest = :genesis", genesis=GENESIS)
    assert await broken(store) == 1


async def test_without_its_end_the_chain_takes_no_more_rows(store: Store, sql: Sql) -> None:
    await sql("DELETE FROM audit_head")
    with pytest.raises(InvariantBroken):
        await fill(store, 1)


async def test_hostile_text_is_kept_as_what_both_engines_can_keep(store: Store) -> None:
    async with store.begin() as tx:
        entry = await tx.audit.append(None, "note", "a\0b" + "x" * 10_000, "'); DROP TABLE audit;--\ud800")
    assert entry.subject.startswith("abx")
    assert len(entry.subject) == 200
    assert entry.detail == "'); DROP TABLE audit;--"
    assert await broken(store) is None
