"""Many who ask for one token or one name at once: it is asked for and resolved once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from core.addresses import RefKind, TokenRef
from core.enrichment.alarms import Alarms
from core.enrichment.finder import Finder
from core.enrichment.reliability import Reliability
from core.enrichment.service import Enricher
from data.clock import Deadline
from data.models.fields import PRICE_USD, SYMBOL
from data.models.ids import Chain
from data.models.market import Capability, TokenSnapshot
from data.nursery import Nursery
from data.store.store import Store
from tests.fakes.clock import VirtualClock
from tests.unit.core.enrichment.vendors import BONK, ScriptedGateway, market, match, report, settled

WANTED = frozenset({PRICE_USD, SYMBOL})
ADDRESS = TokenRef(RefKind.ADDRESS, BONK.address, Chain.SOLANA)
PROVIDERS = {each.id: each for each in (market("a", 0.9), market("b", 0.7), market("c", 0.6))}
CROWD = 100


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery
        await settled()


@pytest.fixture
def gateway() -> ScriptedGateway:
    gateway = ScriptedGateway()
    for name in ("a", "b", "c"):
        gateway.says(name, Capability.PRICE, report((PRICE_USD, Decimal(1)), (SYMBOL, "BONK")), after_s=0.02)
    return gateway


@pytest.fixture
def finder(gateway: ScriptedGateway, store: Store, nursery: Nursery, clock: VirtualClock) -> Finder:
    return Finder(gateway=gateway, providers=PROVIDERS, store=store, nursery=nursery, clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def enricher(
    gateway: ScriptedGateway, finder: Finder, store: Store, nursery: Nursery, clock: VirtualClock
) -> Enricher:
    return Enricher(
        gateway=gateway,
        providers=PROVIDERS,
        finder=finder,
        store=store,
        nursery=nursery,
        clock=clock,
        reliability=Reliability(store, clock),
        alarms=Alarms(clock),  # type: ignore[arg-type]
    )


async def look(enricher: Enricher, deadline: Deadline) -> list[TokenSnapshot]:
    return [snapshot async for _, snapshot in enricher.look(ADDRESS, WANTED, deadline)]


async def test_a_crowd_that_asks_for_one_token_is_told_one_snapshot_from_one_round(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    told = await asyncio.gather(*(look(enricher, Deadline.after(clock, 8)) for _ in range(CROWD)))
    assert len({id(snapshots[-1]) for snapshots in told}) == 1
    assert sorted(call.provider.id for call in gateway.calls) == ["a", "b", "c"]


async def test_one_of_a_crowd_who_leaves_takes_nothing_from_the_others(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock, nursery: Nursery
) -> None:
    first = nursery.start(look(enricher, Deadline.after(clock, 8)), name="first")
    second = nursery.start(look(enricher, Deadline.after(clock, 8)), name="second")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    assert (await second)[-1].value(PRICE_USD) == 1
    assert first.cancelled()
    assert len(gateway.calls) == len(PROVIDERS)


async def test_who_has_less_time_than_a_look_in_the_air_does_not_wait_for_it(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock, nursery: Nursery
) -> None:
    patient = nursery.start(look(enricher, Deadline.after(clock, 8)), name="patient")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    (hurried,) = await look(enricher, Deadline.after(clock, 1))
    assert hurried.value(PRICE_USD) == 1
    assert len(gateway.calls) == 2 * len(PROVIDERS)
    assert (await patient)[-1] is not hurried


async def test_a_fault_of_ours_comes_out_to_everyone_who_waits(
    enricher: Enricher, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.fails("a", ZeroDivisionError())
    asking = (look(enricher, Deadline.after(clock, 8)) for _ in range(3))
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in told] == [ZeroDivisionError] * 3


async def test_a_crowd_that_asks_for_one_name_searches_once(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    gateway.says("a", Capability.SEARCH, match("BONK", liquidity="5"), after_s=0.02)
    deadline = Deadline.after(clock, 8)
    told = await asyncio.gather(*(finder.search("bonk", deadline) for _ in range(CROWD)))
    assert {matches[0].symbol for matches in told} == {"BONK"}
    assert sorted(call.provider.id for call in gateway.calls) == ["a", "b", "c"]


async def test_a_name_is_searched_anew_after_a_while(
    finder: Finder, gateway: ScriptedGateway, clock: VirtualClock
) -> None:
    await finder.search("bonk", Deadline.after(clock, 8))
    await finder.search("bonk", Deadline.after(clock, 8))
    clock.advance(9)
    await finder.search("bonk", Deadline.after(clock, 8))
    assert len(gateway.calls) == len(PROVIDERS)
    clock.advance(1.1)
    await finder.search("bonk", Deadline.after(clock, 8))
    assert len(gateway.calls) == 2 * len(PROVIDERS)
