"""Tokens met before."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import TokenMatch
from data.store import Store
from data.store.repos import tokens

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def match(
    address: str,
    symbol: str = "BONK",
    liquidity: str | None = None,
    *,
    verified: bool = False,
    name: str = "x",
) -> TokenMatch:
    return TokenMatch(
        token=TokenKey(Chain.SOLANA, address),
        symbol=symbol,
        name=name,
        liquidity_usd=None if liquidity is None else Decimal(liquidity),
        market_cap_usd=Decimal("0.000000000000000000000000000001"),
        verified=verified,
        source=ProviderId("dexscreener"),
    )


async def test_a_match_comes_back_as_it_was(store: Store) -> None:
    given = match("DezX", liquidity="123456789012345678901234567890.123456789", name="Bonk 🐕")
    async with store.begin() as tx:
        await tx.tokens.remember((given,), NOON)
        await tx.tokens.remember((), NOON)
    async with store.read() as tx:
        assert await tx.tokens.named("bonk") == (given,)


async def test_the_best_of_a_name_come_first(store: Store) -> None:
    """Text orders 9 before 100: liquidity is compared as a number."""
    given = [match("a", liquidity="9"), match("b", liquidity="100"), match("c"), match("d", verified=True)]
    async with store.begin() as tx:
        await tx.tokens.remember(given, NOON)
        assert [each.token.address for each in await tx.tokens.named("$Bonk")] == ["d", "b", "a", "c"]


async def test_the_better_liquidity_of_a_day_stays(store: Store) -> None:
    async with store.begin() as tx:
        await tx.tokens.remember([match("a", liquidity="100", name="deep")], NOON)
        await tx.tokens.remember([match("a", liquidity="9", name="shallow", verified=True)], NOON + HOUR)
        await tx.tokens.remember([match("a", name="unknown")], NOON + HOUR)
        (kept,) = await tx.tokens.named("bonk")
        assert (kept.name, kept.liquidity_usd, kept.verified) == ("deep", Decimal(100), True)
        await tx.tokens.remember([match("a", liquidity="200", name="deeper")], NOON + 2 * HOUR)
        (kept,) = await tx.tokens.named("bonk")
        assert (kept.name, kept.verified) == ("deeper", True)


async def test_liquidity_that_was_pulled_yesterday_ranks_no_token_today(store: Store) -> None:
    async with store.begin() as tx:
        await tx.tokens.remember([match("a", liquidity="1000000", verified=True)], NOON)
        await tx.tokens.remember([match("a", liquidity="3")], NOON + 25 * HOUR)
        (kept,) = await tx.tokens.named("bonk")
        assert (kept.liquidity_usd, kept.verified) == (Decimal(3), False)


async def test_two_matches_of_one_token_in_a_batch_are_one(store: Store) -> None:
    async with store.begin() as tx:
        await tx.tokens.remember([match("a", liquidity="5"), match("a", liquidity="10")], NOON)
        (kept,) = await tx.tokens.named("bonk")
        assert kept.liquidity_usd == Decimal(10)


async def test_a_beginning_completes_in_any_case(store: Store) -> None:
    given = [
        match("a", "BONK"),
        match("b", "bonkers"),
        match("c", "WIF"),
        match("d", "Bo%nk"),
        match("e", "ВОNK"),
    ]
    async with store.begin() as tx:
        await tx.tokens.remember(given, NOON)
        assert {each.symbol for each in await tx.tokens.like("bon")} == {"BONK", "bonkers"}
        assert len(await tx.tokens.like("b", limit=2)) == 2
        assert {each.symbol for each in await tx.tokens.like("BO%")} == {"Bo%nk"}
        assert await tx.tokens.like("_") == ()


async def test_nonsense_names_no_token(store: Store) -> None:
    async with store.begin() as tx:
        await tx.tokens.remember([match("a"), match("b", "\0\u202e")], NOON)
        for text in ("", "$", "\0", "\ud800", "x" * 10_000, "' OR '1'='1", "%", "\u202e"):
            assert await tx.tokens.named(text) == (), text
            assert await tx.tokens.like(text) == (), text


async def test_figures_beyond_any_float_are_ordered_and_kept(store: Store) -> None:
    huge = match("a", liquidity="1E+5000")
    tiny = match("b", liquidity="1E-5000")
    async with store.begin() as tx:
        await tx.tokens.remember([tiny, huge], NOON)
        assert await tx.tokens.named("bonk") == (huge, tiny)


async def test_fifty_searches_at_once_keep_the_best_of_all(store: Store) -> None:
    async def remember(n: int) -> None:
        found = [match("a", liquidity=str(n)), match("b", liquidity=str(100 - n))]
        async with store.begin() as tx:
            await tx.tokens.remember(found if n % 2 else found[::-1], NOON)

    await asyncio.gather(*(remember(n) for n in range(50)))
    async with store.read() as tx:
        best = {each.token.address: each.liquidity_usd for each in await tx.tokens.named("bonk")}
    assert best == {"a": Decimal(49), "b": Decimal(100)}


async def test_the_tokens_not_seen_for_longest_are_dropped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    async with store.begin() as tx:
        assert await tx.tokens.purge() == 0
        for n, address in enumerate("abcd"):
            await tx.tokens.remember([match(address)], NOON + n * HOUR)
        assert await tx.tokens.purge() == 2
        assert {each.token.address for each in await tx.tokens.named("bonk")} == {"c", "d"}
