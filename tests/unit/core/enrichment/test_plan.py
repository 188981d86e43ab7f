"""Which calls to make: all that is wanted, of as few as tell it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import all_providers
from core.enrichment.plan import calls_for, candidates, cover, plan_calls
from core.security import service
from data.models.fields import CREATOR, HOLDERS, LINKS, PRICE_USD, RISK_SCORE, SYMBOL, Field
from data.models.ids import Chain, TokenKey
from data.models.market import Capability
from data.providers.base import Ask, Provider
from handlers.cards import price, token
from tests.unit.core.enrichment.vendors import BONK, endpoint, market, provider

UNI = TokenKey(Chain.ETHEREUM, "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984")
FIELDS = [PRICE_USD, SYMBOL, HOLDERS, LINKS, RISK_SCORE, CREATOR]
some_fields = st.frozensets(st.sampled_from(FIELDS), min_size=1)
PROVIDERS = list(all_providers().values())
CARDS = {"token": token.WANTED, "price": price.WANTED, "security": service.WANTED}


@given(some_fields, st.lists(some_fields, min_size=1, max_size=5))
def test_endpoints_cover_what_can_be_had_and_none_is_idle(
    wanted: frozenset[Field[object]], offers: list[frozenset[Field[object]]]
) -> None:
    endpoints = [endpoint(Capability.META, f"/{n}/{{address}}", *each) for n, each in enumerate(offers)]
    chosen = cover(wanted, endpoints)
    had = frozenset[Field[object]]().union(*(each.fields for each in chosen)) if chosen else frozenset()
    assert wanted & had == wanted & frozenset[Field[object]]().union(*offers)
    for each in chosen:
        others = [other.fields for other in chosen if other is not each]
        assert each.fields & wanted or not others


def test_one_call_that_tells_all_is_enough() -> None:
    one = endpoint(Capability.META, "/all/{address}", PRICE_USD, SYMBOL, HOLDERS)
    others = [endpoint(Capability.PRICE, "/p/{address}", PRICE_USD), endpoint(Capability.META, "/s", SYMBOL)]
    assert cover({PRICE_USD, SYMBOL}, [*others, one]) == (one,)


def test_of_equal_endpoints_the_cheaper_is_chosen() -> None:
    dear = endpoint(Capability.META, "/dear/{address}", PRICE_USD, cost=5)
    cheap = endpoint(Capability.META, "/cheap/{address}", PRICE_USD)
    assert cover({PRICE_USD}, [dear, cheap]) == (cheap,)


def test_a_price_is_asked_of_everybody_and_a_link_of_one() -> None:
    vendors = [
        provider(
            name,
            endpoint(Capability.PRICE, "/p/{address}", PRICE_USD),
            endpoint(Capability.META, "/m/{address}", LINKS),
            trust=trust,
        )
        for name, trust in (("low", 0.5), ("high", 0.9), ("mid", 0.7))
    ]
    calls = plan_calls(BONK, {PRICE_USD, LINKS}, vendors)
    asked = [(call.provider.id, call.endpoint.capability) for call in calls]
    assert [name for name, capability in asked if capability is Capability.PRICE] == ["high", "mid", "low"]
    assert [name for name, capability in asked if capability is Capability.META] == ["high"]


def test_a_vendor_that_is_down_is_not_counted_on() -> None:
    vendors = [
        provider(name, endpoint(Capability.META, "/m/{address}", LINKS), trust=trust)
        for name, trust in (("high", 0.9), ("low", 0.5))
    ]
    assert [call.provider.id for call in plan_calls(BONK, {LINKS}, vendors)] == ["high"]
    down = plan_calls(BONK, {LINKS}, vendors, down={vendors[0].id})
    assert [call.provider.id for call in down] == ["high", "low"]


def test_nobody_is_asked_of_a_chain_that_they_do_not_know() -> None:
    assert (
        plan_calls(UNI, {PRICE_USD}, [provider("a", endpoint(Capability.PRICE, "/{address}", PRICE_USD))])
        == ()
    )


def test_what_goes_by_another_name_is_no_candidate() -> None:
    assert [each.path for each in candidates(market("a"), BONK)] == ["/price/{address}"]
    (call,) = calls_for(Capability.SEARCH, Ask(query="x"), [market("a")], by="query")
    assert call.endpoint.capability is Capability.SEARCH
    assert calls_for(Capability.SEARCH, Ask(), [market("a")], by="pool") == ()


@pytest.mark.parametrize("card", CARDS)
def test_the_real_sources_together_can_tell_every_figure_of_a_card(card: str) -> None:
    calls = plan_calls(BONK, CARDS[card], PROVIDERS)
    told = frozenset[Field[object]]().union(*(call.endpoint.fields for call in calls))
    assert told >= CARDS[card]
    assert len(calls) == len({(call.provider.id, call.endpoint.name) for call in calls})
    assert len(calls) <= 2 * len(PROVIDERS)


@given(some_fields, st.sampled_from([BONK, UNI]))
def test_the_order_of_the_providers_does_not_matter(wanted: frozenset[Field[object]], key: TokenKey) -> None:
    def named(providers: list[Provider]) -> list[str]:
        return [f"{call.provider.id} {call.endpoint.name}" for call in plan_calls(key, wanted, providers)]

    assert named(PROVIDERS) == named(PROVIDERS[::-1])
