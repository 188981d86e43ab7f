"""Who people are to us: remembered, never wrongly, and changed with an audit entry."""

from __future__ import annotations

import asyncio

import pytest

from core.people import People
from data.errors import BadArgument
from data.models.chat import Identity, Level
from data.models.ids import Platform
from data.nursery import Nursery
from data.store.store import Store
from tests.unit.core.stores import Slow

OWNER = Identity(Platform.TELEGRAM, "1")
ALICE = Identity(Platform.TELEGRAM, "42")
NAMESAKE = Identity(Platform.DISCORD, "42")


def people(store: Store, *, owners: tuple[Identity, ...] = (OWNER,), is_open: bool = True) -> People:
    return People(store, owners=owners, open_registration=is_open)


async def test_a_stranger_is_nobody_and_leaves_no_row(store: Slow) -> None:
    directory = people(store)
    assert await directory.recognise(ALICE, "alice") is None
    assert await directory.count() == 0


async def test_the_same_number_on_another_platform_is_another_person(store: Slow) -> None:
    directory = people(store)
    alice, namesake = await directory.meet(ALICE, "alice"), await directory.meet(NAMESAKE, "alice")
    assert alice.id != namesake.id


async def test_whoever_joins_is_a_member_where_registration_is_open(store: Slow) -> None:
    assert (await people(store).join(ALICE, "alice")).level is Level.MEMBER


async def test_whoever_joins_waits_where_an_operator_approves(store: Slow) -> None:
    directory = people(store, is_open=False)
    assert (await directory.join(ALICE, "alice")).level is Level.ANYONE


async def test_joining_again_raises_nobody(store: Slow) -> None:
    directory = people(store)
    owner = await directory.recognise(OWNER, "owner")
    alice = await directory.join(ALICE, "alice")
    assert owner is not None
    await directory.set_level(owner, alice, Level.ANYONE)
    await directory.set_blocked(owner, alice, blocked=True)
    again = await directory.join(ALICE, "alice")
    assert again.level is Level.ANYONE and again.blocked


async def test_an_owner_is_an_operator_from_the_first_word(store: Slow) -> None:
    owner = await people(store).recognise(OWNER, "owner")
    assert owner is not None and owner.level is Level.OPERATOR


async def test_an_owner_can_be_neither_lowered_nor_blocked(store: Slow) -> None:
    directory = people(store)
    owner = await directory.recognise(OWNER, "owner")
    assert owner is not None
    with pytest.raises(BadArgument, match="is an owner"):
        await directory.set_level(owner, owner, Level.MEMBER)
    with pytest.raises(BadArgument, match="is an owner"):
        await directory.set_blocked(owner, owner, blocked=True)


async def test_someone_blocked_who_becomes_owner_by_the_settings_is_let_in(store: Slow) -> None:
    before = people(store)
    owner, alice = await before.recognise(OWNER, "owner"), await before.join(ALICE, "alice")
    assert owner is not None
    await before.set_blocked(owner, alice, blocked=True)
    await before.set_level(owner, alice, Level.OPERATOR)
    found = await people(store, owners=(ALICE,)).recognise(ALICE, "alice")
    assert found is not None
    assert found.level is Level.OPERATOR and not found.blocked


async def test_a_change_is_seen_at_once_and_after_a_restart(store: Slow) -> None:
    directory = people(store)
    owner, alice = await directory.recognise(OWNER, "owner"), await directory.join(ALICE, "alice")
    assert owner is not None
    await directory.set_level(owner, alice, Level.PAPER)
    await directory.set_blocked(owner, alice, blocked=True)
    for reader in (directory, people(store)):
        seen = await reader.recognise(ALICE, "alice")
        assert seen is not None and (seen.level, seen.blocked) == (Level.PAPER, True)


async def test_every_privileged_change_is_in_the_audit(store: Slow) -> None:
    directory = people(store)
    owner, alice = await directory.recognise(OWNER, "owner"), await directory.join(ALICE, "alice")
    assert owner is not None
    await directory.set_level(owner, alice, Level.PAPER)
    await directory.set_blocked(owner, alice, blocked=True)
    await directory.set_blocked(owner, alice, blocked=False)
    actions = [entry.action for entry in await directory.deeds(20)]
    assert actions == ["unblock", "block", "role", "join", "role"]
    assert (await directory.verify()).broken_at is None


async def test_a_block_is_not_undone_by_a_read_that_began_before_it(store: Slow) -> None:
    setting = people(store)
    owner = await setting.recognise(OWNER, "owner")
    alice = await setting.join(ALICE, "alice")
    assert owner is not None
    directory = people(store)
    go = store.hold()
    async with Nursery() as nursery:
        reading = nursery.start(directory.recognise(ALICE, "alice"), name="reading")
        await asyncio.sleep(0.05)
        store.release()
        await directory.set_blocked(owner, alice, blocked=True)
        go.set()
        await reading
    seen = await directory.recognise(ALICE, "alice")
    assert seen is not None and seen.blocked


async def test_two_first_words_at_once_make_one_person(store: Slow) -> None:
    directory = people(store)
    met = await asyncio.gather(*(directory.meet(ALICE, "alice") for _ in range(10)))
    assert len({user.id for user in met}) == 1


@pytest.mark.parametrize("words", ["bob", "99", "' OR 1=1 --", "%", "_", "\u202e", "x" * 300])
async def test_nobody_is_found_by_words_that_name_nobody(store: Slow, words: str) -> None:
    directory = people(store)
    await directory.meet(ALICE, "alice")
    with pytest.raises(BadArgument) as refused:
        await directory.find(words)
    assert "alice" not in refused.value.message
