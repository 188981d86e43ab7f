"""Two people who become one: every table that names a person is walked, none may be left out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Boolean, Integer, SmallInteger, Table, select

from data.errors import InvariantBroken
from data.models.chat import FlagScope, Identity, Level
from data.models.delivery import Channel
from data.models.ids import Platform, UserId
from data.models.linking import LinkStep, LinkWord
from data.store import Store, Tx, tables
from data.store.erasure import ERASED, KEPT
from data.store.merging import MERGED, UNTOUCHED
from data.store.preferences import MOST
from data.store.types import ExactDecimal, Instant, Words
from tests.fakes.clock import VirtualClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Rows of a kind of their own, tested by name below.
APART = {tables.users, tables.identities, tables.link_words}
DOUBLE = {
    tables.alerts,
    tables.announcements,
    tables.subscriptions,
    tables.chats,
}  # what both have stands twice


def test_every_table_that_names_a_person_says_what_becomes_of_two_who_are_one() -> None:
    assert set(MERGED) | set(UNTOUCHED) == set(ERASED)
    assert not set(MERGED) & set(UNTOUCHED)
    assert list(MERGED)[-1] is tables.users  # rows that still refer to who goes would go along
    assert tables.link_tries in KEPT


def filled(table: Table, who: UserId, mark: str, notice: int) -> dict[str, Any]:
    """Make a row of a person's; two of one mark are the same but for whose they are."""
    row: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type
        if column.autoincrement is True or (column.name == "id" and isinstance(kind, Integer)):
            continue
        match kind:
            case _ if column.name == "id" and column.primary_key and not column.foreign_keys:
                if table is not tables.chats:
                    continue
                row[column.name] = f"{mark}{who}"
            case Instant():
                row[column.name] = NOON
            case ExactDecimal():
                row[column.name] = Decimal(1)
            case Words():
                row[column.name] = {}
            case Boolean():
                row[column.name] = False
            case Integer() | SmallInteger():
                row[column.name] = 1
            case _:
                row[column.name] = mark
    for name in {"user_id", "by_id"} & set(row.keys() | table.columns.keys()):
        row[name] = who
    return row | named(table, who, mark, notice)


def named(table: Table, who: UserId, mark: str, notice: int) -> dict[str, Any]:
    """Give what a table knows a person, or a place of theirs, by."""
    if table is tables.watch_items:
        return {"list_key": f"user:{who}"}
    if table is tables.flag_overrides:
        return {"scope": FlagScope.USER.value, "subject": str(who)}
    if table is tables.deliveries:
        return {"notice_id": notice, "channel": Channel.INBOX.value, "address": str(who), "topic": ""}
    if table is tables.subscriptions:
        return {"address": f"{mark}{who}"}
    if table is tables.chats:
        return {"key": f"{mark}{who}", "platform": "telegram"}
    return {}


async def put(tx: Tx, table: Table, who: UserId, mark: str, notices: dict[str, int]) -> None:
    await tx.links.connection.execute(table.insert().values(**filled(table, who, mark, notices[mark])))


async def rows(tx: Tx, table: Table) -> list[Any]:
    return [row._mapping for row in await tx.links.connection.execute(select(table))]


async def two(tx: Tx) -> tuple[UserId, UserId]:
    stays = await tx.users.ensure(Identity(Platform.TELEGRAM, "1"), "Ada")
    goes = await tx.users.ensure(Identity(Platform.DISCORD, "2"), "Ada")
    return stays.id, goes.id


async def notices_of(tx: Tx) -> dict[str, int]:
    """Make three facts to be told of."""
    found = {}
    for mark in ("own", "both", "stays"):
        row = filled(tables.notices, UserId(0), mark, 0) | {"key": mark}
        add = tables.notices.insert().values(**row).returning(tables.notices.c.id)
        found[mark] = await tx.links.connection.scalar(add)
    return found


@pytest.mark.parametrize("table", [each for each in MERGED if each not in APART], ids=lambda each: each.name)
async def test_what_only_one_had_is_handed_over_and_what_both_had_is_not_doubled(
    store: Store, table: Table
) -> None:
    single = table is tables.several_rules  # one row a person, whatever is in it
    async with store.begin() as tx:
        stays, goes = await two(tx)
        notices = await notices_of(tx)
        for who, mark in ((stays, "both"), (goes, "both"), (goes, "own"), (stays, "stays")):
            if not (single and mark != "both"):
                await put(tx, table, who, mark, notices)
    async with store.begin() as tx:
        await tx.links.merge(goes, stays)
        left = await rows(tx, table)
    assert len(left) == (1 if single else 4 if table in DOUBLE else 3)
    for row in left:
        assert row.get("user_id", stays) == stays
        assert row.get("list_key", f"user:{stays}") == f"user:{stays}"
        assert row.get("subject", str(stays)) == str(stays) or table is not tables.flag_overrides
        assert row.get("address", str(stays)) == str(stays) or table is not tables.deliveries


