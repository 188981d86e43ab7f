"""The enricher: first what is there, then all of it; honest where nothing is; kept for later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from core.addresses import RefKind, TokenRef
from core.enrichment.alarms import Alarms
from core.enrichment.finder import Finder, Found
from core.enrichment.policies import CHAIN
from core.enrichment.reliability import Reliability
from core.enrichment.service import Enricher
from core.rates import Rates
from data.clock import Deadline
from data.errors import Unavailable, UnknownToken
from data.models.fields import DECIMALS, PRICE_USD, SYMBOL
from data.models.ids import Chain
from data.models.market import Capability, FiatRate, GapReason, TokenSnapshot
from data.nursery import Nursery
from data.store.store import Store
from tests.fakes.clock import VirtualClock
from tests.unit.core.enrichment.vendors import (
    BONK,
    POOL,
    ScriptedGateway,
    endpoint,
    market,
    match,
    pool,
    provider,
    report,
    settled,
)

PRICE, POOLS, CHAIN_SAYS = Capability.PRICE, Capability.POOLS, Capability.AUTHORITIES
WANTED = frozenset({PRICE_USD, SYMBOL, DECIMALS})
ADDRESS = TokenRef(RefKind.ADDRESS, BONK.address, Chain.SOLANA)
PROVIDERS = {
    each.id: each
    for each in (
        market("a", 0.9),
        market("b", 0.7),
        market("c", 0.6),
        provider(CHAIN, endpoint(CHAIN_SAYS, "/{address}", DECIMALS), trust=1.0),
        provider("rates", endpoint(Capability.RATES, "/rates"), trust=0.5),
    )
}
ALL = ("a", "b", "c")


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery
        await settled()  # what was begun in the store ends there


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def enricher(gateway: ScriptedGateway, store: Store, nursery: Nursery, clock: VirtualClock) -> Enricher:
    shared = {
        "gateway": gateway, "providers": PROVIDERS, "store": store, "nursery": nursery, "clock": clock,
    }  # fmt: skip
    reliability = Reliability(store, clock)
    return Enricher(finder=Finder(**shared), reliability=reliability, alarms=Alarms(clock), **shared)  # type: ignore[arg-type]


@pytest.fixture
def soon(clock: VirtualClock) -> Deadline:
    return Deadline.after(clock, 8)


def says(gateway: ScriptedGateway, name: str, usd: str) -> None:
    gateway.says(name, PRICE, report((PRICE_USD, Decimal(usd)), (SYMBOL, "BONK")))


async def looks(
    enricher: Enricher, deadline: Deadline, ref: TokenRef = ADDRESS
) -> list[tuple[Found, TokenSnapshot]]:
    return [each async for each in enricher.look(ref, WANTED, deadline)]


async def test_a_token_is_told_with_everybodys_word(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    for name, usd in zip(ALL, ("1.00", "1.01", "1000"), strict=True):
        says(gateway, name, usd)
    gateway.says(CHAIN, CHAIN_SAYS, report((DECIMALS, 5)))
    ((found, snapshot),) = await looks(enricher, soon)
    assert found == Found(BONK)
    price = snapshot.get(PRICE_USD)
    assert price is not None
    assert abs(price.value - 1) < Decimal("0.02")
    assert [each.source for each in price.rejected] == ["c"]
    assert snapshot.value(DECIMALS) == 5
    assert set(snapshot.answered) == {"a", "b", "c", CHAIN}


async def test_one_vendor_is_enough_and_the_silent_are_named(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    says(gateway, "b", "1")
    gateway.fails("a").fails("c", GapReason.RATE_LIMITED)
    ((_, snapshot),) = await looks(enricher, soon)
    assert snapshot.value(PRICE_USD) == 1
    silent = {gap.source: gap.reason for gap in snapshot.gaps if gap.reason.blames_vendor}
    assert silent == {"a": GapReason.UNAVAILABLE, "c": GapReason.RATE_LIMITED}


async def test_a_token_that_nobody_lists_is_unknown(enricher: Enricher, soon: Deadline) -> None:
    with pytest.raises(UnknownToken) as unknown:
        await looks(enricher, soon)
    assert unknown.value.hint == ""


async def test_of_an_unknown_token_is_said_who_could_not_be_asked(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    gateway.fails("a").fails("c")
    with pytest.raises(UnknownToken) as unknown:
        await looks(enricher, soon)
    assert unknown.value.hint == "Not answering now: a, c."


async def test_while_everybody_is_down_a_token_is_not_called_unknown(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    for name in ALL:
        gateway.fails(name)
    gateway.fails(CHAIN, capabilities=(CHAIN_SAYS,))
    ((_, snapshot),) = await looks(enricher, soon)
    assert snapshot.resolved == {}
    assert {gap.source for gap in snapshot.gaps} == {"a", "b", "c", CHAIN}


async def test_while_every_market_is_down_the_chains_word_is_shown(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    for name in ALL:
        gateway.fails(name)
    gateway.says(CHAIN, CHAIN_SAYS, report((DECIMALS, 5)))
    ((_, snapshot),) = await looks(enricher, soon)
    assert snapshot.value(DECIMALS) == 5
    assert snapshot.value(PRICE_USD) is None


async def test_where_the_chain_knows_no_such_token_it_is_unknown_even_while_markets_are_down(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    for name in ALL:
        gateway.fails(name)
    with pytest.raises(UnknownToken, match="No token found"):
        await looks(enricher, soon)


async def test_an_address_that_is_a_pools_leads_to_its_token(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline
) -> None:
    gateway.says("a", POOLS, pool(POOL))
    ref = TokenRef(RefKind.ADDRESS, POOL, Chain.SOLANA)
    says(gateway, "b", "1")  # of BONK alone: nobody knows the pool's address as a token
    found, snapshot = (await looks(enricher, soon, ref))[-1]
    assert found == Found(BONK, pool=POOL)
    assert snapshot.token == BONK


async def test_a_snapshot_is_kept_at_most_every_half_minute(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock, store: Store
) -> None:
    says(gateway, "a", "1")

    async def last_kept() -> timedelta | None:
        await settled()
        async with store.read() as tx:
            at = await tx.snapshots.last_at(BONK)
        return None if at is None else clock.now() - at

    assert await last_kept() is None
    for passed, age in ((0, 0), (10, 10), (10, 20), (9, 29), (1, 0), (5, 5)):
        clock.advance(passed)
        await looks(enricher, Deadline.after(clock, 8))
        assert await last_kept() == timedelta(seconds=age)


async def test_what_nobody_told_is_not_kept(
    enricher: Enricher, gateway: ScriptedGateway, soon: Deadline, store: Store
) -> None:
    for name in (*ALL, CHAIN):
        gateway.fails(name, capabilities=(PRICE, POOLS, CHAIN_SAYS))
    await looks(enricher, soon)
    await settled()
    async with store.read() as tx:
        assert await tx.snapshots.last_at(BONK) is None


async def test_the_same_question_at_once_is_answered_from_memory_unless_it_must_be_fresh(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock, soon: Deadline
) -> None:
    says(gateway, "a", "1")
    await looks(enricher, soon)
    asked = len(gateway.calls)
    await looks(enricher, soon)
    assert len(gateway.calls) == asked
    await enricher.snapshot(ADDRESS, WANTED, soon, fresh=True)
    assert len(gateway.calls) > asked


async def test_a_price_in_a_currency_comes_from_a_source_of_rates(
    enricher: Enricher,
    gateway: ScriptedGateway,
    clock: VirtualClock,
    soon: Deadline,
    nursery: Nursery,
) -> None:
    rates = Rates(enricher, gateway, PROVIDERS, nursery)  # type: ignore[arg-type]
    assert (await rates.worth("usd", None, clock.now(), soon)).usd == 1
    with pytest.raises(Unavailable, match="rates: not listed"):
        await rates.worth("EUR", None, clock.now(), soon)
    euro = FiatRate(currency="EUR", per_usd=Decimal("0.8"))
    gateway.says("rates", Capability.RATES, euro, FiatRate(currency="JPY", per_usd=Decimal(0)))
    worth = await rates.worth("eur", None, clock.now(), soon)
    assert (worth.name, worth.usd, worth.sources) == ("EUR", Decimal("1.25"), ("rates",))
    with pytest.raises(Unavailable):
        await rates.worth("JPY", None, clock.now(), soon)


async def test_a_tokens_worth_is_its_price_with_who_says_so(
    enricher: Enricher,
    gateway: ScriptedGateway,
    clock: VirtualClock,
    soon: Deadline,
    nursery: Nursery,
) -> None:
    rates = Rates(enricher, gateway, PROVIDERS, nursery)  # type: ignore[arg-type]
    with pytest.raises(UnknownToken):
        await rates.worth("nothing", None, clock.now(), soon)
    says(gateway, "a", "0.5")
    worth = await rates.worth("x", ADDRESS, clock.now(), soon)
    assert (worth.name, worth.usd, worth.sources) == ("BONK", Decimal("0.5"), ("a",))


async def test_a_token_without_a_price_is_worth_nothing_known(
    enricher: Enricher,
    gateway: ScriptedGateway,
    clock: VirtualClock,
    soon: Deadline,
    nursery: Nursery,
) -> None:
    gateway.says("a", PRICE, report((SYMBOL, "BONK"))).says("a", Capability.SEARCH, match("BONK"))
    rates = Rates(enricher, gateway, PROVIDERS, nursery)  # type: ignore[arg-type]
    with pytest.raises(UnknownToken) as unknown:
        await rates.worth("BONK", ADDRESS, clock.now(), soon)
    assert unknown.value.hint == "No source has a price of it."
