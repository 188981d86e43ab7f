"""Solscan's answers, read by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    CHANGE,
    CREATOR,
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    HOLDERS,
    LINKS,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.ids import SOL, USDC
from data.models.market import Activity, Candle, Timeframe
from data.providers import solscan
from data.providers.base import Ask, Call, classify
from data.providers.solscan import answers
from tests.unit.data.providers.cases.solscan import AURA, CHARTED, MINUTES, PUMP, WATER
from tests.unit.data.providers.recorded import BONK, NOW, ask, find, sample


def of(name: str) -> Any:
    return sample("solscan", f"v2-token-{name}.json")


def test_a_token_is_read_in_full() -> None:
    (report,) = answers.parse_token(of("meta-token2022"), ask(WATER), NOW)
    assert (report.get(SYMBOL), report.get(DECIMALS), report.get(HOLDERS)) == ("WWR", 6, 347)
    assert report.get(SUPPLY) == Decimal("999427092.463809")
    assert report.get(PRICE_USD) == Decimal("0.0026961531314885928")
    assert report.get(MARKET_CAP_USD) == Decimal("2694608.485040838")
    assert report.get(VOLUME_USD[Span.H24]) == Decimal("138318.81862612162")
    assert report.get(CHANGE[Span.H24]) == Decimal("0.02776895")
    assert report.get(CREATOR) == "28hT2xzSBTneQf1AxJcpJuaabJbwdWJbXvR5UopsM6nF"
    assert (report.get(MINT_AUTHORITY), report.get(FREEZE_AUTHORITY)) == (Authority(None), Authority(None))
    assert report.get(EXTENSIONS) == ("metadataPointer", "tokenMetadata")
    assert report.get(LINKS) == (Link("website", "https://wwr.global/"),)


def test_what_is_absent_is_unknown() -> None:
    body = of("meta-token2022")
    for key in ("creator", "mint_authority", "onchain_extensions"):
        del body["data"][key]
    body["data"] |= {"supply": "0", "metadata": None, "freeze_authority": BONK.address}
    (report,) = answers.parse_token(body, ask(WATER), NOW)
    absent: tuple[Field[Any], ...] = (CREATOR, MINT_AUTHORITY, EXTENSIONS, SUPPLY, LINKS)
    assert [report.get(field) for field in absent] == [None] * 5
    assert report.get(FREEZE_AUTHORITY) == Authority(BONK.address)


@pytest.mark.parametrize("body", [{"success": True, "data": None}, {"success": True, "data": {}}, {}])
def test_nothing_in_a_success_is_an_unknown_token(body: Any) -> None:
    with pytest.raises(NotListed):
        answers.parse_token(body, ask(WATER), NOW)


def test_an_answer_about_another_token_is_refused() -> None:
    with pytest.raises(BadPayload):
        answers.parse_token(of("meta-token2022"), ask(BONK), NOW)


def test_a_batch_is_matched_by_address_and_may_be_shorter() -> None:
    aura, pump = answers.parse_prices(of("price-latest"), ask(AURA, WATER, PUMP), NOW)
    assert (aura.token, pump.token) == (AURA, PUMP)
    assert pump.get(PRICE_USD) == Decimal("0.001999054696656554")
    assert pump.get(CHANGE[Span.H24]) == Decimal("-0.06501")
    assert aura.get(MARKET_CAP_USD) == Decimal("1231221697.3388374")
    assert aura.as_of == datetime(2026, 2, 10, 4, 26, 8, tzinfo=UTC)
    with pytest.raises(NotListed):
        answers.parse_prices(of("price-latest"), ask(WATER), NOW)


def test_addresses_go_out_as_repeated_bracket_keys() -> None:
    endpoint = find(solscan.PROVIDER, "/token/price/latest")
    call = Call(provider=solscan.PROVIDER, endpoint=endpoint, ask=ask(SOL, USDC))
    assert call.target == f"/token/price/latest?address[]={SOL.address}&address[]={USDC.address}"
    markets = find(solscan.PROVIDER, "/token/markets")
    call = Call(provider=solscan.PROVIDER, endpoint=markets, ask=ask(SOL))
    assert call.target == f"/token/markets?token[]={SOL.address}&sort_by=tvl&page=1&page_size=40"


def test_holders_are_read_from_text_and_per_cent() -> None:
    body = of("holders")
    body["data"]["items"][0]["amount"] = 7.227891625319701e14  # what a float made of it
    (listed,) = answers.parse_holders(body, ask(PUMP), NOW)
    assert listed.total == 8091170
    first, second = listed.holders
    assert first.amount == Decimal("722789162.53197")
    assert first.ratio == Decimal("0.09617460814963485")
    assert (first.owner, first.account) == (
        "7VHUFJHWu2CuExkJcJrzhQPJ2oygupTWkL2A2For4BmE",
        "3emsAVdmGKERbHjmGfQ6oZ1e35dkf5iYcS6U4CPKFVaa",
    )
    assert second.ratio == Decimal("0.06857397799867083")


def test_nobody_is_not_listed() -> None:
    with pytest.raises(NotListed):
        answers.parse_holders({"success": True, "data": {"total": 0, "items": []}}, ask(PUMP), NOW)


def test_a_pool_is_turned_to_the_token_and_dust_is_kept() -> None:
    deep, dust = answers.parse_pools(of("markets"), ask(SOL), NOW)
    assert (deep.base.token, deep.quote.token, deep.dex) == (SOL, USDC, "unknown")
    assert deep.liquidity_usd == Decimal("3780681.483122371")
    assert deep.activity == {Span.H24: Activity(volume_usd=Decimal("306503854.7174035"))}
    assert (deep.price_usd, deep.price_quote) == (None, None)
    assert (dust.dex, dust.liquidity_usd) == ("pumpswap", Decimal("0.000001079204859185731"))
    (turned,) = answers.parse_pools(of("markets"), ask(USDC), NOW)
    assert (turned.base.token, turned.quote.token) == (USDC, SOL)
    with pytest.raises(NotListed):
        answers.parse_pools(of("markets"), ask(BONK), NOW)


def test_candles_are_read_from_minutes_written_as_numbers() -> None:
    (series,) = answers.parse_candles(of("price-ohlcv"), MINUTES, NOW)
    assert (series.token, series.timeframe) == (CHARTED, Timeframe.M1)
    start = int(datetime(2026, 9, 15, 3, 40, tzinfo=UTC).timestamp())
    assert [candle.time for candle in series.candles] == [start, start + 60, start + 120]
    assert series.candles[0] == Candle(
        start,
        0.13757227,
        0.13832250237464905,
        0.13743281364440918,
        0.1380572,
        7856.763352564143,
    )


def test_of_two_states_of_the_newest_bar_the_last_stays() -> None:
    body = of("price-ohlcv")
    rows = body["data"]["data"]
    rows.append({**rows[-1], "close_price": Decimal("0.1386")})
    (series,) = answers.parse_candles(body, MINUTES, NOW)
    assert len(series.candles) == 3
    assert series.candles[-1].close == 0.1386


@pytest.mark.parametrize("time", [202613150340, 20260915, "soon", None, True, -202609150340])
def test_a_bar_without_a_time_is_left_out(time: Any) -> None:
    body = of("price-ohlcv")
    body["data"]["data"][0]["time"] = time
    (series,) = answers.parse_candles(body, MINUTES, NOW)
    assert len(series.candles) == 2


def test_candles_in_another_currency_or_of_another_length_are_refused() -> None:
    body = of("price-ohlcv")
    with pytest.raises(BadPayload):
        answers.parse_candles(body, replace(MINUTES, timeframe=Timeframe.H1), NOW)
    body["data"]["currency"] = "quote"
    with pytest.raises(BadPayload):
        answers.parse_candles(body, MINUTES, NOW)


def test_no_candles_leave_the_question_to_others() -> None:
    body = {"success": True, "data": {"data": [], "candles": 0, "res": "1m"}}
    with pytest.raises(NotListed):
        answers.parse_candles(body, MINUTES, NOW)


def test_candles_are_asked_for_in_one_pool_and_before_a_time() -> None:
    endpoint = find(solscan.PROVIDER, "/token/price-ohlcv")
    asked = Ask(tokens=(SOL,), pool="Pool1", timeframe=Timeframe.H4, limit=5000, before=1_700_000_000)
    target = Call(provider=solscan.PROVIDER, endpoint=endpoint, ask=asked).target
    assert target == (
        f"/token/price-ohlcv?address={SOL.address}&pool_id=Pool1&res=4h&candles=1000"
        "&to_time=1699999999&currency=usd"
    )
    assert endpoint.by == "pool"


def test_trending_tokens_are_names_alone() -> None:
    first, _ = answers.parse_trending(of("trending"), ask(), NOW)
    assert (first.get(SYMBOL), first.get(DECIMALS), first.get(PRICE_USD)) == ("OCO", 9, None)


def test_a_search_tells_the_verified() -> None:
    (match,) = answers.parse_search(of("search"), ask(query="jup"), NOW)
    assert (match.symbol, match.name, match.verified) == ("JUP", "Jupiter", True)
    assert match.market_cap_usd == 1310045716
    empty = {"success": True, "data": {"total": 0, "items": []}}
    assert answers.parse_search(empty, ask(query="nothing"), NOW) == ()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"success": False, "errors": {"code": 1100, "message": "Validation Error"}}, BadPayload),
        (401, {"success": False, "errors": {"code": 1000, "message": "no token"}}, KeyRejected),
        (403, {"success": False, "message": "upgrade your plan"}, Unavailable),
        (429, {"success": False, "message": "slow down"}, RateLimited),
        (500, {"success": False, "errors": None}, Unavailable),
        (200, {"success": False, "message": "no"}, Unavailable),
    ],
)
def test_refusals_are_told_apart(status: int, body: Any, error: type[UpstreamError]) -> None:
    assert type(classify(solscan.PROVIDER, status, body)) is error


def test_an_address_that_is_none_is_not_listed() -> None:
    refused = sample("solscan", "error-400-validation.json")
    assert type(classify(solscan.PROVIDER, refused["status"], refused["body"])) is NotListed
