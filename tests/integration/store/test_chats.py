"""Chats in the store, and how they follow a new id."""

from __future__ import annotations

from datetime import UTC, datetime

from data.models.chat import Chat, ChatKind, Effect, FlagOverride, FlagScope, Identity, SubjectKind
from data.models.ids import Platform
from data.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW = "telegram:-100", "telegram:-1002000"


def group(chat_id: str, title: str = "Degens") -> Chat:
    return Chat(platform=Platform.TELEGRAM, id=chat_id, channel=chat_id, kind=ChatKind.GROUP, title=title)


async def test_a_chat_is_known_once_under_its_newest_title(store: Store) -> None:
    async with store.begin() as tx:
        await tx.chats.ensure(group("-100"))
        renamed = await tx.chats.ensure(group("-100", "Apes"))
        assert renamed.key == OLD
        assert renamed.title == "Apes"
        assert await tx.chats.get(OLD) == renamed
        assert await tx.chats.get(NEW) is None


async def test_the_owner_of_a_private_chat_is_kept_once_told(store: Store) -> None:
    private = Chat(platform=Platform.DISCORD, id="900", channel="900", kind=ChatKind.PRIVATE)
    async with store.begin() as tx:
        user = await tx.users.ensure(Identity(Platform.DISCORD, "7"), "Ford")
        await tx.chats.ensure(private)
        assert (await tx.chats.ensure(private, user.id)).user_id == user.id
        assert (await tx.chats.ensure(private)).user_id == user.id


async def test_a_preference_of_a_chat_is_set_and_dropped(store: Store) -> None:
    async with store.begin() as tx:
        assert await tx.chats.set_preference(OLD, "chart", "off") is None
        await tx.chats.ensure(group("-100"))
        found = await tx.chats.set_preference(OLD, "chart", "off")
        assert found is not None
        assert found.preferences == {"chart": "off"}
        found = await tx.chats.set_preference(OLD, "chart", None)
        assert found is not None
        assert found.preferences == {}


async def test_everything_follows_a_group_to_its_new_id(store: Store) -> None:
    async with store.begin() as tx:
        await tx.chats.ensure(group("-100"))
        await tx.chats.set_preference(OLD, "chart", "off")
        rule = await tx.rules.add(OLD, "buy", Effect.DENY, SubjectKind.EVERYONE)
        await tx.flags.set(FlagOverride(name="charts", scope=FlagScope.CHAT, subject=OLD, value=False))
        await tx.recents.set("telegram:42", OLD, "tokens", "BONK", NOON)

        await tx.chats.migrate(Platform.TELEGRAM, "-100", "-1002000")
        await tx.chats.migrate(Platform.TELEGRAM, "-100", "-1002000")

        moved = await tx.chats.get(NEW)
        assert moved is not None
        assert moved.id == "-1002000"
        assert moved.preferences == {"chart": "off"}
        assert [kept.id for kept in await tx.rules.for_chat(NEW)] == [rule.id]
        assert [flag.subject for flag in await tx.flags.all()] == [NEW]
        assert await tx.recents.get("telegram:42", NEW, "tokens") is not None
        assert await tx.chats.get(OLD) is None
        assert await tx.rules.for_chat(OLD) == ()
        assert await tx.recents.get("telegram:42", OLD, "tokens") is None


async def test_what_the_new_chat_says_already_stays(store: Store) -> None:
    async with store.begin() as tx:
        for chat_id in ("-100", "-1002000"):
            await tx.chats.ensure(group(chat_id))
        await tx.chats.set_preference(OLD, "chart", "off")
        await tx.chats.set_preference(OLD, "quiet", "on")
        await tx.chats.set_preference(NEW, "chart", "on")
        await tx.rules.add(OLD, "buy", Effect.DENY, SubjectKind.EVERYONE)
        await tx.rules.add(OLD, "scan", Effect.DENY, SubjectKind.ROLE, "5")
        await tx.rules.add(NEW, "buy", Effect.ALLOW, SubjectKind.EVERYONE)
        await tx.flags.set(FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject=OLD, value=True))

        await tx.chats.migrate(Platform.TELEGRAM, "-100", "-1002000")

        merged = await tx.chats.get(NEW)
        assert merged is not None
        assert merged.preferences == {"chart": "on", "quiet": "on"}
        kept = {(rule.command, rule.effect) for rule in await tx.rules.for_chat(NEW)}
        assert kept == {("buy", Effect.ALLOW), ("scan", Effect.DENY)}
        assert await tx.rules.for_chat(OLD) == ()
        assert [flag.subject for flag in await tx.flags.all()] == [OLD], "not a flag of the chat"
