"""What goes when a person is forgotten, table by table.

Every table is in one of the two mappings; a test walks `tables` and says which is not. The audit stays: its
rows name people by their number here, which nothing leads back from once the user is gone, so that its chain
of digests still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Table, and_, delete, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.models.chat import FlagScope, Identity, SubjectKind
from data.models.ids import Platform, UserId
from data.store import tables


@dataclass(frozen=True, slots=True)
class Person:
    """All names that rows may know someone by; `chat_keys` are their private chats."""

    id: UserId
    identities: tuple[Identity, ...]
    chat_keys: tuple[str, ...]

    @property
    def actor_keys(self) -> tuple[str, ...]:
        return tuple(str(identity) for identity in self.identities)


def _rules(who: Person) -> ColumnElement[bool]:
    """Rules of their private chats, and rules about them in chats of the same platform."""
    rules = tables.rules.c
    about = [
        and_(
            rules.kind == SubjectKind.USER,
            rules.subject == identity.id,
            rules.chat_key.startswith(f"{identity.platform}:", autoescape=True),
        )
        for identity in who.identities
    ]
    return or_(rules.chat_key.in_(who.chat_keys), *about)


def _flags(who: Person) -> ColumnElement[bool]:
    flags = tables.flag_overrides.c
    return or_(
        and_(flags.scope == FlagScope.USER, flags.subject == str(who.id)),
        and_(flags.scope == FlagScope.CHAT, flags.subject.in_(who.chat_keys)),
    )


def _recents(who: Person) -> ColumnElement[bool]:
    recents = tables.recents.c
    return or_(recents.actor_key.in_(who.actor_keys), recents.chat_key.in_(who.chat_keys))


def _private(who: Person, table: FromClause) -> ColumnElement[bool]:
    """What goes to their private chats, which bear the ids of their accounts."""
    return or_(
        false(),
        *(
            and_(table.c.channel == identity.platform.value, table.c.address == identity.id)
            for identity in who.identities
        ),
    )


def _place(who: Person, table: Table) -> ColumnElement[bool]:
    return or_(table.c.user_id == who.id, _private(who, table))


def _notices(who: Person) -> ColumnElement[bool]:
    """What was told to them alone."""
    theirs, others = tables.deliveries.alias("theirs"), tables.deliveries.alias("others")
    told = select(theirs.c.notice_id).where(or_(theirs.c.user_id == who.id, _private(who, theirs)))
    elsewhere = select(others.c.id).where(
        others.c.notice_id == tables.notices.c.id,
        others.c.user_id.is_distinct_from(who.id),
        ~_private(who, others),
    )
    return and_(tables.notices.c.id.in_(told), ~elsewhere.exists())


def _snoozes(who: Person) -> ColumnElement[bool]:
    snoozes = tables.snoozes.c
    return or_(snoozes.user_id == who.id, snoozes.chat_key.in_(who.chat_keys))


def _link_words(who: Person) -> ColumnElement[bool]:
    words = tables.link_words.c
    return or_(words.user_id == who.id, words.by_id == who.id)


ERASED: Mapping[Table, Callable[[Person], ColumnElement[bool]]] = {
    tables.alerts: lambda who: tables.alerts.c.user_id == who.id,
    tables.announcements: lambda who: tables.announcements.c.user_id == who.id,
    tables.watch_items: lambda who: tables.watch_items.c.user_id == who.id,
    tables.followed_wallets: lambda who: tables.followed_wallets.c.user_id == who.id,
    tables.several_rules: lambda who: tables.several_rules.c.user_id == who.id,
    tables.several_told: lambda who: tables.several_told.c.user_id == who.id,
    tables.notices: _notices,
    tables.deliveries: lambda who: _place(who, tables.deliveries),
    tables.subscriptions: lambda who: _place(who, tables.subscriptions),
    tables.living: lambda who: _private(who, tables.living),
    tables.snoozes: _snoozes,
    tables.link_words: _link_words,
    tables.recents: _recents,
    tables.flag_overrides: _flags,
    tables.rules: _rules,
    tables.chats: lambda who: tables.chats.c.key.in_(who.chat_keys),
    tables.identities: lambda who: tables.identities.c.user_id == who.id,
    tables.users: lambda who: tables.users.c.id == who.id,
}

KEPT: Mapping[Table, str] = {
    tables.audit: "names people by number only; erasing a row would break the chain",
    tables.link_tries: "wrong words by the digest of an account, for an hour: erasing would lift the lock",
    tables.audit_head: "where the chain ends",
    tables.radar_facts: "about tokens",
    tables.signals: "about tokens",
    tables.grades: "about signals",
    tables.payloads: "words of buttons without their owner; they expire",
    tables.alert_windows: "about tokens",
    tables.wallet_readings: "about wallets; what nobody follows is dropped",
    tables.wallet_moves: "what the chain tells everybody; who follows is not in it",
    tables.tokens: "about tokens",
    tables.snapshots: "about tokens",
    tables.jobs_run: "about our own work",
    tables.reliability: "about sources",
    tables.provider_keys: "the operator's, sealed",
    tables.lists: "the operator's lists of coins",
    tables.list_items: "rows of the operator's lists",
    tables.list_parts: "about tokens",
}


async def person(connection: AsyncConnection, user_id: UserId) -> Person:
    """Collect the names someone is known by.

    A private chat is theirs if it was linked to them, or bears the id of their account, as on Telegram.
    """
    owned = select(tables.identities.c.platform, tables.identities.c.id).where(
        tables.identities.c.user_id == user_id
    )
    identities = tuple(
        Identity(Platform(platform), account) for platform, account in await connection.execute(owned)
    )
    linked = await connection.scalars(select(tables.chats.c.key).where(tables.chats.c.user_id == user_id))
    return Person(user_id, identities, tuple({*linked, *(str(identity) for identity in identities)}))


async def erase(connection: AsyncConnection, who: Person) -> None:
    """Delete every row that names them."""
    for table, of_theirs in ERASED.items():
        await connection.execute(delete(table).where(of_theirs(who)))


async def counted(connection: AsyncConnection, who: Person) -> dict[str, int]:
    """Count the rows that name them, by table; tables without any are left out."""
    found = {
        table.name: await connection.scalar(select(func.count()).select_from(table).where(of_theirs(who)))
        or 0
        for table, of_theirs in ERASED.items()
    }
    return {name: rows for name, rows in found.items() if rows}
