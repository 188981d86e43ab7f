"""CoinGecko's answers, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CHANGE,
    CIRCULATING,
    DECIMALS,
    FDV_USD,
    LINKS,
    LISTED_ID,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    Link,
    Span,
)
from data.models.ids import Chain
from data.models.market import Capability
from data.providers import coingecko
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.recorded import NOW, WBTC, WETH, ask, find, sample

AT = datetime(2026, 5, 25, 10, 10, tzinfo=UTC)


def of(name: str) -> Any:
    return sample("coingecko", name)


def test_a_coin_is_read_in_full() -> None:
    (report,) = coingecko.parse_coin(of("coins-contract-weth.json"), ask(WETH), AT)
    assert (report.get(LISTED_ID), report.get(SYMBOL), report.get(NAME)) == ("weth", "WETH", "WETH")
    assert report.get(PRICE_USD) == Decimal("2115.04")
    assert (report.get(MARKET_CAP_USD), report.get(FDV_USD)) == (Decimal(4793905266), Decimal(4793905266))
    assert report.get(CIRCULATING) == report.get(SUPPLY) == Decimal("2267926.915444636")
    assert (report.get(ATH_USD), report.get(ATH_AT)) == (
        Decimal("4950.08"),
        datetime(2025, 8, 24, 19, 28, 11, 411000, tzinfo=UTC),
    )
    assert report.get(CHANGE[Span.H24]) == Decimal("-0.0015656")
    assert report.get(CHANGE[Span.H1]) == Decimal("-0.0000865")
    assert report.get(DECIMALS) == 18
    assert report.get(LINKS) == (Link("website", "https://ethereum.org/en/wrapped-eth"),)
    assert report.as_of == datetime(2026, 5, 25, 10, 9, 2, 821000, tzinfo=UTC)


def test_a_stale_coin_keeps_its_high_and_loses_its_price() -> None:
    (report,) = coingecko.parse_coin(of("coins-contract-weth.json"), ask(WETH), AT + timedelta(hours=2))
    assert report.get(PRICE_USD) is None and report.get(MARKET_CAP_USD) is None
    assert report.get(ATH_USD) == Decimal("4950.08")


def test_a_native_coin_has_no_contract_and_is_no_answer() -> None:
    with pytest.raises(BadPayload):
        coingecko.parse_coin(of("coins-id-bitcoin.json"), ask(WETH), AT)


@pytest.mark.parametrize("nothing", [0, None, {}])
def test_a_cap_of_nothing_is_unknown(nothing: Any) -> None:
    body = of("coins-contract-weth.json")
    body["market_data"]["market_cap"] = {"usd": nothing}
    (report,) = coingecko.parse_coin(body, ask(WETH), AT)
    assert report.get(MARKET_CAP_USD) is None and report.get(PRICE_USD) is not None


def test_prices_are_found_though_the_vendor_writes_addresses_small() -> None:
    (report,) = coingecko.parse_prices(of("simple-token-price-wbtc.json"), ask(WBTC, WETH), NOW)
    assert report.token == WBTC
    assert report.get(PRICE_USD) == 76721
    assert report.get(MARKET_CAP_USD) == Decimal("9008047197.715635")
    assert report.get(CHANGE[Span.H24]) == Decimal("-0.016069562341774564")
    assert report.as_of == datetime(2026, 5, 18, 8, 55, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "body", [{}, {WETH.address: {}}, {WETH.address: {"usd": None}}, {WETH.address: None}]
)
def test_an_unknown_contract_is_not_listed(body: Any) -> None:
    with pytest.raises(NotListed):
        coingecko.parse_prices(body, ask(WETH), NOW)


def test_an_old_price_is_no_price() -> None:
    with pytest.raises(NotListed):
        coingecko.parse_prices(of("simple-token-price-wbtc.json"), ask(WBTC), NOW + timedelta(hours=2))


def test_a_dollar_is_compared_with_other_money_through_one_coin() -> None:
    prices = of("coins-id-bitcoin.json")["market_data"]["current_price"]
    body = {"bitcoin": prices | {"last_updated_at": 1712503491}}
    dollar, euro = coingecko.parse_rates(body, ask(), NOW)
    assert (dollar.currency, dollar.per_usd) == ("USD", Decimal(1))
    assert (euro.currency, round(euro.per_usd, 6)) == ("EUR", Decimal("0.921750"))
    assert euro.as_of == datetime(2024, 4, 7, 15, 24, 51, tzinfo=UTC)


def test_a_price_in_dollars_alone_gives_no_other_rate() -> None:
    assert [rate.currency for rate in coingecko.parse_rates(of("simple-price-btc.json"), ask(), NOW)] == [
        "USD"
    ]
    assert len(coingecko.parse_rates(of("simple-price-two-ids-live.json"), ask(), NOW)) == 1


@pytest.mark.parametrize("body", [{}, {"bitcoin": {"eur": 64375}}, {"bitcoin": {"usd": 0, "eur": 64375}}])
def test_rates_without_a_dollar_price_are_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        coingecko.parse_rates(body, ask(), NOW)


def test_every_currency_asked_for_is_one_the_vendor_quotes() -> None:
    currencies = coingecko.CURRENCIES.split(",")
    assert set(currencies) <= set(of("simple-supported-vs-currencies.json"))
    assert len(currencies) == len(set(currencies)) and currencies[0] == "usd"


def test_rates_are_asked_for_in_one_call() -> None:
    endpoint = find(coingecko.PROVIDER, "/simple/price")
    target = Call(provider=coingecko.PROVIDER, endpoint=endpoint, ask=Ask()).target
    assert target.startswith("/simple/price?ids=usd-coin&vs_currencies=usd,eur,gbp,")
    assert target.endswith("&include_last_updated_at=true&precision=full")


def test_our_chains_are_platforms_of_the_vendor() -> None:
    platforms = coingecko.PROVIDER.chains
    assert platforms[Chain.SOLANA] in {row["id"] for row in of("asset-platforms-solana.json")}
    listed = {platform for row in of("coins-list-with-platforms.json") for platform in row["platforms"]}
    assert {platforms[Chain.SOLANA], platforms[Chain.ETHEREUM]} == listed


def test_no_search_is_offered_since_it_names_no_contract() -> None:
    assert all(endpoint.capability is not Capability.SEARCH for endpoint in coingecko.PROVIDER.endpoints)
    assert all("platforms" not in coin for coin in of("search-ethereum.json")["coins"])


def test_the_source_is_named_as_the_free_plan_requires() -> None:
    assert "CoinGecko" in coingecko.PROVIDER.attribution


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"status": {"error_code": 10002, "error_message": "API Key Missing"}}, KeyRejected),
        (401, {"status": {"error_code": 10011, "error_message": "wrong host"}}, KeyRejected),
        (401, {"status": {"error_code": 10005, "error_message": "exclusive to paid plans"}}, NotListed),
        (400, {"error": "invalid vs_currency"}, BadPayload),
        (200, {"error": "something broke"}, Unavailable),
        (200, {"status": {"error_code": 500}}, Unavailable),
        (502, None, Unavailable),
        (429, None, RateLimited),
    ],
)
def test_refusals_are_told_apart(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(coingecko.PROVIDER, status, body)) is error


def test_a_coin_called_status_is_no_refusal() -> None:
    assert classify(coingecko.PROVIDER, 200, {"status": {"usd": Decimal("0.02")}}) is None
