"""How a list is asked for, and the least time it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.enrichment.lanes import lanes, least_s
from data.gateway.limits import Pace
from data.models.fields import HOLDERS, PRICE_USD, RISK_SCORE, SYMBOL
from data.models.ids import SOL, Chain, TokenKey
from data.models.market import Capability
from data.providers.base import Provider, Quota
from tests.fakes.crowd import crowd
from tests.unit.core.enrichment.vendors import endpoint, provider

WANTED = frozenset({PRICE_USD, SYMBOL, HOLDERS, RISK_SCORE})
ONE = endpoint(Capability.META, "/meta/{address}", PRICE_USD, SYMBOL, HOLDERS)
MANY = replace(endpoint(Capability.PRICE, "/prices/{addresses}", PRICE_USD), batch=30)


def test_a_source_that_takes_many_at_once_is_asked_in_no_other_way() -> None:
    chosen = lanes([SOL], WANTED, [provider("a", ONE, MANY)])
    assert [lane.endpoint for lane in chosen] == [MANY]


def test_a_source_that_takes_one_at_a_time_is_asked_where_it_tells_most() -> None:
    little = endpoint(Capability.SECURITY, "/risk/{address}", RISK_SCORE)
    assert [lane.endpoint for lane in lanes([SOL], WANTED, [provider("a", little, ONE)])] == [ONE]
    assert lanes([SOL], frozenset({PRICE_USD}), [provider("a", little)]) == ()


def test_each_chain_has_lanes_of_its_own() -> None:
    base = TokenKey(Chain.BASE, f"0x{1:040x}")
    both = provider("a", MANY, chains=(Chain.SOLANA, Chain.BASE))
    chosen = lanes([base, SOL], WANTED, [both, provider("b", MANY)])
    assert [(lane.provider.id, lane.chain) for lane in chosen] == [
        ("a", Chain.BASE), ("a", Chain.SOLANA), ("b", Chain.SOLANA),
    ]  # fmt: skip
    assert len({lane.name for lane in chosen}) == 3


def test_the_least_time_is_what_is_left_after_the_burst() -> None:
    pace = Pace.of(Quota(calls=60, per_s=60.0, burst=11))
    (lane,) = lanes([SOL], WANTED, [provider("a", MANY)])
    told = least_s({lane: 1_000}, lambda provider, quota, cost: pace.least_us(cost) / 1e6)
    # 1,000 coins are 34 calls: 11 at once, then one each 60/50 s.
    assert told == {"a": pytest.approx(23 * 1.2)}


def test_what_shares_a_quota_is_added_up_and_what_does_not_goes_side_by_side() -> None:
    two = replace(MANY, path="/more/{addresses}", fields=frozenset({SYMBOL}), batch=10, cost=2)
    apart = replace(two, quota="other")

    def pace(provider: Provider, quota: str, cost: int) -> float:
        return float(cost)

    shared = lanes([SOL], WANTED, [provider("a", MANY, two)])
    assert least_s(dict.fromkeys(shared, 60), pace) == {"a": 2 + 12}
    side = lanes([SOL], WANTED, [provider("a", MANY, apart)])
    assert least_s(dict.fromkeys(side, 60), pace) == {"a": 12}


def test_every_source_that_tells_of_tokens_has_a_lane() -> None:
    """No source is left out by how it is asked: those without a lane tell nothing of single coins."""
    providers = crowd()
    chosen = {lane.provider.id for lane in lanes([SOL], WANTED, providers.values())}
    assert {"coinpaprika", "cryptocompare", "cryptopanic", "serum"}.isdisjoint(chosen)
    assert len(chosen) >= 10
