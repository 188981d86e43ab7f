"""DexScreener's answers, read by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, NotListed, RateLimited
from data.models.fields import (
    CHANGE,
    IMAGE_URL,
    LINKS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    SYMBOL,
    Link,
    Span,
)
from data.models.ids import SOL, Chain
from data.models.market import Activity, TokenMatch
from data.providers import dexscreener
from data.providers.base import Call, classify
from tests.unit.data.providers.recorded import (
    BONK,
    KYS,
    KYS_POOL,
    NOW,
    QUANTUS,
    TALUS,
    WETH,
    WETH_USDC_POOL,
    WHUF,
    ask,
    find,
    promoted,
    sample,
)

POOL_ASK = ask(pool=KYS_POOL)


def of(name: str) -> Any:
    return sample("dexscreener", name)


def bonding() -> Any:
    return of("latest-dex-pairs-multi-solana-bonding-curve.json")


def test_pools_of_another_chain_are_not_ours_even_when_they_come_first() -> None:
    body = of("latest-dex-tokens-weth-wrong-chain-first.json")
    pools = dexscreener.parse_token_pools(body, ask(WETH), NOW)
    assert [pool.address for pool in pools] == [
        "0xe0554a476a092703abdb3ef35c80e0d76d32939f",
        WETH_USDC_POOL,
    ]
    assert [pool.price_usd for pool in pools] == [Decimal("2700.99"), Decimal("2701.37")]


def test_a_pool_is_read_in_full() -> None:
    body = of("latest-dex-pairs-eth-single.json")
    (pool,) = dexscreener.parse_pool(body, ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM), NOW)
    assert pool.dex == "uniswap"
    assert (pool.base.token, pool.base.symbol, pool.base.name) == (WETH, "WETH", "Wrapped Ether")
    assert pool.quote.symbol == "USDC"
    assert pool.price_quote == Decimal("2701.3735")
    assert pool.liquidity_usd == Decimal("98107272.35")
    assert (pool.fdv_usd, pool.market_cap_usd) == (Decimal(5528581517), Decimal(5530815254))
    assert pool.created_at == datetime(2021, 5, 5, 21, 42, 11, tzinfo=UTC)
    assert pool.activity[Span.H24] == Activity(
        volume_usd=Decimal("17174868.85"), buys=6104, sells=6834, change_ratio=Decimal("0.0058")
    )
    assert pool.activity[Span.M5].change_ratio is None
    assert pool.image_url is not None and pool.image_url.startswith(
        "https://cdn.dexscreener.com/cms/images/e7ad"
    )


def test_a_pool_is_found_by_its_checksummed_address() -> None:
    asked = ask(pool="0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640", chain=Chain.ETHEREUM)
    assert len(dexscreener.parse_pool(of("latest-dex-pairs-eth-single.json"), asked, NOW)) == 1


def test_a_bonding_curve_has_unknown_liquidity_not_none() -> None:
    (pool,) = dexscreener.parse_pool(bonding(), POOL_ASK, NOW)
    assert pool.dex == "pumpfun"
    assert pool.liquidity_usd is None
    assert pool.price_usd == Decimal("0.000007690")
    assert pool.activity[Span.M5].change_ratio == Decimal("-0.6335")
    assert pool.created_at == datetime(2026, 10, 10, 11, 25, 54, tzinfo=UTC)


def test_a_rugged_pool_shows_zero_liquidity_beside_its_giant_cap() -> None:
    body = of("tokens-v1-solana-rugged-zero-liquidity.json")
    (talus,) = dexscreener.parse_token_pools(body, ask(TALUS), NOW)
    (quantus,) = dexscreener.parse_token_pools(body, ask(QUANTUS), NOW)
    assert (talus.liquidity_usd, talus.market_cap_usd) == (Decimal(0), Decimal(1449875))
    assert (quantus.liquidity_usd, quantus.market_cap_usd) == (Decimal("0.59"), Decimal(3814569008))
    assert quantus.activity[Span.H24].change_ratio == Decimal("341554.35")


def test_a_batch_gives_each_token_once_and_is_silent_on_the_unknown() -> None:
    body = of("tokens-v1-solana-rugged-zero-liquidity.json")
    reports = dexscreener.parse_prices(body, ask(BONK, WHUF, TALUS), NOW)
    assert [report.token for report in reports] == [WHUF, TALUS]
    assert reports[0].get(PRICE_USD) == Decimal("2.566E-15")
    assert reports[0].get(MARKET_CAP_USD) is None
    assert reports[1].get(CHANGE[Span.H24]) == Decimal("129.93")
    assert reports[1].get(LIQUIDITY_USD) is None
    assert reports[1].get(SYMBOL) == "US"


def test_a_token_is_priced_by_its_deepest_pool() -> None:
    body = of("latest-dex-tokens-weth-wrong-chain-first.json")["pairs"]
    (report,) = dexscreener.parse_prices(body, ask(WETH), NOW)
    assert report.get(PRICE_USD) == Decimal("2701.37")


def test_a_price_carries_the_links_of_the_issuer() -> None:
    (report,) = dexscreener.parse_prices(bonding()["pairs"], ask(KYS), NOW)
    assert report.get(LINKS) == (
        Link("twitter", "https://x.com/thealexmorgan15/status/2108881704198849011"),
        Link("instagram", "https://www.instagram.com/p/DeT-GDuH1Yc/"),
    )


def test_an_older_social_is_named_by_its_platform() -> None:
    row = bonding()["pairs"][2]
    row["info"]["socials"] = [{"platform": "telegram", "url": "https://t.me/kys"}]
    (report,) = dexscreener.parse_prices([row], ask(KYS), NOW)
    assert report.get(LINKS) == (Link("telegram", "https://t.me/kys"),)


def test_a_search_lists_each_token_of_the_chain_once_with_its_deepest_pool() -> None:
    matches = dexscreener.parse_search(of("latest-dex-search-wbtc-usdc.json"), ask(query="wbtc"), NOW)
    assert [(match.token.address[:4], match.name, match.liquidity_usd) for match in matches] == [
        ("3NZ9", "Wrapped BTC (Wormhole)", Decimal("124196.63")),
        ("5XZw", "Wrapped BTC", Decimal("456132.87")),
    ]
    assert {(match.symbol, match.verified, match.source) for match in matches} == {
        ("WBTC", False, "dexscreener")
    }


def test_a_search_finds_an_address_that_holds_dashes() -> None:
    body = of("latest-dex-search-wbtc-usdc.json")
    on_base = dexscreener.parse_search(body, ask(query="wbtc", chain=Chain.BASE), NOW)
    assert [match.token.address for match in on_base] == ["0x0555e30da8f98308edb960aa94c0db47230d2b9c"]


@pytest.mark.parametrize("body", [[], {"schemaVersion": "1.0.0", "pairs": None}])
def test_nothing_found_is_an_answer_of_a_search_and_not_listed_elsewhere(body: Any) -> None:
    assert dexscreener.parse_search(body, ask(query="x"), NOW) == ()
    with pytest.raises(NotListed):
        dexscreener.parse_prices(body, ask(KYS), NOW)
    with pytest.raises(NotListed):
        dexscreener.parse_token_pools(body, ask(KYS), NOW)


def test_the_recorded_empty_answers_are_not_listed() -> None:
    with pytest.raises(NotListed):
        dexscreener.parse_pool(of("latest-dex-pairs-not-found.json"), POOL_ASK, NOW)
    with pytest.raises(NotListed):
        dexscreener.parse_token_pools(of("token-pairs-v1-not-found.json"), ask(KYS), NOW)


@pytest.mark.parametrize("body", [None, "down", 7, {}, {"pairs": {}}, {"pairs": "none"}])
def test_an_answer_without_a_list_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        dexscreener.parse_prices(body, ask(KYS), NOW)


def test_a_pool_with_our_token_as_the_quote_is_dropped() -> None:
    with pytest.raises(NotListed):
        dexscreener.parse_token_pools(bonding(), ask(SOL), NOW)


def test_a_quote_without_an_address_drops_its_pool_alone() -> None:
    body = bonding()
    body["pairs"][0]["quoteToken"] = {"symbol": "SOL"}
    assert len(dexscreener.parse_search(body, ask(query="x"), NOW)) == 2


def test_hostile_names_arrive_visible_and_on_one_line() -> None:
    row = bonding()["pairs"][2]
    row["baseToken"] |= {"symbol": "$\u202eKYS\n@everyone", "name": "\u200b\u200b"}
    (match,) = dexscreener.parse_search([row], ask(query="x"), NOW)
    assert match == TokenMatch(
        token=KYS,
        symbol="KYS @everyone",
        name="",
        liquidity_usd=None,
        market_cap_usd=Decimal("7690.73"),
        source=dexscreener.PROVIDER.id,
    )


@pytest.mark.parametrize("price", ["NaN", "1,234.5", "-1", "0", 1e308, None, {}])
def test_a_price_that_is_no_price_is_unknown(price: Any) -> None:
    row = bonding()["pairs"][2] | {"priceUsd": price}
    (pool,) = dexscreener.parse_pool([row], POOL_ASK, NOW)
    assert pool.price_usd is None
    assert pool.market_cap_usd == Decimal("7690.73")


def test_promotion_lists_each_token_of_the_chain_once() -> None:
    (report,) = dexscreener.parse_promoted(promoted(), ask(), NOW)
    assert report.token == KYS
    assert report.get(IMAGE_URL) == "https://cdn.dexscreener.com/cms/images/0DIyMd5FLVzh97gg"
    assert report.get(LINKS) == (Link("twitter", "https://x.com/kys"), Link("Site", "https://kys.example"))


def test_the_two_kinds_of_call_have_their_own_quota() -> None:
    provider = dexscreener.PROVIDER
    assert find(provider, "/token-boosts/top/v1").quota == "promotion"
    assert find(provider, "/tokens/v1/{chain}/{addresses}").quota == "default"


def test_the_chain_is_named_in_the_vendors_words() -> None:
    endpoint = find(dexscreener.PROVIDER, "/tokens/v1/{chain}/{addresses}")
    call = Call(provider=dexscreener.PROVIDER, endpoint=endpoint, ask=replace(ask(WETH, WETH)))
    assert call.target == f"/tokens/v1/ethereum/{WETH.address},{WETH.address}"


def test_a_throttled_call_waits_though_the_vendor_names_no_time() -> None:
    error = classify(dexscreener.PROVIDER, 429, None)
    assert isinstance(error, RateLimited) and error.retry_after_s == 20
