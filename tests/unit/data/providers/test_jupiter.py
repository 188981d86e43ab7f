"""Jupiter's answers, read by hand."""

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
    FREEZE_AUTHORITY,
    HOLDERS,
    LAUNCHPAD,
    LINKS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Link,
    Span,
)
from data.models.ids import SOL, USDC
from data.providers import jupiter
from data.providers.base import Ask, Call, classify
from data.providers.jupiter import answers
from tests.unit.data.providers.recorded import BONK, HATS, JUP, LAUNCHED, NOW, ask, find, sample


def of(name: str) -> Any:
    return sample("jupiter", name)


def test_prices_are_read_by_mint() -> None:
    sol, usdc = answers.parse_prices(of("price-v3-sol-usdc.json"), ask(SOL, USDC), NOW)
    assert (sol.get(PRICE_USD), usdc.get(PRICE_USD)) == (Decimal("147.48"), Decimal("0.9999"))
    assert sol.get(LIQUIDITY_USD) == Decimal("621679197.67")
    assert (sol.get(CHANGE[Span.H24]), usdc.get(CHANGE[Span.H24])) == (Decimal("0.0129"), Decimal("-0.00003"))
    assert (sol.get(DECIMALS), usdc.get(DECIMALS)) == (9, 6)


def test_a_price_without_liquidity_leaves_it_unknown() -> None:
    (report,) = answers.parse_prices(of("price-v3-sol-jup-no-created-liquidity.json"), ask(JUP, BONK), NOW)
    assert report.token == JUP
    assert report.get(PRICE_USD) == Decimal("0.4056018512541055")
    assert report.get(LIQUIDITY_USD) is None


def test_an_exponent_is_a_price_and_a_launchpad_is_named() -> None:
    (report,) = answers.parse_prices(of("price-v3-memecoin-launchpad.json"), ask(LAUNCHED), NOW)
    assert report.get(PRICE_USD) == Decimal("0.000081178")
    assert report.get(CHANGE[Span.H24]) == Decimal("192.9179")
    assert report.get(LAUNCHPAD) == "met-dbc"


@pytest.mark.parametrize("body", [of("price-v3-all-unknown.json"), {SOL.address: None}, {SOL.address: {}}])
def test_a_mint_without_a_trusted_price_is_not_listed(body: Any) -> None:
    with pytest.raises(NotListed):
        answers.parse_prices(body, ask(SOL), NOW)


@pytest.mark.parametrize("name", ["price-v2-deprecated.json", "price-v2-extrainfo-deprecated.json"])
def test_an_answer_of_the_old_version_is_unreadable(name: str) -> None:
    with pytest.raises(BadPayload):
        answers.parse_prices(of(name), ask(SOL), NOW)


def test_a_token_is_read_in_full() -> None:
    (report,) = answers.parse_tokens(of("tokens-v2-search-jup.json"), ask(JUP), NOW)
    assert (report.get(SYMBOL), report.get(NAME), report.get(DECIMALS)) == ("JUP", "Jupiter", 6)
    assert (report.get(SUPPLY), report.get(CIRCULATING)) == (
        Decimal("6863982654.38"),
        Decimal("3243891294.88"),
    )
    assert report.get(HOLDERS) == 857254
    assert report.get(CREATOR) == "JUPhop9E8ZfdJ5FNHhxQt4uAih822Vs4QpqsWcewFbq"
    assert report.get(MARKET_CAP_USD) == Decimal("459171256.1")
    assert report.get(VOLUME_USD[Span.H24]) == Decimal("3838164.79")
    assert (report.get(BUYS[Span.H24]), report.get(SELLS[Span.H24])) == (33979, 31608)
    assert report.get(CHANGE[Span.H24]) == Decimal("-0.0827")
    assert report.get(CHANGE[Span.H1]) is None
    assert report.get(CREATED_AT) == datetime(2024, 1, 29, 17, 33, 29, tzinfo=UTC)
    assert report.get(LINKS) == (
        Link("website", "https://jup.ag"),
        Link("x", "https://twitter.com/JupiterExchange"),
    )
    assert report.get(MINT_AUTHORITY) == Authority(None)
    assert report.as_of == datetime(2026, 2, 23, 4, 55, 12, 461000, tzinfo=UTC)


def test_nanoseconds_and_every_span_are_read() -> None:
    (report,) = answers.parse_tokens(of("tokens-v2-search-sol.json"), ask(SOL), NOW)
    assert report.as_of == datetime(2025, 6, 25, 5, 2, 21, 34234, tzinfo=UTC)
    assert report.get(CHANGE[Span.M5]) == Decimal("0.00021175445311831707")
    assert report.get(VOLUME_USD[Span.M5]) == Decimal("29387952.212279344")
    assert report.get(BUYS[Span.H6]) == 3789847


def test_top_holders_are_not_called_ten() -> None:
    """The vendor does not say how many holders its figure covers."""
    (report,) = answers.parse_tokens(of("tokens-v2-search-jup.json"), ask(JUP), NOW)
    assert report.get(TOP10_RATIO) is None


def test_a_sparse_token_is_read_as_far_as_it_goes() -> None:
    (report,) = answers.parse_tokens(of("tokens-v2-search-memecoin-sparse.json"), ask(HATS), NOW)
    assert (report.get(SYMBOL), report.get(NAME), report.get(PRICE_USD)) == ("HATS", None, None)
    assert report.get(LAUNCHPAD) == "pump.fun"
    assert report.get(FREEZE_AUTHORITY) == Authority(None)
    assert report.get(DEV_RATIO) is None
    assert report.as_of is None


