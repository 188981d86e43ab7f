"""Pump.fun's coins, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CREATED_AT,
    CREATOR,
    CURVE_RATIO,
    GRADUATED,
    IMAGE_URL,
    LAUNCHPAD,
    LINKS,
    MARKET_CAP_USD,
    NAME,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    Link,
)
from data.models.ids import SOL_MINT, USDC_MINT
from data.models.market import TokenReport
from data.providers import pumpfun
from data.providers.base import Call, classify
from tests.unit.data.providers.cases.pumpfun import STREAMER, THERMO
from tests.unit.data.providers.recorded import BONK, NOW, ask, find, sample, told


def active() -> Any:
    return sample("pumpfun", "frontend-v3-coin-active.json")


def complete() -> Any:
    return sample("pumpfun", "frontend-v3-coin-complete.json")


def read(body: Any) -> TokenReport:
    (report,) = pumpfun.parse_coins([body], ask(), NOW)
    return report


def test_a_coin_on_its_curve_is_read_in_full() -> None:
    (report,) = pumpfun.parse_coin(active(), ask(THERMO), NOW)
    assert report.token == THERMO
    assert report.as_of == datetime(2025, 11, 2, 20, 26, 4, tzinfo=UTC)
    assert (report.get(NAME), report.get(SYMBOL)) == ("thermoputer", "thermopute")
    assert report.get(IMAGE_URL) == "https://www.hobbyland.eu/img/prodotti/12305.webp"
    assert report.get(LINKS) == (Link("x", "https://x.com/elonmusk/status/1985080954457817165"),)
    assert (report.get(LAUNCHPAD), report.get(GRADUATED)) == ("pump.fun", False)
    assert report.get(CREATOR) == "bwamJzztZsepfkteWRChggmXuiiCQvpLqPietdNfSXa"
    assert report.get(CREATED_AT) == datetime(2025, 11, 2, 20, 26, 3, 139000, tzinfo=UTC)
    assert report.get(MARKET_CAP_USD) == Decimal("6993.041316998")
    # 153.285714285714 of 793.1 million tokens are sold.
    ratio = report.get(CURVE_RATIO)
    assert ratio is not None and round(ratio, 12) == Decimal("0.193274132248")
    assert report.get(ATH_USD) is None and report.get(ATH_AT) is None


def test_a_complete_coin_has_left_its_curve_and_has_a_peak() -> None:
    (report,) = pumpfun.parse_coin(complete(), ask(STREAMER), NOW)
    assert (report.get(CURVE_RATIO), report.get(GRADUATED)) == (Decimal(1), True)
    assert report.get(MARKET_CAP_USD) == Decimal("11578153.847781727")
    assert report.get(ATH_USD) == Decimal("0.01230490587")
    assert report.get(ATH_AT) == datetime(2025, 9, 4, 15, 29, 47, 713000, tzinfo=UTC)
    links = report.get(LINKS)
    assert links is not None and [link.label for link in links] == ["website", "x"]
    assert report.as_of is None


def test_what_the_chain_knows_better_is_not_said() -> None:
    body = active() | {"token_program": "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"}
    assert {TOKEN_PROGRAM, SUPPLY} & told(read(body)) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"mayhem_state": "active"},
        {"quote_mint": USDC_MINT},
        {"total_supply": 2_000_000_000_000_000},
        {"real_token_reserves": 793_100_000_000_001},
        {"real_token_reserves": None},
        {"real_token_reserves": -1},
        {"total_supply": "NaN"},
        {"complete": "false"},
        {"quote_mint": []},
    ],
)
def test_the_fill_of_a_curve_of_another_make_is_unknown(change: dict[str, Any]) -> None:
    assert read(active() | change).get(CURVE_RATIO) is None


def test_a_quote_in_sol_may_be_named() -> None:
    assert read(active() | {"quote_mint": SOL_MINT}).get(CURVE_RATIO) == read(active()).get(CURVE_RATIO)


@pytest.mark.parametrize("change", [{"program": "non_launchpad"}, {"program": []}, {"bonding_curve": None}])
def test_a_token_that_the_site_merely_shows_was_not_launched_there(change: dict[str, Any]) -> None:
    report = read(active() | change)
    launch = {LAUNCHPAD, CREATOR, CREATED_AT, CURVE_RATIO, GRADUATED}
    assert launch & told(report) == set()
    assert report.get(MARKET_CAP_USD) is not None


def test_a_peak_below_the_present_cap_is_out_of_date() -> None:
    report = read(complete() | {"ath_market_cap": 5})
    assert report.get(ATH_USD) is None and report.get(ATH_AT) is None


def test_nulls_and_empty_words_are_unknown() -> None:
    nulls = dict.fromkeys(active()) | {"mint": THERMO.address}
    assert told(read(nulls)) == set()
    empty = active() | {"name": "", "symbol": "\u200b", "twitter": "javascript:alert(1)", "image_uri": ""}
    assert {NAME, SYMBOL, LINKS, IMAGE_URL} & told(read(empty)) == set()


@pytest.mark.parametrize("body", [None, [], "", {}, {"coin": None}, {"mint": None}])
def test_an_answer_that_is_no_coin_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        pumpfun.parse_coin(body, ask(THERMO), NOW)


def test_another_coin_is_no_answer() -> None:
    with pytest.raises(BadPayload):
        pumpfun.parse_coin(active(), ask(BONK), NOW)


def test_a_list_keeps_its_order_and_leaves_out_what_is_no_coin() -> None:
    rows = [complete(), None, {"mint": ""}, active()]
    assert [report.token for report in pumpfun.parse_coins(rows, ask(), NOW)] == [STREAMER, THERMO]
    assert pumpfun.parse_coins([], ask(), NOW) == ()
    with pytest.raises(BadPayload):
        pumpfun.parse_coins({"coins": []}, ask(), NOW)


def test_the_newest_coins_are_asked_for() -> None:
    target = Call(provider=pumpfun.PROVIDER, endpoint=find(pumpfun.PROVIDER, "/coins"), ask=ask()).target
    assert target == "/coins?offset=0&limit=50&sort=created_timestamp&order=DESC&includeNsfw=false"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, {"statusCode": 404, "message": "Coin not found"}, NotListed),
        (404, None, NotListed),
        (404, {"statusCode": 404, "message": "Cannot GET /coins/x"}, Unavailable),
        (200, {"statusCode": 404, "message": "Coin not found"}, NotListed),
        (200, {"statusCode": 500, "message": "Internal server error"}, Unavailable),
        (429, None, RateLimited),
        (401, {"statusCode": 401, "message": "Unauthorized"}, KeyRejected),
        (403, None, Unavailable),
        (530, None, Unavailable),
        (400, {"statusCode": 400, "message": ["bad"]}, BadPayload),
    ],
)
def test_a_refusal_is_the_right_error(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(pumpfun.PROVIDER, status, body)) is error
