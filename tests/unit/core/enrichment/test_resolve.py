"""From answers to a snapshot: whoever answers first, the same; and what contradicts itself is marked."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enrichment import resolve
from core.enrichment.observe import added_up, depth, merged_pools, observations, told
from data.models import fields as f
from data.models.fields import Field, Span
from data.models.ids import SOL, ProviderId
from data.models.market import Answer, Capability, Resolved, SecurityReport, TokenSnapshot
from tests.fakes.clock import START
from tests.unit.core.enrichment.vendors import BONK, POOL, answer, pool, priced, report, seen

TRUST = {ProviderId("a"): 0.9, ProviderId("b"): 0.7, ProviderId("c"): 0.6, ProviderId("solana"): 1.0}


def snapshot(*answers: Answer) -> TokenSnapshot:
    return resolve.snapshot(
        BONK, answers, (), trust=TRUST, asked=tuple(each.source for each in answers), now=START
    )


ANSWERS = [
    priced("a", "1.00"),
    priced("b", "1.01"),
    priced("c", "7"),
    answer("a", pool(usd="1.02", liquidity="500"), capability=Capability.POOLS),
    answer("b", pool(usd="0.99", liquidity="900"), pool("other", liquidity="5"), capability=Capability.POOLS),
    answer("c", SecurityReport(token=BONK, risks=(), score=20, rugged=False), capability=Capability.SECURITY),
    answer("solana", report((f.DECIMALS, 5)), capability=Capability.AUTHORITIES),
]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(rng: random.Random) -> None:
    shuffled = ANSWERS[:]
    rng.shuffle(shuffled)
    expected, found = snapshot(*ANSWERS), snapshot(*shuffled)
    assert found.resolved == expected.resolved
    assert found.pools == expected.pools
    assert found.scans == expected.scans
    assert found.answered == expected.answered


def test_a_snapshot_says_who_stood_behind_each_figure() -> None:
    found = snapshot(*ANSWERS)
    price = found.get(f.PRICE_USD)
    assert price is not None
    assert {each.source for each in price.sources} == {"a", "b"}
    assert {each.source for each in price.rejected} == {"c"}
    assert price.spread == pytest.approx(Decimal("0.0099"), abs=Decimal("0.0001"))
    assert found.value(f.RISK_SCORE) == 20
    assert found.value(f.DECIMALS) == 5
    assert found.answered == ("a", "b", "c", "solana")


def test_a_vendors_own_total_goes_before_the_sum_of_its_pools() -> None:
    own = answer("a", report((f.LIQUIDITY_USD, Decimal(77))))
    pools = answer("a", pool(liquidity="10"), pool("p2", liquidity="20"), capability=Capability.POOLS)
    assert snapshot(own, pools).value(f.LIQUIDITY_USD) == 77
    assert snapshot(pools).value(f.LIQUIDITY_USD) == 30


def test_prices_come_from_the_deepest_pool_and_flows_from_all() -> None:
    deep, shallow = pool("deep", usd="1", liquidity="900"), pool("shallow", usd="9", liquidity="1")
    found = {fact.field: fact.value for fact in added_up(BONK, answer("a", shallow, deep))}
    assert found[f.PRICE_USD] == 1
    assert found[f.VOLUME_USD[Span.H24]] == 20
    assert found[f.BUYS[Span.H24]] == 6
    assert f.VOLUME_USD[Span.M5] not in found


def test_a_pool_in_which_the_token_is_only_the_price_tells_nothing_of_it() -> None:
    other = pool(base=SOL, quote=BONK)
    assert added_up(BONK, answer("a", other)) == ()
    assert merged_pools(BONK, [answer("a", other)]) == ()


def test_liquidity_that_no_pool_knows_is_unknown_and_zero_is_a_fact() -> None:
    assert snapshot(answer("a", pool(liquidity=None))).get(f.LIQUIDITY_USD) is None
    assert snapshot(answer("a", pool(liquidity="0"))).value(f.LIQUIDITY_USD) == 0


def test_what_is_said_of_another_token_is_passed_over() -> None:
    stranger = report((f.PRICE_USD, Decimal(5)), token=SOL)
    assert told(BONK, answer("a", stranger)) == ()
    assert snapshot(answer("a", stranger)).resolved == {}


def test_one_vendor_counts_once_a_field() -> None:
    twice = [priced("a", "1"), answer("a", pool(usd="2"), capability=Capability.POOLS)]
    seen_prices = observations(BONK, sorted(twice, key=lambda each: each.capability), TRUST)[f.PRICE_USD]
    assert len(seen_prices) == 1


def test_pools_are_listed_once_and_deepest_first() -> None:
    pools = merged_pools(BONK, ANSWERS)
    assert [each.address for each in pools] == [POOL, "other"]
    assert pools[0].liquidity_usd == 900
    assert depth(pools[0]) > depth(pools[1])


TENFOLD = "contradicts price x supply: a zero was lost or gained"
MILLIONS = "contradicts price x supply: millions were read as thousands"


def notes(**values: str) -> dict[str, str]:
    resolved: dict[Field[Any], Resolved[Any]] = {}
    for name, value in values.items():
        key = f.FIELDS[name]
        each = seen("a", Decimal(value))
        resolved[key] = Resolved(field=key, value=each.value, sources=(each,))
    return {key.name: each.note for key, each in resolve.with_notes(resolved).items() if each.note}


@pytest.mark.parametrize(
    ("values", "noted"),
    [
        ({"mcap": "1000000", "liquidity": "1"}, {"mcap": "no liquidity behind it"}),
        ({"mcap": "1000000", "liquidity": "0"}, {"mcap": "no liquidity behind it"}),
        ({"mcap": "1000000", "liquidity": "50000"}, {}),
        ({"mcap": "1000000"}, {}),
        ({"fdv": "1000", "price": "1", "supply": "1000"}, {}),
        ({"fdv": "10000", "price": "1", "supply": "1000"}, {"fdv": TENFOLD}),
        ({"fdv": "100", "price": "1", "supply": "1000"}, {"fdv": TENFOLD}),
        ({"fdv": "1", "price": "1", "supply": "1000"}, {"fdv": MILLIONS}),
        ({"fdv": "5000", "price": "1", "supply": "1000"}, {"fdv": "contradicts price x supply"}),
        ({"fdv": "1240", "price": "1", "supply": "1000"}, {}),
        ({"fdv": "760", "price": "1", "supply": "1000"}, {}),
        ({"fdv": "1260", "price": "1", "supply": "1000"}, {"fdv": "contradicts price x supply"}),
        ({"fdv": "740", "price": "1", "supply": "1000"}, {"fdv": "contradicts price x supply"}),
        ({"mcap": "10000", "price": "1", "supply": "1000"}, {"mcap": TENFOLD}),
        ({"mcap": "10", "price": "1", "supply": "1000"}, {}),
        ({"fdv": "0", "price": "1", "supply": "1000"}, {"fdv": "contradicts price x supply"}),
        ({"volume_24h": "101", "liquidity": "1"}, {"volume_24h": "more volume than the liquidity can carry"}),
        ({"volume_24h": "99", "liquidity": "1"}, {}),
        ({"volume_24h": "99", "liquidity": "0.5"}, {}),
        ({"price": "1", "buys_24h": "0", "sells_24h": "0"}, {"price": "nobody traded in 24 h"}),
        (
            {"price": "1", "volume_24h": "9", "buys_24h": "0", "sells_24h": "0"},
            {"volume_24h": "volume without a trade"},
        ),
        ({"price": "1", "buys_24h": "0", "sells_24h": "3"}, {}),
        ({"price": "1", "buys_24h": "0"}, {}),
        ({"mcap": "3800000000", "liquidity": "0.59"}, {"mcap": "no liquidity behind it"}),
        ({"fdv": "10", "price": "1", "supply": "0"}, {}),
        ({"fdv": "1e30", "price": "1e-30", "supply": "1e30"}, {"fdv": "contradicts price x supply"}),
        (
            {"fdv": "1e9", "price": "1", "supply": "1", "liquidity": "2"},
            {"fdv": "no liquidity behind it, contradicts price x supply"},
        ),
    ],
)
def test_a_figure_that_cannot_be_is_marked(values: dict[str, str], noted: dict[str, str]) -> None:
    assert notes(**values) == noted


def test_a_spread_is_measured_over_numbers_alone() -> None:
    assert resolve.spread([Decimal(1)]) is None
    assert resolve.spread(["a", "b"]) is None
    assert resolve.spread([Decimal(0), Decimal(0)]) == 0
    assert resolve.spread([Decimal(1), Decimal(2)]) == Decimal("0.5")
    assert resolve.spread([Decimal("-2"), Decimal(1)]) == Decimal("1.5")