@pytest.mark.parametrize(
    ("named", "flag", "expected"),
    [
        ({}, {"mintAuthorityDisabled": True}, Authority(None)),
        ({}, {}, None),
        ({}, {"mintAuthorityDisabled": False}, None),
        ({}, {"mintAuthorityDisabled": "true"}, None),
        ({"mintAuthority": None}, {}, None),
        ({"mintAuthority": "BJE5MMbqXjVwjAF7oxwPYXnTXDyspzZyt4vwenNw5ruG"}, {}, "BJE5"),
        (
            {"mintAuthority": "BJE5MMbqXjVwjAF7oxwPYXnTXDyspzZyt4vwenNw5ruG"},
            {"mintAuthorityDisabled": True},
            "BJE5",
        ),
    ],
)
def test_an_authority_is_revoked_only_where_the_audit_says_so_and_nobody_is_named(
    named: dict[str, Any], flag: dict[str, Any], expected: Authority | str | None
) -> None:
    row = {"id": USDC.address, "symbol": "USDC", "audit": flag, **named}
    (report,) = answers.parse_tokens([row], ask(USDC), NOW)
    found = report.get(MINT_AUTHORITY)
    if isinstance(expected, str):
        assert found is not None and found.address is not None and found.address.startswith(expected)
    else:
        assert found == expected


def test_a_search_by_mints_keeps_the_exact_ones() -> None:
    rows = of("tokens-v2-search-jup.json") + of("tokens-v2-search-sol.json")
    assert [report.token for report in answers.parse_tokens(rows, ask(SOL), NOW)] == [SOL]
    with pytest.raises(NotListed):
        answers.parse_tokens(rows, ask(BONK), NOW)


def test_a_search_by_text_tells_the_verified_from_the_rest() -> None:
    rows = of("tokens-v2-search-jup.json") + of("tokens-v2-search-memecoin-sparse.json")
    matches = answers.parse_search(rows, ask(query="jup"), NOW)
    assert [(match.symbol, match.name, match.verified) for match in matches] == [
        ("JUP", "Jupiter", True),
        ("HATS", "", False),
    ]
    assert answers.parse_search([], ask(query="nothing"), NOW) == ()


def test_recent_tokens_carry_the_time_of_their_first_pool() -> None:
    (report,) = answers.parse_listing(of("tokens-v2-recent-docs-example.json"), ask(), NOW)
    assert report.get(CREATED_AT) == datetime(2025, 3, 15, 10, 30, tzinfo=UTC)
    assert report.get(LIQUIDITY_USD) == 5000


def test_a_first_pool_without_a_time_leaves_it_unknown() -> None:
    row = {"id": JUP.address, "firstPool": {"id": "2pspvjWWaf3dNgt3jsgSzFCNvMGPb7t8FrEYvLGjvcCe"}}
    (report,) = answers.parse_listing([row], ask(), NOW)
    assert report.get(CREATED_AT) is None


def test_trending_asks_for_no_more_than_the_vendor_gives() -> None:
    endpoint = find(jupiter.PROVIDER, "/tokens/v2/toptrending/1h")
    call = Call(provider=jupiter.PROVIDER, endpoint=endpoint, ask=Ask(limit=200))
    assert call.target == "/tokens/v2/toptrending/1h?limit=100"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"message": "API key does not have access to this endpoint"}, KeyRejected),
        (403, {"message": "Request blocked by firewall"}, Unavailable),
        (429, {"message": "Rate limit exceeded"}, RateLimited),
        (400, {"error": "bad query"}, BadPayload),
        (502, None, Unavailable),
    ],
)
def test_refusals_are_told_apart(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(jupiter.PROVIDER, status, body)) is error


def test_warnings_of_the_shield_are_no_token_list() -> None:
    with pytest.raises(BadPayload):
        answers.parse_listing(of("shield.json"), ask(), NOW)


def sale(**changes: object) -> dict[str, Any]:
    return {**of("v1-quote-sol-usdc.json"), **changes}


SALE = Ask(tokens=(SOL,), amount=100_000_000)


def test_a_quote_says_what_a_sale_gives_now() -> None:
    (quote,) = answers.parse_quote(sale(), SALE, NOW)
    assert (quote.sold, quote.bought) == (SOL, USDC)
    assert (quote.in_amount, quote.out_amount) == (100_000_000, 16_198_753)
    assert quote.impact_ratio == 0
    assert quote.venues == ("Meteora DLMM",)


@pytest.mark.parametrize(
    "changes",
    [{"inputMint": BONK.address}, {"outputMint": BONK.address}, {"inAmount": "1"}, {"outAmount": "0"},
     {"outAmount": "-1"}, {"outAmount": None}, {"outputMint": None}],
)  # fmt: skip
def test_a_quote_of_another_sale_is_none(changes: dict[str, object]) -> None:
    with pytest.raises(BadPayload):
        answers.parse_quote(sale(**changes), SALE, NOW)


def test_a_token_that_cannot_be_sold_is_no_failure() -> None:
    body = of("v1-quote-400-token-not-tradable.json")
    assert type(classify(jupiter.PROVIDER, 400, body)) is NotListed
    malformed = of("v1-quote-400-amount-parse.json")
    assert type(classify(jupiter.PROVIDER, 400, malformed)) is BadPayload


def test_a_sale_is_asked_for_in_base_units() -> None:
    endpoint = find(jupiter.PROVIDER, "/swap/v1/quote")
    call = Call(provider=jupiter.PROVIDER, endpoint=endpoint, ask=Ask(tokens=(BONK,), amount=5))
    assert call.target == f"/swap/v1/quote?inputMint={BONK.address}&outputMint={SOL.address}&amount=5"
    assert endpoint.by == "token"
