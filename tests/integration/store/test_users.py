"""People in the store."""

from __future__ import annotations

import asyncio

import pytest

from data.errors import BadArgument
from data.models.chat import Identity, Level
from data.models.ids import Platform, UserId
from data.store import Store
from data.store.types import Unstorable

ZAPHOD = Identity(Platform.TELEGRAM, "42")
TRILLIAN = Identity(Platform.DISCORD, "1080000000000000001")

NONSENSE = [
    "",
    "   ",
    "@",
    "0",
    "-1",
    "9" * 18,
    "9" * 19,
    "9" * 400,
    "telegram:",
    "telegram:\0",
    "telegram:" + "4" * 10_000,
    "carrierpigeon:42",
    "%",
    "_",
    "' OR '1'='1",
    "zaphod'; DROP TABLE users; --",
    "\0",
    "\ud800",
    "telegram:\udfff",
    "x" * 10_000,
    "٤٢",
]


async def test_someone_new_holds_no_right(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Zaphod")
    assert made.level is Level.ANYONE
    assert not made.blocked
    assert made.identities == (ZAPHOD,)
    assert made.preferences == {}
    async with store.read() as tx:
        assert await tx.users.by_identity(ZAPHOD) == made
        assert await tx.users.get(made.id) == made


async def test_the_same_number_on_two_platforms_is_two_people(store: Store) -> None:
    async with store.begin() as tx:
        here = await tx.users.ensure(Identity(Platform.TELEGRAM, "42"), "A")
        there = await tx.users.ensure(Identity(Platform.DISCORD, "42"), "B")
        assert here.id != there.id
        assert await tx.users.count() == 2


async def test_an_account_met_twice_stays_one_person_under_the_newer_name(store: Store) -> None:
    async with store.begin() as tx:
        first = await tx.users.ensure(ZAPHOD, "Zaphod")
        again = await tx.users.ensure(ZAPHOD, "Zaphod B.")
        nameless = await tx.users.ensure(ZAPHOD, "")
    assert first.id == again.id == nameless.id
    assert nameless.name == "Zaphod B."
    async with store.read() as tx:
        assert [found.id for found in await tx.users.find("@zaphod b.")] == [first.id]
        assert await tx.users.find("@zaphod") == ()


async def test_fifty_first_messages_at_once_make_one_person(store: Store) -> None:
    async def meet() -> UserId:
        async with store.begin() as tx:
            return (await tx.users.ensure(ZAPHOD, "Zaphod")).id

    assert len(set(await asyncio.gather(*(meet() for _ in range(50))))) == 1
    async with store.read() as tx:
        assert await tx.users.count() == 1


async def test_people_are_found_by_number_account_name_and_beginning(store: Store) -> None:
    async with store.begin() as tx:
        zaphod = await tx.users.ensure(ZAPHOD, "Zaphod")
        zora = await tx.users.ensure(TRILLIAN, "zora")
        assert await tx.users.find(str(zaphod.id)) == (zaphod,)
        assert await tx.users.find("telegram:42") == (zaphod,)
        assert await tx.users.find("discord:42") == ()
        assert await tx.users.find("@ZORA") == (zora,)
        assert await tx.users.find("Z") == (zaphod, zora)
        assert await tx.users.find("Z", limit=1) == (zaphod,)
        assert await tx.users.find("zap") == (zaphod,)
        assert await tx.users.find("@zap") == ()


async def test_a_search_for_nonsense_finds_nobody(store: Store) -> None:
    async with store.begin() as tx:
        await tx.users.ensure(ZAPHOD, "Zaphod")
        for text in NONSENSE:
            assert await tx.users.find(text) == (), text
        assert await tx.users.count() == 1


async def test_a_hostile_name_is_kept_as_what_a_reader_sees(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Rob\0'); DROP TABLE users;--\ud800\u202e")
        long = await tx.users.ensure(TRILLIAN, "x" * 10_000)
    assert made.name == "Rob'); DROP TABLE users;--"
    assert len(long.name) == 64
    async with store.read() as tx:
        assert await tx.users.find("@rob'); drop table users;--") == (made,)


@pytest.mark.parametrize("account", ["4\0002", "\ud800", "4" * 10_000])
async def test_an_account_that_could_become_another_is_refused(store: Store, account: str) -> None:
    async with store.begin() as tx:
        with pytest.raises(Unstorable):
            await tx.users.by_identity(Identity(Platform.TELEGRAM, account))


async def test_pages_go_by_number_and_level(store: Store) -> None:
    async with store.begin() as tx:
        made = [await tx.users.ensure(Identity(Platform.TELEGRAM, str(n)), f"u{n}") for n in range(5)]
        await tx.users.set_level(made[1].id, Level.PAPER)
        await tx.users.set_level(made[3].id, Level.PAPER)
        first = await tx.users.page(limit=3)
        assert [user.id for user in first] == [user.id for user in made[:3]]
        assert [user.id for user in await tx.users.page(first[-1].id, 3)] == [user.id for user in made[3:]]
        paper = await tx.users.page(level=Level.PAPER)
        assert [user.id for user in paper] == [made[1].id, made[3].id]


async def test_levels_and_blocks_are_set_and_told(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Zaphod")
        raised = await tx.users.set_level(made.id, Level.OPERATOR)
        blocked = await tx.users.set_blocked(made.id, True)
        assert raised is not None
        assert raised.level is Level.OPERATOR
        assert blocked is not None
        assert blocked.blocked
        assert await tx.users.set_level(UserId(made.id + 1), Level.LIVE) is None
        assert await tx.users.set_blocked(UserId(made.id + 1), True) is None
        assert await tx.users.set_preference(UserId(made.id + 1), "a", "b") is None


async def test_a_preference_is_set_replaced_and_dropped(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Zaphod")
        await tx.users.set_preference(made.id, "tz", "Europe/Berlin")
        await tx.users.set_preference(made.id, "tz", "Asia/Tokyo")
        await tx.users.set_preference(made.id, "theme", 'da"rk\\ ✨ \0')
        kept = await tx.users.get(made.id)
        assert kept is not None
        assert kept.preferences == {"tz": "Asia/Tokyo", "theme": 'da"rk\\ ✨ '}
        dropped = await tx.users.set_preference(made.id, "tz", None)
        assert dropped is not None
        assert set(dropped.preferences) == {"theme"}


async def test_preferences_stay_few_and_short(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Zaphod")
        with pytest.raises(BadArgument):
            await tx.users.set_preference(made.id, "tz", "x" * 1_001)
        for n in range(64):
            await tx.users.set_preference(made.id, f"k{n}", "v")
        with pytest.raises(BadArgument):
            await tx.users.set_preference(made.id, "one more", "v")
        assert await tx.users.set_preference(made.id, "k1", "w") is not None


async def test_fifty_preferences_set_at_once_are_all_kept(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.users.ensure(ZAPHOD, "Zaphod")

    async def prefer(n: int) -> None:
        async with store.begin() as tx:
            await tx.users.set_preference(made.id, f"k{n}", str(n))

    await asyncio.gather(*(prefer(n) for n in range(50)))
    async with store.read() as tx:
        kept = await tx.users.get(made.id)
    assert kept is not None
    assert kept.preferences == {f"k{n}": str(n) for n in range(50)}
