"""Forgetting someone: every table is walked, none may be left out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.errors import NotAllowed
from data.models.alerts import WatchItem
from data.models.announcing import Announcement, AnnouncementState
from data.models.chat import Chat, ChatKind, Effect, FlagOverride, FlagScope, Identity, SubjectKind
from data.models.delivery import Channel, Notice, Outcome, Settlement, Stream, Subscription, Target, Urgency
from data.models.following import Filters, Followed, SeveralRule
from data.models.hearing import Owner
from data.models.ids import Platform, UserId
from data.models.linking import LinkStep, LinkWord
from data.store import Store, Tx
from data.store.erasure import ERASED, KEPT
from data.store.tables import METADATA
from tests.fakes.alerting import alert_of
from tests.fakes.snapshots import BONK

Sql = Callable[..., Awaitable[list[tuple[object, ...]]]]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GROUP = "telegram:-100"

# Nothing else in the database may look like these.
THEIRS = Identity(Platform.TELEGRAM, "777000777")
THEIR_OTHER = Identity(Platform.DISCORD, "888000888")
THEIR_DISCORD_CHAT = "999000999"
NAME = "Zaphodbeeblebrox"
TRACES = ("777000777", "888000888", "999000999", NAME.casefold())


async def live(tx: Tx, identity: Identity, name: str) -> UserId:
    """Leave a row in every table that someone can leave one in."""
    user = await tx.users.ensure(identity, name)
    await tx.users.set_preference(user.id, "nick", name)
    key = str(identity)
    await tx.chats.ensure(
        Chat(
            platform=identity.platform, id=identity.id, channel=identity.id, kind=ChatKind.PRIVATE, title=name
        )
    )
    await tx.recents.set(key, GROUP, "tokens", name, NOON)
    await tx.recents.set("telegram:5", key, "refusal", name, NOON)
    await tx.rules.add(f"{identity.platform}:-100", "buy", Effect.DENY, SubjectKind.USER, identity.id)
    await tx.rules.add(key, "scan", Effect.ALLOW, SubjectKind.EVERYONE)
    await tx.flags.set(FlagOverride(name="charts", scope=FlagScope.USER, subject=str(user.id), value=True))
    await tx.flags.set(FlagOverride(name="charts", scope=FlagScope.CHAT, subject=key, value=True))
    await tx.audit.append(user.id, "grant", user.id, "level 0 → 2")
    item = WatchItem(token=BONK, symbol=name, tag="", added_at=NOON)
    await tx.watching.put(f"user:{user.id}", user.id, item)
    await tx.alerts.add(replace(alert_of("BONK > 1"), user_id=user.id, symbol=name))
    entry = Followed(user_id=user.id, wallet="W", label=name, filters=Filters(), added_at=NOON)
    await tx.wallets.put(entry, NOON, 9)
    await tx.wallets.set_rule(
        SeveralRule(user_id=user.id, owners=2, window_s=60, least_usd=None, set_at=NOON)
    )
    await tx.wallets.tell(user.id, name, NOON)
    for owner in (Owner(user.id), Owner(chat_key=key)):
        await tx.choices.snooze(owner, f"solana:{name}", NOON)
    await tx.announcements.add(
        Announcement(id=0, user_id=user.id, text=name, state=AnnouncementState.SENT, made_at=NOON)
    )
    await tx.links.put(
        LinkWord(
            digest=name, step=LinkStep.CODE, user_id=user.id, account=identity, where=Platform.DISCORD,
            expires_at=NOON,
        )
    )  # fmt: skip
    await tell(tx, identity, user.id, name)
    return user.id


async def tell(tx: Tx, identity: Identity, user_id: UserId, name: str) -> None:
    """Subscribe someone, and show them a message of their own that may be edited."""
    channel = Channel(identity.platform.value)
    place = Target(channel=channel, address=identity.id, private=True, user_id=user_id)
    await tx.subscriptions.put(Subscription(stream=Stream.NEWS, target=place, chat_key=str(identity)))
    notice = Notice(
        key=f"to {name}", kind="note", stream=Stream.NEWS, body=name, at=NOON, urgency=Urgency.NEWS,
        expires_at=NOON + timedelta(days=999), about=BONK, joins=True,
    )  # fmt: skip
    assert await tx.outbox.post(notice, [place])
    (each,) = await tx.deliveries.lease(channel, name, 1, timedelta(seconds=9))
    shown = Settlement(delivery=each, outcome=Outcome.SENT, message="1", told=(each.notice_id,))
    await tx.deliveries.turn(name, [shown])


async def everything(sql: Sql) -> dict[str, str]:
    """Read every row of every table as one text a table."""
    return {
        table.name: repr(await sql(f"SELECT * FROM {table.name}")).casefold()
        for table in METADATA.sorted_tables
    }


def test_every_table_says_what_becomes_of_a_person() -> None:
    assert set(ERASED) | set(KEPT) == set(METADATA.tables.values())
    assert not set(ERASED) & set(KEPT)


def test_every_table_that_refers_to_a_user_is_erased() -> None:
    referring = {
        table
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name in {"user_id", "actor_key"}
        or any(key.column.table.name == "users" for key in column.foreign_keys)
    }
    assert {table.name for table in referring} == {
        "alerts",
        "announcements",
        "chats",
        "deliveries",
        "followed_wallets",
        "identities",
        "link_words",
        "recents",
        "several_rules",
        "several_told",
        "snoozes",
        "subscriptions",
        "watch_items",
    }
    assert referring <= set(ERASED)


async def test_nothing_leads_back_to_someone_forgotten(store: Store, sql: Sql) -> None:
    async with store.begin() as tx:
        theirs = await live(tx, THEIRS, NAME)
        kept = await live(tx, Identity(Platform.TELEGRAM, "5"), "Marvin")
    await sql(
        "INSERT INTO identities (platform, id, user_id) VALUES ('discord', :id, :user)",
        id=THEIR_OTHER.id,
        user=theirs,
    )
    async with store.begin() as tx:
        private = Chat(
            platform=Platform.DISCORD, id=THEIR_DISCORD_CHAT, channel="1", kind=ChatKind.PRIVATE, title=NAME
        )
        await tx.chats.ensure(private, theirs)
        await tx.recents.set(str(THEIR_OTHER), private.key, "tokens", NAME, NOON)
        await tx.rules.add(private.key, "buy", Effect.DENY, SubjectKind.EVERYONE)
        await tx.rules.add("discord:1", "buy", Effect.DENY, SubjectKind.USER, THEIR_OTHER.id)
        await tx.flags.set(FlagOverride(name="x", scope=FlagScope.CHAT, subject=private.key, value=True))
    before = await everything(sql)
    for table in ERASED:
        by_number = table.name in {"flag_overrides", "several_rules"}
        assert by_number or any(trace in before[table.name] for trace in TRACES), table.name

    async with store.begin() as tx:
        assert await tx.users.forget(theirs)

    for name, text in (await everything(sql)).items():
        assert [trace for trace in TRACES if trace in text] == [], name
    assert await sql("SELECT * FROM flag_overrides WHERE subject = :id", id=str(theirs)) == []
    assert await sql("SELECT * FROM several_rules WHERE user_id = :id", id=theirs) == []
    async with store.read() as tx:
        assert await tx.audit.verify() is None
        assert [entry.actor for entry in await tx.audit.page(actor=theirs)] == [f"user:{theirs}"]
        other = await tx.users.get(kept)
        assert other is not None
        assert other.name == "Marvin"
        assert len(await tx.flags.all()) == 2
        assert len(await tx.rules.for_chat("telegram:5")) == 1
        assert [rule.subject for rule in await tx.rules.for_chat(GROUP)] == ["5"]


async def test_a_rule_about_the_same_number_elsewhere_stays(store: Store) -> None:
    async with store.begin() as tx:
        user = await tx.users.ensure(THEIRS, NAME)
        await tx.rules.add("discord:1", "buy", Effect.DENY, SubjectKind.USER, THEIRS.id)
        await tx.rules.add(GROUP, "buy", Effect.DENY, SubjectKind.ROLE, THEIRS.id)
        await tx.users.forget(user.id)
        assert len(await tx.rules.for_chat("discord:1")) == 1
        assert len(await tx.rules.for_chat(GROUP)) == 1


async def test_the_number_of_someone_forgotten_is_never_given_again(store: Store) -> None:
    """Else the audit would name the next one for what the last one did."""
    async with store.begin() as tx:
        gone = await tx.users.ensure(THEIRS, NAME)
        await tx.users.forget(gone.id)
    async with store.begin() as tx:
        assert not await tx.users.forget(gone.id)
        assert (await tx.users.ensure(THEIRS, NAME)).id > gone.id


async def test_nobody_lifts_a_block_by_being_forgotten(store: Store) -> None:
    async with store.begin() as tx:
        user = await tx.users.ensure(THEIRS, NAME)
        await tx.users.set_blocked(user.id, True)
        with pytest.raises(NotAllowed):
            await tx.users.forget(user.id)
        found = await tx.users.by_identity(THEIRS)
        assert found is not None
        assert found.blocked