async def test_the_one_rule_of_who_goes_holds_where_the_other_has_none(store: Store) -> None:
    async with store.begin() as tx:
        stays, goes = await two(tx)
        await put(tx, tables.several_rules, goes, "own", {"own": 0})
        await tx.links.merge(goes, stays)
        assert [row["user_id"] for row in await rows(tx, tables.several_rules)] == [stays]


async def test_nobody_is_joined_to_themselves_and_so_erased(store: Store) -> None:
    async with store.begin() as tx:
        stays, _ = await two(tx)
        with pytest.raises(InvariantBroken):
            await tx.links.merge(stays, stays)
        assert await tx.users.get(stays) is not None


async def test_accounts_level_and_preferences_are_one(store: Store) -> None:
    async with store.begin() as tx:
        stays, goes = await two(tx)
        for key, value in (("timeframe", "4h"), ("zone", "UTC")):
            await tx.users.set_preference(stays, key, value)
        for key, value in (("timeframe", "1h"), ("email", "ada@example.org")):
            await tx.users.set_preference(goes, key, value)
        await tx.users.set_level(stays, Level.LIVE)
        await tx.users.set_level(goes, Level.PAPER)
        await tx.links.merge(goes, stays)
        user = await tx.users.get(stays)
        assert user is not None
        assert await tx.users.get(goes) is None
    assert user.level is Level.PAPER
    assert {str(each) for each in user.identities} == {"telegram:1", "discord:2"}
    assert user.preferences == {"timeframe": "4h", "zone": "UTC", "email": "ada@example.org"}


async def test_more_preferences_than_are_kept_leave_those_of_who_stays(store: Store) -> None:
    async with store.begin() as tx:
        stays, goes = await two(tx)
        for number in range(MOST - 1):
            await tx.users.set_preference(stays, f"mine{number}", "1")
            await tx.users.set_preference(goes, f"theirs{number:02}", "1")
        await tx.links.merge(goes, stays)
        user = await tx.users.get(stays)
    assert user is not None
    assert len(user.preferences) == MOST
    assert sum(key.startswith("theirs") for key in user.preferences) == 1


async def test_an_alert_that_is_just_firing_sees_that_it_changed(store: Store) -> None:
    async with store.begin() as tx:
        stays, goes = await two(tx)
        await put(tx, tables.alerts, goes, "own", {"own": 0})
        (before,) = await rows(tx, tables.alerts)
        await tx.links.merge(goes, stays)
        (after,) = await rows(tx, tables.alerts)
    assert after["version"] == before["version"] + 1


def word(user: UserId, digest: str, *, by: UserId | None = None) -> LinkWord:
    return LinkWord(
        digest=digest, step=LinkStep.CODE, user_id=user, account=Identity(Platform.TELEGRAM, "1"),
        where=Platform.DISCORD, by=by, expires_at=VirtualClock().now() + HOUR,
    )  # fmt: skip


async def test_of_many_who_use_a_word_at_once_one_gets_it(store: Store) -> None:
    async with store.begin() as tx:
        stays, _ = await two(tx)
        await tx.links.put(word(stays, "d"))

    async def use() -> LinkWord | None:
        async with store.begin() as tx:
            return await tx.links.take("d", LinkStep.CODE, Platform.DISCORD, None)

    got = await asyncio.gather(*(use() for _ in range(8)))
    assert sum(each is not None for each in got) == 1


async def test_a_word_of_one_person_serves_no_other_step_place_or_person(store: Store) -> None:
    async with store.begin() as tx:
        stays, goes = await two(tx)
        await tx.links.put(word(stays, "d", by=goes))
        for step, place, by in (
            (LinkStep.PART, Platform.DISCORD, goes),
            (LinkStep.CODE, Platform.TELEGRAM, goes),
            (LinkStep.CODE, Platform.DISCORD, stays),
            (LinkStep.CODE, Platform.DISCORD, None),
        ):
            assert await tx.links.take("d", step, place, by) is None
        assert await tx.links.take("d", LinkStep.CODE, Platform.DISCORD, goes) == word(stays, "d", by=goes)


async def test_many_tries_at_once_are_all_counted(store: Store) -> None:
    async def attempt() -> int:
        async with store.begin() as tx:
            return await tx.links.charge("a", 5, HOUR)

    assert sorted(await asyncio.gather(*(attempt() for _ in range(9)))) == [1, 2, 3, 4, 5, 6, 6, 6, 6]


async def test_a_lock_ends_an_hour_after_the_last_try_that_counted(store: Store, clock: VirtualClock) -> None:
    async def attempt() -> int:
        async with store.begin() as tx:
            return await tx.links.charge("a", 5, HOUR)

    for _ in range(5):
        await attempt()
    clock.advance(3599)
    assert await attempt() == 6
    clock.advance(1)
    assert await attempt() == 1


async def test_what_is_past_its_time_is_dropped(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        stays, _ = await two(tx)
        await tx.links.put(word(stays, "d"))
        await tx.links.charge("a", 5, HOUR)
    clock.advance(3600)
    async with store.begin() as tx:
        assert await tx.links.take("d", LinkStep.CODE, Platform.DISCORD, None) is None
        await tx.links.purge(clock.now())
        assert await rows(tx, tables.link_words) == await rows(tx, tables.link_tries) == []
