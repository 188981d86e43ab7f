"""Raydium's answers, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, NotListed, RateLimited, Unavailable
from data.models.fields import DECIMALS, IMAGE_URL, NAME, PRICE_USD, SYMBOL, TOKEN_PROGRAM, Span
from data.models.ids import SOL
from data.models.market import Activity
from data.providers import raydium
from data.providers.base import Call, classify
from tests.unit.data.providers.recorded import (
    BONK,
    NOW,
    RAY,
    RAY_POOL,
    UNNAMED,
    UNNAMED_POOL,
    ask,
    find,
    mints,
    sample,
)


def of(name: str) -> Any:
    return sample("raydium", name)


def test_a_price_in_a_string_is_read_and_a_missing_one_is_unknown() -> None:
    (report,) = raydium.parse_prices(of("mint-price-one.json"), ask(SOL, BONK), NOW)
    assert (report.token, report.get(PRICE_USD)) == (SOL, Decimal("239.02618235836016"))
    with pytest.raises(NotListed):
        raydium.parse_prices({"success": True, "data": {BONK.address: None}}, ask(BONK), NOW)


def test_a_memecoin_pool_is_read_in_full() -> None:
    (pool,) = raydium.parse_token_pools(of("pools-info-mint-ammv4-memecoin.json"), ask(UNNAMED), NOW)
    assert (pool.address, pool.dex) == (UNNAMED_POOL, "raydium")
    assert pool.base.token == UNNAMED and pool.quote.token == SOL
    assert pool.price_quote == Decimal("0.000024273049410341493")
    assert pool.price_usd is None
    assert pool.liquidity_usd == Decimal("45840.19")
    assert pool.created_at == datetime(2025, 1, 2, 3, 38, 25, tzinfo=UTC)
    assert pool.lp_burned_ratio == 1
    assert pool.activity == {Span.H24: Activity(volume_usd=Decimal("462360.846222525"))}


def test_empty_names_are_unknown() -> None:
    (pool,) = raydium.parse_token_pools(of("pools-info-mint-ammv4-memecoin.json"), ask(UNNAMED), NOW)
    assert (pool.base.symbol, pool.base.name, pool.image_url) == (None, None, None)
    assert pool.quote.symbol == "WSOL"


def test_a_token_on_the_second_side_becomes_the_base_at_the_inverse_price() -> None:
    (pool,) = raydium.parse_token_pools(of("pools-info-mint-ammv4-memecoin.json"), ask(SOL), NOW)
    assert pool.base.token == SOL and pool.quote.token == UNNAMED
    assert pool.price_quote is not None
    assert abs(pool.price_quote * Decimal("0.000024273049410341493") - 1) < Decimal("1e-20")


def test_a_pool_asked_for_by_its_address_has_the_side_that_is_not_money_as_its_base() -> None:
    (pool,) = raydium.parse_pool(of("pools-info-ids-clmm.json"), ask(pool=RAY_POOL), NOW)
    assert (pool.base.token, pool.base.symbol, pool.quote.token) == (RAY, "RAY", SOL)
    assert pool.dex == "raydium-clmm"
    assert pool.price_quote is not None and round(pool.price_quote, 6) == Decimal("0.027495")


def test_an_opening_time_of_zero_and_the_burn_of_concentrated_liquidity_say_nothing() -> None:
    (pool,) = raydium.parse_pool(of("pools-info-ids-clmm.json"), ask(pool=RAY_POOL), NOW)
    assert pool.created_at is None
    assert pool.lp_burned_ratio is None


def test_an_unknown_pool_is_not_listed() -> None:
    with pytest.raises(NotListed):
        raydium.parse_pool(of("pools-info-ids-unknown-pool.json"), ask(pool=RAY_POOL), NOW)
    with pytest.raises(NotListed):
        raydium.parse_token_pools({"success": True, "data": {"count": 0, "data": []}}, ask(BONK), NOW)


@pytest.mark.parametrize("name", ["pools-key-ids-ammv4-pump-graduate.json", "pools-key-ids-cpmm.json"])
def test_keys_of_a_pool_hold_no_figures(name: str) -> None:
    body = of(name)
    (pool,) = raydium.parse_pool(body, ask(pool=body["data"][0]["id"]), NOW)
    assert pool.price_quote is None and pool.liquidity_usd is None and pool.activity == {}


def test_mints_are_read_though_one_is_unknown() -> None:
    ray, sol = raydium.parse_mints(mints(), ask(SOL, RAY, BONK), NOW)
    assert (ray.get(SYMBOL), ray.get(NAME), ray.get(DECIMALS)) == ("RAY", "Raydium", 6)
    assert ray.get(IMAGE_URL) == f"https://img-v1.raydium.io/icon/{RAY.address}.png"
    assert sol.get(TOKEN_PROGRAM) == "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
    with pytest.raises(NotListed):
        raydium.parse_mints(mints(), ask(BONK), NOW)


@pytest.mark.parametrize("body", [None, [], {"success": True}, {"success": True, "data": {"data": None}}])
def test_an_answer_without_data_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        raydium.parse_token_pools(body, ask(UNNAMED), NOW)


def test_the_deepest_pools_are_asked_for() -> None:
    endpoint = find(raydium.PROVIDER, "/pools/info/mint")
    target = Call(provider=raydium.PROVIDER, endpoint=endpoint, ask=ask(SOL)).target
    rest = "poolType=all&poolSortField=liquidity&sortType=desc&pageSize=50&page=1"
    assert target == f"/pools/info/mint?mint1={SOL.address}&{rest}"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"success": False, "msg": "server busy"}, Unavailable),
        (200, {"success": False}, Unavailable),
        (429, {"success": False}, RateLimited),
    ],
)
def test_a_refusal_with_a_good_status_is_seen(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(raydium.PROVIDER, status, body)) is error
