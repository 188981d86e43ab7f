"""From what a person called a token to the token: never a guess."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import RefKind, TokenRef, parse_ref
from core.enrichment.finder import Finder, Found, chosen, folded, merged, priced_side
from data.clock import Deadline
from data.errors import AmbiguousToken, UnknownToken
from data.models.ids import SOL, USDC, Chain, TokenKey
from data.models.market import Capability, TokenMatch
from data.nursery import Nursery
from data.store.store import Store
from tests.fakes.clock import VirtualClock
from tests.unit.core.enrichment.vendors import BONK, POOL, ScriptedGateway, market, match, pool, settled

SEARCH, POOLS = Capability.SEARCH, Capability.POOLS


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery
        await settled()  # what was begun in the store ends there


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def finder(gateway: ScriptedGateway, store: Store, nursery: Nursery, clock: VirtualClock) -> Finder:
    providers = {each.id: each for each in (market("a", 0.9), market("b", 0.7))}
    return Finder(
        gateway=gateway,  # type: ignore[arg-type]
        providers=providers,
        store=store,
        nursery=nursery,
        clock=clock,
    )


def ticker(name: str) -> TokenRef:
    return TokenRef(RefKind.TICKER, name)


def soon(clock: VirtualClock) -> Deadline:
    return Deadline.after(clock, 8)


async def test_a_name_that_one_token_carries_is_that_token(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", SEARCH, match("BONK", 1), match("BONKINU", 2)).says("b", SEARCH, match("Bonk", 1))
    assert await finder.identify(ticker("$bonk"), soon(clock)) == Found(match("BONK", 1).token)


async def test_a_verified_token_with_nearly_all_liquidity_is_chosen_and_its_namesakes_counted(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    real = match("BONK", 1, liquidity="950000", verified=True)
    gateway.says("a", SEARCH, real, match("BONK", 2, liquidity="40000"), match("BONK", 3))
    assert await finder.identify(ticker("BONK"), soon(clock)) == Found(real.token, namesakes=2)


@pytest.mark.parametrize(
    "matches",
    [
        [match("PEPE", 1, liquidity="90"), match("PEPE", 2, liquidity="10")],
        [match("PEPE", 1, liquidity="50", verified=True), match("PEPE", 2, liquidity="50")],
        [match("PEPE", 1, liquidity="9", verified=True), match("PEPE", 2, liquidity="9", verified=True)],
        [match("PEPE", 1, verified=True), match("PEPE", 2)],
        [match("PEPE", 1), match("PEPE", 2)],
    ],
)
async def test_where_a_doubt_is_left_the_person_chooses(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock, matches: Sequence[TokenMatch]
) -> None:
    gateway.says("a", SEARCH, *matches)
    with pytest.raises(AmbiguousToken) as ambiguous:
        await finder.identify(ticker("PEPE"), soon(clock))
    assert {each.token for each in ambiguous.value.choices} == {each.token for each in matches}


async def test_a_name_that_nobody_carries_offers_those_like_it(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", SEARCH, match("BONK", 1), match("WIF", 2))
    with pytest.raises(UnknownToken) as unknown:
        await finder.identify(ticker("BONKK"), soon(clock))
    assert [each.symbol for each in unknown.value.near] == ["BONK"]
    assert unknown.value.asked == "$BONKK"


@pytest.mark.parametrize("name", ["BОNK", "ＢＯＮＫ", "bonk", "$BONK", "BoNK", "B0NK", "BONK2"])
async def test_a_look_alike_name_is_another_name(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock, name: str
) -> None:
    gateway.says("a", SEARCH, match("BONK", 1))
    same = (name.isascii() and name.lstrip("$").upper() == "BONK") or name == "ＢＯＮＫ"
    if same:
        assert (await finder.identify(ticker(name), soon(clock))).token == match("BONK", 1).token
    else:
        with pytest.raises(UnknownToken):
            await finder.identify(ticker(name), soon(clock))


async def test_a_name_seen_before_is_found_while_every_source_is_down(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", SEARCH, match("BONK", 1))
    await finder.identify(ticker("BONK"), soon(clock))
    await settled()
    gateway.fails("a").fails("b")
    clock.advance(3600)
    assert (await finder.identify(ticker("BONK"), soon(clock))).token == match("BONK", 1).token
    assert [each.symbol for each in await finder.suggest("bo")] == ["BONK"]


async def test_an_address_is_taken_at_its_word(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    ref = parse_ref(BONK.address)
    assert ref is not None
    assert await finder.identify(ref, soon(clock)) == Found(BONK)
    assert gateway.calls == []


async def test_a_pool_leads_to_the_token_that_it_prices(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", POOLS, pool(POOL))
    ref = TokenRef(RefKind.POOL, POOL, Chain.SOLANA)
    assert await finder.identify(ref, soon(clock)) == Found(BONK, pool=POOL)
    asked = len(gateway.calls)
    await finder.identify(ref, soon(clock))
    assert len(gateway.calls) == asked


async def test_a_pool_whose_letters_were_lowered_is_found_by_them(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("b", POOLS, pool(POOL))
    ref = TokenRef(RefKind.POOL, POOL.lower(), Chain.SOLANA, folded=True)
    assert await finder.identify(ref, soon(clock)) == Found(BONK)


async def test_a_pool_that_nobody_knows_may_be_a_token_unless_its_case_is_lost(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", POOLS, pool("another"))
    found = await finder.identify(TokenRef(RefKind.POOL, BONK.address, Chain.SOLANA), soon(clock))
    assert found == Found(BONK)
    with pytest.raises(UnknownToken, match=POOL.lower()):
        await finder.identify(TokenRef(RefKind.POOL, POOL.lower(), Chain.SOLANA, folded=True), soon(clock))


async def test_the_same_pool_address_on_two_chains_is_two_pools(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    address, base = f"0x{7:040x}", TokenKey(Chain.BASE, f"0x{1:040x}")
    gateway.says("a", POOLS, pool(address, base=base, quote=TokenKey(Chain.BASE, f"0x{2:040x}")))
    on_base = await finder.identify(TokenRef(RefKind.POOL, address, Chain.BASE), soon(clock))
    assert on_base.token == base
    gateway.says("a", POOLS)
    on_bsc = await finder.identify(TokenRef(RefKind.POOL, address, Chain.BSC), soon(clock))
    assert on_bsc.token == TokenKey(Chain.BSC, address)


def on(chain: Chain, number: int = 9) -> TokenMatch:
    return match("UNI", number, chain=chain)


async def test_an_address_of_no_named_chain_is_looked_up_on_all(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    address = on(Chain.BASE).token.address
    gateway.says("a", SEARCH, on(Chain.BASE), on(Chain.ETHEREUM, 8))
    ref = TokenRef(RefKind.ADDRESS, address)
    assert (await finder.identify(ref, soon(clock))).token == TokenKey(Chain.BASE, address)


async def test_an_address_on_several_chains_is_the_persons_choice(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", SEARCH, on(Chain.BASE)).says("b", SEARCH, on(Chain.ETHEREUM))
    with pytest.raises(AmbiguousToken) as ambiguous:
        await finder.identify(TokenRef(RefKind.ADDRESS, on(Chain.BASE).token.address), soon(clock))
    assert {each.token.chain for each in ambiguous.value.choices} == {Chain.BASE, Chain.ETHEREUM}


async def test_an_address_on_no_chain_is_unknown(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", SEARCH, on(Chain.BASE, 5))
    with pytest.raises(UnknownToken):
        await finder.identify(TokenRef(RefKind.ADDRESS, on(Chain.BASE).token.address), soon(clock))


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --", "\u202eKNOB", "🚀", "a" * 24, "日本"])
async def test_hostile_names_are_only_unknown(finder: Finder, clock: VirtualClock, words: str) -> None:
    with pytest.raises(UnknownToken):
        await finder.identify(ticker(words), soon(clock))
    assert await finder.suggest(words) == ()


def test_names_are_compared_without_case_and_compatibility_forms() -> None:
    assert folded(" $BoNK ") == folded("bonk") == folded("ＢＯＮＫ")
    assert folded("straße") == folded("STRASSE")
    assert folded("BОNK") != folded("BONK")


def test_a_token_is_listed_once_verified_first_then_deepest() -> None:
    listed = merged(
        [
            match("A", 1, liquidity="5", market_cap_usd=Decimal(7)),
            match("A", 2, liquidity="100"),
            match("A", 1, liquidity="50", verified=True),
            match("A", 3),
        ]
    )
    assert [each.token.address[0] for each in listed] == ["1", "2", "3"]
    assert listed[0].verified
    assert (listed[0].liquidity_usd, listed[0].market_cap_usd) == (50, 7)


@given(
    st.lists(
        st.builds(
            lambda number, liquidity, verified: match(
                "A", number, liquidity=None if liquidity is None else str(liquidity), verified=verified
            ),
            st.integers(1, 5),
            st.none() | st.integers(0, 10**9),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_the_chosen_one_is_alone_or_verified_and_dominant(matches: list[TokenMatch]) -> None:
    listed = merged(matches)
    backwards = merged(reversed(matches))
    assert [(each.token, each.liquidity_usd, each.verified) for each in listed] == [
        (each.token, each.liquidity_usd, each.verified) for each in backwards
    ]
    one = chosen(listed)
    if one is not None and len(listed) > 1:
        others = sum((each.liquidity_usd or Decimal(0) for each in listed if each is not one), Decimal(0))
        assert one.verified and not any(each.verified for each in listed if each is not one)
        assert one.liquidity_usd and one.liquidity_usd >= 9 * others
    assert (one is not None) or len(listed) != 1


@pytest.mark.parametrize(
    ("base", "quote", "meant"), [(BONK, SOL, BONK), (SOL, BONK, BONK), (USDC, BONK, BONK), (SOL, USDC, USDC)]
)
def test_a_pool_prices_the_side_that_is_not_money(base: TokenKey, quote: TokenKey, meant: TokenKey) -> None:
    assert priced_side(pool(base=base, quote=quote)) == meant
