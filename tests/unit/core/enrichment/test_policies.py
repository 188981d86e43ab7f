"""How several vendors' words become one: by majority, by trust, by the chain alone, never by order."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.enrichment import policies
from core.enrichment.policies import CHAIN, POLICIES, Choice
from data.models import fields as f
from data.models.fields import Authority, Field
from data.models.ids import ProviderId
from tests.fakes.clock import START
from tests.unit.core.enrichment.vendors import seen

PRICE = POLICIES[f.PRICE_USD]
NUMERIC = [
    f.PRICE_USD, f.MARKET_CAP_USD, f.FDV_USD, f.LIQUIDITY_USD, *f.CHANGE.values(), *f.VOLUME_USD.values(),
]  # fmt: skip


def chose(field: Field[Any], *observations: Any) -> Choice:
    choice = POLICIES[field](observations, START)
    assert choice is not None
    return choice


def sources(observations: tuple[Any, ...]) -> set[str]:
    return {each.source for each in observations}


honest = st.lists(st.floats(0.997, 1.003), min_size=2, max_size=6)
lies = st.sampled_from([1000, 0.001, 10, 0.1, 2, 0.5, 1e12, 1e-12, 0])


@given(honest, lies, st.decimals(Decimal("1e-12"), Decimal("1e6"), allow_nan=False), st.floats(0.05, 1))
def test_one_liar_among_three_or_more_moves_a_price_by_less_than_a_percent(
    honest: list[float], lie: float, usd: Decimal, trust: float
) -> None:
    said = [seen(f"v{n}", usd * Decimal(repr(each))) for n, each in enumerate(honest)]
    liar = seen("liar", usd * Decimal(repr(lie)), trust=trust)
    choice = chose(f.PRICE_USD, *said, liar)
    assert abs(choice.value - usd) < usd * Decimal("0.01")
    assert sources(choice.rejected) == {"liar"}
    assert not choice.disputed


def test_three_agree_and_one_is_off_tenfold() -> None:
    said = [seen("a", Decimal("1.000")), seen("b", Decimal("1.001")), seen("c", Decimal("0.999"))]
    without = chose(f.PRICE_USD, *said)
    choice = chose(f.PRICE_USD, *said, seen("d", Decimal("10")))
    assert abs(choice.value / without.value - 1) < Decimal("0.01")
    assert sources(choice.rejected) == {"d"}
    assert sources(choice.sources) == {"a", "b", "c"}


@given(
    st.lists(
        st.tuples(
            st.decimals(Decimal("1e-9"), Decimal("1e9"), allow_nan=False),
            st.floats(0.1, 1),
            st.floats(0, 300),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    st.sampled_from(NUMERIC),
)
def test_a_value_is_always_one_that_somebody_said(
    rows: list[tuple[Decimal, float, float, bool]], field: Field[Any]
) -> None:
    said = [
        seen(f"v{n}", value, trust=trust, age_s=age, stale=stale)
        for n, (value, trust, age, stale) in enumerate(rows)
    ]
    choice = chose(field, *said)
    assert choice.value in {each.value for each in said}
    assert choice.sources
    assert sources(choice.sources) | sources(choice.rejected) == sources(tuple(said))
    assert not sources(choice.sources) & sources(choice.rejected)


@pytest.mark.parametrize("field", NUMERIC, ids=lambda field: field.name)
def test_the_order_of_the_observations_does_not_matter(field: Field[Any]) -> None:
    said = [
        seen("a", Decimal("1"), trust=0.9), seen("b", Decimal("1.01"), trust=0.7),
        seen("c", Decimal("5"), trust=0.8), seen("d", Decimal("1.02"), trust=0.6, age_s=30),
    ]  # fmt: skip
    for count in (1, 2, 3, 4):
        outcomes = {
            (choice.value, choice.disputed, frozenset(sources(choice.sources)))
            for some in itertools.permutations(said[:count])
            for choice in [chose(field, *some)]
        }
        assert len(outcomes) == 1


def test_two_that_disagree_are_a_dispute_that_trust_decides() -> None:
    low, high = seen("low", Decimal("1"), trust=0.9), seen("high", Decimal("2"), trust=0.5)
    for pair in ((low, high), (high, low)):
        choice = chose(f.PRICE_USD, *pair)
        assert choice.disputed
        assert choice.value == 1
        assert sources(choice.rejected) == {"high"}


def test_two_that_agree_stand_together() -> None:
    choice = chose(f.PRICE_USD, seen("a", Decimal("1.00")), seen("b", Decimal("1.04")))
    assert not choice.disputed
    assert sources(choice.sources) == {"a", "b"}


def test_of_two_that_disagree_the_stale_one_gives_way() -> None:
    fresh, stale = seen("fresh", Decimal("2"), trust=0.6), seen("stale", Decimal("1"), trust=0.9, stale=True)
    assert chose(f.PRICE_USD, fresh, stale).value == 2
    old = seen("old", Decimal("1"), trust=0.9, age_s=120)
    assert chose(f.PRICE_USD, fresh, old).value == 2


def test_three_without_a_majority_are_a_dispute() -> None:
    said = [
        seen("a", Decimal("1"), trust=0.5),
        seen("b", Decimal("3"), trust=0.9),
        seen("c", Decimal("9"), trust=0.6),
    ]
    choice = chose(f.PRICE_USD, *said)
    assert choice.disputed
    assert choice.value == 3


def test_two_against_two_are_a_dispute() -> None:
    said = [
        seen("a", Decimal("1")),
        seen("b", Decimal("1")),
        seen("c", Decimal("5")),
        seen("d", Decimal("5")),
    ]
    assert chose(f.PRICE_USD, *said).disputed


def test_sums_over_different_pools_are_no_contradiction() -> None:
    said = [seen("a", Decimal("100")), seen("b", Decimal("70"))]
    assert not chose(f.LIQUIDITY_USD, *said).disputed
    assert chose(f.PRICE_USD, *said).disputed


CHAIN_ALONE = [
    (f.DECIMALS, 5, 6),
    (f.SUPPLY, Decimal(100), Decimal(200)),
    (f.MINT_AUTHORITY, Authority(None), Authority("7dGb")),
    (f.FREEZE_AUTHORITY, Authority("7dGb"), Authority(None)),
    (f.TOKEN_PROGRAM, "spl", "token-2022"),
    (f.TRANSFER_FEE_RATIO, Decimal("0.05"), Decimal(0)),
    (f.NEXT_FEE_RATIO, Decimal("0.25"), Decimal(0)),
    (f.NEXT_FEE_EPOCH, 900, 901),
    (f.EXTENSIONS, ("transferFeeConfig",), ()),
]


@pytest.mark.parametrize(("field", "truth", "claim"), CHAIN_ALONE, ids=lambda case: getattr(case, "name", ""))
def test_what_the_chain_decides_nobody_else_may(field: Field[Any], truth: Any, claim: Any) -> None:
    claims = (seen("a", claim, trust=1.0), seen("b", claim, trust=1.0), seen("c", claim, trust=1.0))
    assert POLICIES[field](claims, START) is None
    choice = chose(field, *claims, seen(CHAIN, truth, trust=0.1))
    assert choice.value == truth
    assert choice.disputed
    assert sources(choice.sources) == {CHAIN}
    agreed = chose(field, seen("a", truth), seen(CHAIN, truth))
    assert not agreed.disputed


def test_of_risks_the_worst_and_of_safeguards_the_weakest_stands() -> None:
    assert chose(f.RISK_SCORE, seen("a", 10), seen("b", 80)).value == 80
    assert chose(f.RUGGED, seen("a", False), seen("b", True)).value is True
    assert chose(f.TOP10_RATIO, seen("a", Decimal("0.2")), seen("b", Decimal("0.5"))).value == Decimal("0.5")
    assert chose(f.LP_LOCKED_RATIO, seen("a", Decimal(1)), seen("b", Decimal("0.1"))).value == Decimal("0.1")
    early, late = START - timedelta(days=9), START - timedelta(days=2)
    assert chose(f.CREATED_AT, seen("a", late), seen("b", early)).value == early


def test_names_are_the_most_trusted_sources() -> None:
    choice = chose(f.SYMBOL, seen("a", "BONK", trust=0.9), seen("b", "B0NK", trust=0.5), seen("c", "BONK"))
    assert choice.value == "BONK"
    assert sources(choice.sources) == {"a", "c"}
    assert sources(choice.rejected) == {"b"}


def test_counts_are_the_freshest() -> None:
    choice = chose(f.HOLDERS, seen("a", 10, age_s=90, trust=1.0), seen("b", 12, age_s=1, trust=0.2))
    assert choice.value == 12
    assert chose(f.HOLDERS, seen("a", 10, stale=True), seen("b", 9, age_s=500)).value == 9


def test_freshness_and_trust_make_the_weight() -> None:
    full = policies.weight(seen("a", 1, trust=0.8), START)
    assert full == pytest.approx(0.8)
    assert policies.weight(seen("a", 1, trust=0.8, age_s=60), START) == pytest.approx(0.4)
    assert policies.weight(seen("a", 1, trust=0.8, stale=True), START) == pytest.approx(0.24)
    from_the_future = seen("a", 1, trust=0.8, age_s=-3600)
    assert policies.weight(from_the_future, START) == pytest.approx(0.8)


def test_the_chain_has_one_name() -> None:
    assert ProviderId("solana") == CHAIN
