"""Followed wallets as rows, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from data.errors import BadArgument
from data.models.chat import Identity
from data.models.following import Filters, Followed, MoveSeen, Reading, SeveralRule, Tells
from data.models.ids import Platform, UserId
from data.store import Store, Tx
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)
MOVE = MoveSeen(
    wallet="W", signature="S", mint="M", slot=7, at=START, side="buy", units=2**80, lamports=5,
    micro_usd=None, value_usd=Decimal("0.10"),
)  # fmt: skip


async def follows(tx: Tx, wallet: str = "W", number: str = "42", **changes: object) -> Followed:
    user = await tx.users.ensure(Identity(Platform.TELEGRAM, number), "Zaphod")
    filters = Filters(tells=Tells.BUYS, least_usd=Decimal("1.50"), mints=("A", "B"))
    entry = Followed(user_id=user.id, wallet=wallet, label="<b>", filters=filters, added_at=START)
    entry = replace(entry, **changes)  # type: ignore[arg-type]
    await tx.wallets.put(entry, START, 3)
    return entry


async def test_what_is_followed_comes_back_as_it_was_put_there(store: Store) -> None:
    async with store.begin() as tx:
        put = await follows(tx)
        changed = await follows(tx, label="other", added_at=START + MINUTE)
    async with store.read() as tx:
        (found,) = await tx.wallets.of_user(put.user_id)
        assert found == replace(changed, added_at=START)  # followed once, and since then
        assert await tx.wallets.followers("W") == (found,)
        assert await tx.wallets.one(put.user_id, "\0") is None


async def test_the_limit_is_a_person_s_own(store: Store) -> None:
    async with store.begin() as tx:
        for wallet in ("1", "2", "3", "3"):
            await follows(tx, wallet)
        await follows(tx, "4", number="43")
    with pytest.raises(BadArgument, match="3 wallets"):
        async with store.begin() as tx:
            await follows(tx, "4")


async def test_a_wallet_is_read_while_anybody_follows_it(store: Store) -> None:
    async with store.begin() as tx:
        one, two = await follows(tx), await follows(tx, number="43")
        assert await tx.wallets.followed_after("") == ("W",)
        assert await tx.wallets.drop(one.user_id, "W")
        assert not await tx.wallets.drop(one.user_id, "W")
        assert [each.wallet for each in await tx.wallets.readings(["W", "X"])] == ["W"]
        assert await tx.wallets.drop(two.user_id, "W")
        assert await tx.wallets.readings(["W"]) == ()


async def test_what_was_read_longest_ago_comes_first_and_no_reading_goes_back(store: Store) -> None:
    async with store.begin() as tx:
        for wallet in ("1", "2", "3"):
            await follows(tx, wallet)
        for wallet, minutes in (("1", 2), ("2", 1)):
            read = Reading(wallet=wallet, since=START, slot=9, read_at=START + minutes * MINUTE)
            await tx.wallets.was_read(read)
        await tx.wallets.was_read(replace(read, slot=5, gaps=2))
        await tx.wallets.was_traced("1", "F")
    async with store.read() as tx:
        due = await tx.wallets.due(START + 9 * MINUTE, 9)
        assert [each.wallet for each in due] == ["3", "2", "1"]
        assert [each.wallet for each in await tx.wallets.due(START + 2 * MINUTE, 9)] == ["3", "2"]
        assert (due[1].slot, due[1].gaps) == (9, 2)
        assert (due[2].funder, due[2].traced) == ("F", True)
        assert await tx.wallets.funders(["1", "2"]) == {"1": "F"}


async def test_a_move_is_kept_once_and_exactly(store: Store) -> None:
    async with store.begin() as tx:
        await follows(tx)
        assert await tx.wallets.moved(MOVE)
        assert not await tx.wallets.moved(replace(MOVE, slot=8))
        assert await tx.wallets.moved(replace(MOVE, signature="T", at=START + MINUTE, side="sell"))
    async with store.read() as tx:
        assert await tx.wallets.bought("M", ["W"], START - MINUTE, START + 9 * MINUTE) == (MOVE,)
        assert await tx.wallets.bought("M", ["W"], START, START + 9 * MINUTE) == ()
        latest = await tx.wallets.latest("W")
        assert latest is not None
        assert latest.signature == "T"
    async with store.begin() as tx:
        assert await tx.wallets.purge(START + MINUTE) == 1


async def test_a_rule_is_held_so_that_two_who_judge_take_turns(store: Store) -> None:
    async with store.begin() as tx:
        user = (await follows(tx)).user_id
        rule = SeveralRule(user_id=user, owners=2, window_s=60, least_usd=None, set_at=START)
        await tx.wallets.set_rule(replace(rule, owners=9))
        await tx.wallets.set_rule(rule)
    both: list[int] = []

    async def judge(signature: str) -> None:
        async with store.begin() as tx:
            assert await tx.wallets.hold_rules([user, UserId(999)]) == {user: rule}
            await tx.wallets.moved(replace(MOVE, signature=signature))
            await asyncio.sleep(0)
            found = await tx.wallets.bought("M", ["W"], START - MINUTE, START)
            both.append(len(found))

    await asyncio.gather(judge("1"), judge("2"))
    assert sorted(both) == [1, 2]  # the second sees what the first stored
    async with store.begin() as tx:
        await tx.wallets.tell(user, "M", START)
        await tx.wallets.tell(user, "M", START + MINUTE)
        assert await tx.wallets.told_at(user, "M") == START + MINUTE
        assert await tx.wallets.drop_rule(user)
        assert not await tx.wallets.drop_rule(user)
        assert await tx.wallets.rule(user) is None
