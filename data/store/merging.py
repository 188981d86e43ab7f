"""What becomes of a person's rows when two accounts are found to be one person's, table by table.

Every table of `erasure.ERASED` is in one of the two mappings; a test says which is not. What both have is not
doubled: that of the one who stays holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Table, and_, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import InvariantBroken
from data.models.chat import FlagScope
from data.models.delivery import Channel
from data.models.ids import UserId
from data.store import tables
from data.store.preferences import MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two numbers that are one person's: `gone` is no more once all its rows are the other's."""

    gone: UserId
    stays: UserId
    at: datetime


Step: TypeAlias = Callable[[AsyncConnection, Merge], Awaitable[None]]
Whose: TypeAlias = Callable[[FromClause, UserId], ColumnElement[bool]]


def _by_number(rows: FromClause, who: UserId) -> ColumnElement[bool]:
    return rows.c.user_id == who


def _handed(
    table: Table,
    *same: str,
    whose: Whose = _by_number,
    values: Callable[[Merge], Mapping[str, Any]] = lambda merge: {"user_id": merge.stays},
    doubles: bool = False,
) -> Step:
    """Hand rows over; one that the other has already, by `same`, is dropped unless `doubles` may stand."""

    async def step(connection: AsyncConnection, merge: Merge) -> None:
        theirs = whose(table, merge.gone)
        move = update(table).where(theirs).values(**values(merge))
        if doubles:
            await connection.execute(move)
            return
        twin = table.alias("twin")
        equal = (
            select(literal(1))
            .select_from(twin)
            .where(whose(twin, merge.stays), *(twin.c[name] == table.c[name] for name in same))
        )
        await connection.execute(move.where(~equal.exists()))
        await connection.execute(delete(table).where(theirs))

    return step


def _listed(rows: FromClause, who: UserId) -> ColumnElement[bool]:
    return rows.c.list_key == f"user:{who}"


def _inbox(rows: FromClause, who: UserId) -> ColumnElement[bool]:
    return and_(rows.c.channel == Channel.INBOX.value, rows.c.address == str(who))


def _flagged(rows: FromClause, who: UserId) -> ColumnElement[bool]:
    return and_(rows.c.scope == FlagScope.USER.value, rows.c.subject == str(who))


def _addressed(merge: Merge) -> Mapping[str, Any]:
    return {"address": str(merge.stays), "user_id": merge.stays}


_INBOX = _handed(tables.deliveries, "notice_id", "topic", whose=_inbox, values=_addressed)
_SENT = _handed(tables.deliveries, doubles=True)


async def _deliveries(connection: AsyncConnection, merge: Merge) -> None:
    """An inbox bears its owner's number; what was told to both stands there once."""
    await _INBOX(connection, merge)
    await _SENT(connection, merge)


async def _alerts(connection: AsyncConnection, merge: Merge) -> None:
    """A new version, so that whoever is just firing one sees that it is late and reads it anew."""
    alerts = tables.alerts
    changes = {"user_id": merge.stays, "version": alerts.c.version + 1, "changed_at": merge.at}
    await connection.execute(update(alerts).where(alerts.c.user_id == merge.gone).values(**changes))


async def _link_words(connection: AsyncConnection, merge: Merge) -> None:
    """A word that either asked for means nothing any more."""
    words, both = tables.link_words.c, (merge.gone, merge.stays)
    gone = delete(tables.link_words).where(or_(words.user_id.in_(both), words.by_id.in_(both)))
    await connection.execute(gone)


async def _users(connection: AsyncConnection, merge: Merge) -> None:
    """The lower level of the two; what only the other preferred is added, as far as there is room."""
    users = tables.users
    both = select(users).where(users.c.id.in_((merge.gone, merge.stays))).with_for_update()
    rows = {row.id: row for row in await connection.execute(both)}
    gone, stays = rows[merge.gone], rows[merge.stays]
    added = {key: value for key, value in gone.preferences.items() if key not in stays.preferences}
    room = MOST - len(stays.preferences)
    preferences = {**stays.preferences, **dict(sorted(added.items())[:room])}
    await connection.execute(delete(users).where(users.c.id == merge.gone))
    await connection.execute(
        update(users)
        .where(users.c.id == merge.stays)
        .values(preferences=preferences, level=min(gone.level, stays.level))
    )


MERGED: Mapping[Table, Step] = {
    tables.alerts: _alerts,
    tables.watch_items: _handed(
        tables.watch_items, "token", whose=_listed,
        values=lambda merge: {"list_key": f"user:{merge.stays}", "user_id": merge.stays},
    ),
    tables.followed_wallets: _handed(tables.followed_wallets, "wallet"),
    tables.several_rules: _handed(tables.several_rules),
    tables.several_told: _handed(tables.several_told, "mint"),
    tables.deliveries: _deliveries,
    tables.subscriptions: _handed(tables.subscriptions, doubles=True),  # each names another place
    tables.announcements: _handed(tables.announcements, doubles=True),
    tables.snoozes: _handed(tables.snoozes, "subject"),
    tables.flag_overrides: _handed(
        tables.flag_overrides, "name", whose=_flagged, values=lambda merge: {"subject": str(merge.stays)}
    ),
    tables.chats: _handed(tables.chats, doubles=True),
    tables.identities: _handed(tables.identities, doubles=True),
    tables.link_words: _link_words,
    tables.users: _users,  # last: what still refers to the one who goes would go along
}  # fmt: skip

UNTOUCHED: Mapping[Table, str] = {
    tables.notices: "name nobody; their deliveries do",
    tables.living: "by a place, which stays",
    tables.recents: "by account, which stays",
    tables.rules: "by account, which stays",
}


async def merge(connection: AsyncConnection, both: Merge) -> None:
    """Make two people one.

    Raises:
        InvariantBroken: they are the same number, which would go.
    """
    if both.gone == both.stays:
        raise InvariantBroken(f"user {both.gone} cannot be joined to themselves")
    for step in MERGED.values():
        await step(connection, both)
