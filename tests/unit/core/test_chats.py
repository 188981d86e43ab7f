"""A chat's rules and flags: effective on the next command, also when reads and writes cross."""

from __future__ import annotations

import asyncio

import pytest

from core.chats import RULES_LIMIT, Chats
from data.errors import BadArgument
from data.models.chat import Actor, Chat, ChatKind, Effect, FlagOverride, FlagScope, Identity, SubjectKind
from data.models.ids import Platform
from data.nursery import Nursery
from tests.unit.core.stores import Slow

GROUP = Chat(platform=Platform.TELEGRAM, id="-100", channel="-100", kind=ChatKind.GROUP)
OTHER = Chat(platform=Platform.DISCORD, id="-100", channel="5", kind=ChatKind.GROUP)
PRIVATE = Chat(platform=Platform.TELEGRAM, id="42", channel="42", kind=ChatKind.PRIVATE)
ADMIN = Actor(identity=Identity(Platform.TELEGRAM, "1"), name="admin")


async def add(chats: Chats, effect: Effect = Effect.DENY, command: str = "p", subject: str = "") -> int:
    kind = SubjectKind.USER if subject else SubjectKind.EVERYONE
    rule = await chats.add_rule(ADMIN, GROUP, command=command, effect=effect, kind=kind, subject=subject)
    return rule.id


async def test_a_rule_holds_in_its_chat_at_once_and_nowhere_else(store: Slow) -> None:
    chats = Chats(store)
    assert await chats.rules(GROUP) == ()
    number = await add(chats)
    assert [rule.id for rule in await chats.rules(GROUP)] == [number]
    assert await chats.rules(OTHER) == ()
    assert await chats.rules(PRIVATE) == ()
    assert [rule.id for rule in await Chats(store).rules(GROUP)] == [number]


async def test_the_opposite_rule_takes_the_place_of_the_first(store: Slow) -> None:
    chats = Chats(store)
    await add(chats, Effect.DENY)
    await add(chats, Effect.ALLOW)
    (rule,) = await chats.rules(GROUP)
    assert rule.effect is Effect.ALLOW


async def test_a_rule_can_be_removed_from_its_own_chat_alone(store: Slow) -> None:
    chats = Chats(store)
    number = await add(chats)
    assert not await chats.remove_rule(ADMIN, OTHER, number)
    assert await chats.remove_rule(ADMIN, GROUP, number)
    assert await chats.rules(GROUP) == ()
    assert not await chats.remove_rule(ADMIN, GROUP, number)


async def test_rules_are_bounded(store: Slow) -> None:
    chats = Chats(store)
    async with store.begin() as tx:
        for number in range(RULES_LIMIT):
            await tx.rules.add(GROUP.key, "p", Effect.DENY, SubjectKind.USER, str(number))
    with pytest.raises(BadArgument, match="rules already"):
        await add(chats, subject="one-more")
    await add(chats, Effect.ALLOW, subject="7")
    assert len(await chats.rules(GROUP)) == RULES_LIMIT


async def test_a_rule_is_not_lost_to_a_read_that_began_before_it(store: Slow) -> None:
    chats = Chats(store)
    go = store.hold()
    async with Nursery() as nursery:
        reading = nursery.start(chats.rules(GROUP), name="reading")
        await asyncio.sleep(0.05)
        store.release()
        number = await add(chats)
        go.set()
        await reading
    assert [rule.id for rule in await chats.rules(GROUP)] == [number]


async def test_rules_follow_a_chat_that_gets_a_new_id(store: Slow) -> None:
    chats = Chats(store)
    async with store.begin() as tx:
        await tx.rules.add(GROUP.key, "p", Effect.DENY, SubjectKind.EVERYONE, "")
    moved = Chat(platform=Platform.TELEGRAM, id="-200", channel="-200", kind=ChatKind.GROUP)
    assert await chats.rules(moved) == ()
    assert len(await chats.rules(GROUP)) == 1
    await chats.moved(GROUP, "-200")
    assert await chats.rules(GROUP) == ()
    assert len(await chats.rules(moved)) == 1


async def test_the_narrowest_setting_of_a_flag_wins(store: Slow) -> None:
    chats = Chats(store)

    async def paste() -> bool:
        return (await chats.flags(ADMIN, GROUP))["paste"]

    assert await paste()
    await chats.set_flag(ADMIN, FlagOverride(name="paste", scope=FlagScope.GLOBAL, subject="", value=False))
    assert not await paste()
    await chats.set_flag(
        ADMIN, FlagOverride(name="paste", scope=FlagScope.CHAT, subject=GROUP.key, value=True)
    )
    assert await paste()
    assert not (await chats.flags(ADMIN, OTHER))["paste"]


async def test_a_flag_that_is_no_longer_declared_is_passed_over(store: Slow) -> None:
    async with store.begin() as tx:
        await tx.flags.set(FlagOverride(name="long_gone", scope=FlagScope.GLOBAL, subject="", value=True))
    assert "long_gone" not in await Chats(store).flags(ADMIN, GROUP)


async def test_every_change_is_in_the_audit(store: Slow) -> None:
    chats = Chats(store)
    number = await add(chats)
    await chats.remove_rule(ADMIN, GROUP, number)
    await chats.set_flag(ADMIN, FlagOverride(name="paste", scope=FlagScope.GLOBAL, subject="", value=False))
    async with store.read() as tx:
        actions = [entry.action for entry in await tx.audit.page(limit=10)]
    assert actions == ["flag", "rule removed", "deny"]
