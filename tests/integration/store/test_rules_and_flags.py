"""Rules of chats, and flags set in the running system."""

from __future__ import annotations

import pytest

from data.errors import BadArgument
from data.models.chat import Effect, FlagOverride, FlagScope, Rule, SubjectKind
from data.store import Store
from data.store.repos import flags, rules

HERE, THERE = "telegram:-100", "discord:900"


async def test_rules_are_listed_per_chat_in_their_order(store: Store) -> None:
    async with store.begin() as tx:
        first = await tx.rules.add(HERE, "buy", Effect.DENY, SubjectKind.EVERYONE)
        second = await tx.rules.add(HERE, "buy", Effect.ALLOW, SubjectKind.USER, "42")
        await tx.rules.add(THERE, "*", Effect.DENY, SubjectKind.CHANNEL, "7")
    assert isinstance(first, Rule)
    async with store.read() as tx:
        assert await tx.rules.for_chat(HERE) == (first, second)
        assert len(await tx.rules.for_chat(THERE)) == 1
        assert await tx.rules.for_chat("telegram:-101") == ()


async def test_the_later_word_about_a_subject_counts(store: Store) -> None:
    async with store.begin() as tx:
        allowed = await tx.rules.add(HERE, "buy", Effect.ALLOW, SubjectKind.USER, "42")
        denied = await tx.rules.add(HERE, "buy", Effect.DENY, SubjectKind.USER, "42")
        assert denied.id == allowed.id
        assert await tx.rules.for_chat(HERE) == (denied,)


async def test_a_chat_cannot_remove_the_rule_of_another(store: Store) -> None:
    async with store.begin() as tx:
        rule = await tx.rules.add(HERE, "buy", Effect.DENY, SubjectKind.EVERYONE)
        assert not await tx.rules.remove(rule.id, THERE)
        assert await tx.rules.remove(rule.id, HERE)
        assert not await tx.rules.remove(rule.id, HERE)


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**40])
async def test_a_number_no_rule_can_have_removes_nothing(store: Store, number: int) -> None:
    async with store.begin() as tx:
        assert not await tx.rules.remove(number, HERE)


async def test_rules_of_a_chat_come_to_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 3)
    async with store.begin() as tx:
        for n in range(3):
            await tx.rules.add(HERE, f"c{n}", Effect.DENY, SubjectKind.EVERYONE)
        with pytest.raises(BadArgument):
            await tx.rules.add(HERE, "c3", Effect.DENY, SubjectKind.EVERYONE)
        changed = await tx.rules.add(HERE, "c1", Effect.ALLOW, SubjectKind.EVERYONE)
        assert changed.effect is Effect.ALLOW
        await tx.rules.add(THERE, "c3", Effect.DENY, SubjectKind.EVERYONE)


async def test_a_flag_is_overridden_changed_and_cleared(store: Store) -> None:
    wide = FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=False)
    narrow = FlagOverride(name="charts", scope=FlagScope.CHAT, subject=HERE, value=False)
    async with store.begin() as tx:
        await tx.flags.set(wide)
        await tx.flags.set(narrow)
        await tx.flags.set(FlagOverride(name="charts", scope=FlagScope.CHAT, subject=HERE, value=True))
    async with store.begin() as tx:
        found = {(flag.scope, flag.subject): flag.value for flag in await tx.flags.all()}
        assert found == {(FlagScope.GLOBAL, ""): False, (FlagScope.CHAT, HERE): True}
        assert await tx.flags.clear("charts", FlagScope.CHAT, HERE)
        assert not await tx.flags.clear("charts", FlagScope.CHAT, HERE)
        assert await tx.flags.all() == (wide,)


async def test_overrides_come_to_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flags, "MOST", 1)
    async with store.begin() as tx:
        await tx.flags.set(FlagOverride(name="a", scope=FlagScope.GLOBAL, subject="", value=True))
        await tx.flags.set(FlagOverride(name="a", scope=FlagScope.GLOBAL, subject="", value=False))
        with pytest.raises(BadArgument):
            await tx.flags.set(FlagOverride(name="b", scope=FlagScope.GLOBAL, subject="", value=True))
