"""Birdeye's answers, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.fields import (
    BUYS,
    CHANGE,
    CIRCULATING,
    CREATED_AT,
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    LINKS,
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    MUTABLE,
    NON_TRANSFERABLE,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.holders import Holder
from data.models.ids import SOL, TokenKey
from data.models.market import TokenReport
from data.providers import birdeye
from data.providers.base import Ask, Call, classify
from data.providers.birdeye import lists, tokens
from tests.unit.data.providers.cases.birdeye import BONK, MEMECOIN, PEPEAI, PEPEAI_POOL, about
from tests.unit.data.providers.recorded import NOW, ask, find, sample

UNKNOWN: list[Any] = [{"success": True, "data": None}, {"success": True, "data": {}}, {"success": True}]


def of(name: str) -> Any:
    return sample("birdeye", name)


def secured(token: TokenKey = BONK, **said: Any) -> TokenReport:
    body = of("token_security.json")
    body["data"] |= said
    (report,) = tokens.parse_security(body, ask(token), NOW)
    return report


def test_market_data_are_read_without_the_sum_over_every_pool_of_sol() -> None:
    (report,) = tokens.parse_market(of("v3-token-market-data.json"), ask(SOL), NOW)
    assert report.get(PRICE_USD) == Decimal("185.74132384799458")
    assert report.get(MARKET_CAP_USD) == Decimal("100215360861.8438")
    assert report.get(FDV_USD) == Decimal("112779870085.64606")
    assert (report.get(SUPPLY), report.get(CIRCULATING)) == (
        Decimal("607187823.0928401"),
        Decimal("539542621.8877238"),
    )
    assert report.get(HOLDERS) == 3498897
    assert report.get(LIQUIDITY_USD) is None


def test_a_memecoin_has_liquidity() -> None:
    (report,) = tokens.parse_market(about("v3-token-market-data.json", liquidity=7), ask(MEMECOIN), NOW)
    assert report.get(LIQUIDITY_USD) == 7


def test_prices_are_matched_by_mint_and_the_unknown_are_left_out() -> None:
    body = of("multi_price.json")
    body["data"][MEMECOIN.address] = None
    sol, bonk = tokens.parse_prices(body, ask(MEMECOIN, SOL, PEPEAI, BONK), NOW)
    assert (sol.token, bonk.token) == (SOL, BONK)
    assert bonk.get(PRICE_USD) == Decimal("0.00001598090539282")
    assert bonk.get(CHANGE[Span.H24]) == Decimal("-0.04766925300538944")
    assert sol.get(LIQUIDITY_USD) is None
    assert bonk.get(LIQUIDITY_USD) == 1234414
    assert bonk.as_of == datetime(2024, 9, 18, 15, 26, 25, tzinfo=UTC)
    with pytest.raises(NotListed):
        tokens.parse_prices(body, ask(MEMECOIN), NOW)


def test_an_overview_is_read_in_dollars_and_ratios() -> None:
    (report,) = tokens.parse_overview(of("token_overview.json"), ask(SOL), NOW)
    assert (report.get(SYMBOL), report.get(DECIMALS), report.get(LISTED_ID)) == ("SOL", 9, "solana")
    assert report.get(PRICE_USD) == Decimal("185.82977629057913")
    assert report.get(VOLUME_USD[Span.H24]) == Decimal("9537454514.524822")  # not v24h, which is in tokens
    assert report.get(CHANGE[Span.M5]) == Decimal("0.0009732829501223636")
    assert (report.get(BUYS[Span.H1]), report.get(SELLS[Span.H1])) == (604483, 836278)
    assert report.get(LINKS) == (
        Link("website", "https://solana.com/"),
        Link("x", "https://twitter.com/solana"),
        Link("discord", "https://discordapp.com/invite/pquxPsq"),
        Link("medium", "https://medium.com/solana-labs"),
    )


def test_six_hours_have_a_price_change_alone() -> None:
    (report,) = tokens.parse_overview(of("token_overview.json"), ask(SOL), NOW)
    assert report.get(CHANGE[Span.H6]) == Decimal("0.013434952220671261")
    assert report.get(VOLUME_USD[Span.H6]) is None
    assert report.get(BUYS[Span.H6]) is None


def test_a_quiet_token_lacks_its_spans() -> None:
    body = about("token_overview.json", v5mUSD=None, priceChange5mPercent=None, extensions=None)
    del body["data"]["buy5m"]
    (report,) = tokens.parse_overview(body, ask(MEMECOIN), NOW)
    quiet: tuple[Field[Any], ...] = (VOLUME_USD[Span.M5], CHANGE[Span.M5], BUYS[Span.M5], LINKS, LISTED_ID)
    assert [report.get(field) for field in quiet] == [None] * 5
    assert report.get(BUYS[Span.H24]) == 13952903


def test_security_facts_are_fractions_and_null_is_no_finding() -> None:
    report = secured()
    assert report.get(TOP10_RATIO) == Decimal("0.3041667404641445")
    assert report.get(DEV_RATIO) == Decimal("5.44198858929173E-10")
    assert report.get(CREATOR) == "9AhKqLR67hwapvG8SA2JFXaCshXc9nALJjpKaHZrsbkw"
    assert report.get(SUPPLY) == Decimal("88834735403757.8")
    assert (report.get(MINT_AUTHORITY), report.get(FREEZE_AUTHORITY)) == (Authority(None), Authority(None))
    assert report.get(MUTABLE) is True
    assert report.get(NON_TRANSFERABLE) is None


def test_an_authority_under_either_name_counts() -> None:
    assert secured(ownerAddress=BONK.address).get(MINT_AUTHORITY) == Authority(BONK.address)
    assert secured(mintAuthority=BONK.address).get(MINT_AUTHORITY) == Authority(BONK.address)
    assert secured(freezeAuthority=BONK.address).get(FREEZE_AUTHORITY) == Authority(BONK.address)
    assert secured(ownerAddress="?").get(MINT_AUTHORITY) is None
    assert secured(freezeable=True).get(FREEZE_AUTHORITY) is None  # who may freeze is not said


@pytest.mark.parametrize("share", [30.4, "1.01", -0.1, "NaN", True, None])
def test_a_share_that_is_no_fraction_is_unknown(share: Any) -> None:
    assert secured(top10UserPercent=share).get(TOP10_RATIO) is None


def test_holders_keep_their_exact_amounts() -> None:
    (listed,) = lists.parse_holders(of("v3-token-holder.json"), ask(SOL), NOW)
    owner, account = listed.holders[0].owner, listed.holders[0].account
    assert listed.holders == (Holder(owner=owner, account=account, amount=Decimal("4995300.410087424")),)
    assert owner == "AVzP2GeRmqGphJsMxWoqjpUifPpCret7LqWhD8NWQK49"
    assert listed.total is None
    with pytest.raises(NotListed):
        lists.parse_holders(of("v3-token-holder.json"), ask(BONK), NOW)


def test_a_listing_without_a_zone_is_utc() -> None:
    first, second = lists.parse_listing(of("v2-new_listing.json"), ask(), NOW)
    assert first.get(CREATED_AT) == datetime(2024, 9, 18, 17, 59, 23, tzinfo=UTC)
    assert second.get(LIQUIDITY_USD) == Decimal("32994.397007045525")
    assert [report.get(SYMBOL) for report in (first, second)] == ["TOPCAT", "Onigiri"]


def test_trending_tokens_come_in_the_vendors_order() -> None:
    first, second = lists.parse_trending(of("token_trending.json"), ask(), NOW)
    assert (first.get(SYMBOL), second.get(SYMBOL)) == ("ATO", "LIQUIDATOR")
    assert first.get(MARKET_CAP_USD) == 28232129
    assert first.get(CHANGE[Span.H24]) == Decimal("2.1")
    assert first.as_of == datetime(2024, 9, 18, 17, 48, 53, tzinfo=UTC)


def test_a_search_keeps_the_tokens_of_the_chain() -> None:
    body = of("v3-search.json")
    (match,) = lists.parse_search(body, ask(query="trends"), NOW)
    assert (match.symbol, match.name, match.verified) == ("", "TRENDSDOTFUN", False)
    assert match.liquidity_usd == Decimal("60054.03786109897")
    body["data"]["items"][0]["result"][0]["network"] = "base"
    assert lists.parse_search(body, ask(query="trends"), NOW) == ()


def test_a_trade_is_seen_from_the_token_asked_for() -> None:
    body = of("v3-token-txs.json")
    (sold,) = lists.parse_trades(body, ask(PEPEAI, pool=PEPEAI_POOL), NOW)
    (bought,) = lists.parse_trades(body, ask(SOL, pool=PEPEAI_POOL), NOW)
    assert (sold.is_buy, bought.is_buy) == (False, True)
    assert sold.price_usd == Decimal("3.5071289483955604E-7")
    assert bought.price_usd == Decimal("160.7592132413898")
    assert sold.volume_usd == Decimal("0.0005729458359923133")
    assert sold.at == datetime(2025, 2, 24, 6, 57, 58, tzinfo=UTC)
    assert sold.id.endswith(":2:0")
    assert lists.parse_trades(body, ask(BONK, pool=PEPEAI_POOL), NOW) == ()
    assert lists.parse_trades(body, ask(PEPEAI, pool="another"), NOW) == ()


def test_a_trade_without_a_price_is_left_out() -> None:
    body = of("v3-token-txs.json")
    body["data"]["items"][0]["from"]["price"] = None
    assert lists.parse_trades(body, ask(PEPEAI, pool=PEPEAI_POOL), NOW) == ()


@pytest.mark.parametrize("body", UNKNOWN)
@pytest.mark.parametrize(
    "parse", [tokens.parse_market, tokens.parse_overview, tokens.parse_security, lists.parse_holders]
)
def test_nothing_in_a_success_is_an_unknown_token(parse: Any, body: Any) -> None:
    with pytest.raises(NotListed):
        parse(body, ask(BONK), NOW)


def test_an_answer_about_another_token_is_refused() -> None:
    with pytest.raises(BadPayload):
        tokens.parse_market(of("v3-token-market-data.json"), ask(BONK), NOW)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("error-400-bad-request.json", BadPayload),
        ("error-400-compute-units-exhausted.json", RateLimited),
        ("error-401.json", KeyRejected),
    ],
)
def test_a_refusal_is_told_by_its_words(name: str, error: type[Exception]) -> None:
    body = of(name)
    assert type(classify(birdeye.PROVIDER, body["status"], body["body"])) is error


def test_spent_units_are_not_asked_for_again_within_the_hour() -> None:
    body = of("error-400-compute-units-exhausted.json")
    error = classify(birdeye.PROVIDER, 400, body["body"])
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 3600


def test_other_refusals_keep_their_meaning() -> None:
    refused = {"success": False, "message": "Too many requests"}
    assert type(classify(birdeye.PROVIDER, 429, refused)) is RateLimited
    assert type(classify(birdeye.PROVIDER, 403, refused)) is Unavailable
    assert type(classify(birdeye.PROVIDER, 200, {**refused, "statusCode": 401})) is KeyRejected


def test_what_the_free_plan_gives_comes_first_and_has_a_quota_of_its_own() -> None:
    first, *others = birdeye.PROVIDER.endpoints
    assert first.path == "/defi/v3/token/market-data"
    assert first.quota not in {endpoint.quota for endpoint in others}


def test_new_listings_are_asked_for_with_those_of_launchpads() -> None:
    endpoint = find(birdeye.PROVIDER, "/defi/v2/tokens/new_listing")
    call = Call(provider=birdeye.PROVIDER, endpoint=endpoint, ask=Ask())
    assert call.target == "/defi/v2/tokens/new_listing?limit=20&meme_platform_enabled=true"
