"""Orca's pools, read by hand."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, NotListed, RateLimited, Unavailable
from data.models.fields import Span
from data.models.ids import SOL, USDC
from data.models.market import Activity, Pool
from data.providers import orca
from data.providers.base import Call, classify
from tests.unit.data.providers.cases.orca import JITOSOL, JITOSOL_POOL, with_short_windows
from tests.unit.data.providers.recorded import BONK, NOW, ask, find, sample


def recorded(**changed: Any) -> Any:
    body = copy.deepcopy(sample("orca", "pools-address-sol-jitosol.json"))
    body["data"] |= changed
    return body


def read(body: Any) -> Pool:
    (pool,) = orca.parse_pool(body, ask(pool=JITOSOL_POOL), NOW)
    return pool


def test_a_pool_is_read_in_full_with_the_side_that_is_not_money_as_its_base() -> None:
    pool = read(recorded())
    assert (pool.address, pool.dex) == (JITOSOL_POOL, "orca")
    assert (pool.base.token, pool.base.symbol, pool.base.name) == (JITOSOL, "JitoSOL", "Jito Staked SOL")
    assert (pool.quote.token, pool.quote.symbol) == (SOL, "SOL")
    assert pool.image_url == "https://storage.googleapis.com/token-metadata/JitoSOL-256.png"
    # The recorded price is that of SOL in JitoSOL.
    assert pool.price_quote is not None
    assert abs(pool.price_quote * Decimal("0.83119383457282635084") - 1) < Decimal("1e-40")
    assert pool.price_usd is None
    assert pool.liquidity_usd == Decimal("35062760.9256379165977103510951581800")
    assert pool.activity == {Span.H24: Activity(volume_usd=Decimal("12923205.71532760"))}
    assert pool.created_at is None and pool.lp_burned_ratio is None


def test_a_pool_of_two_kinds_of_money_keeps_its_order() -> None:
    body = sample("orca", "pools-list-item-2026-partial.json")
    (pool,) = orca.parse_token_pools(body, ask(SOL), NOW)
    assert (pool.base.token, pool.quote.token) == (SOL, USDC)
    assert pool.price_quote == Decimal("75.4699414017526812")
    assert pool.liquidity_usd == Decimal("25914246.8432301700048600")
    assert (pool.base.name, pool.image_url) == (None, None)
    (turned,) = orca.parse_token_pools(body, ask(USDC), NOW)
    assert (turned.base.token, turned.quote.token) == (USDC, SOL)
    assert turned.price_quote is not None and round(turned.price_quote, 8) == Decimal("0.01325031")


def test_a_window_without_a_figure_is_left_out() -> None:
    pool = read(with_short_windows())
    assert set(pool.activity) == {Span.M5, Span.H24}
    assert pool.activity[Span.M5].volume_usd == Decimal("44872.936")


@pytest.mark.parametrize("warned", [True, None, "no"])
def test_a_pool_with_a_warning_is_not_quoted(warned: Any) -> None:
    pool = read(recorded(hasWarning=warned))
    assert pool.price_quote is None and pool.liquidity_usd is None
    assert pool.activity != {}


def test_nulls_are_unknown() -> None:
    pool = read(recorded(price=None, tvlUsdc=None, stats={"24h": None, "1h": {"volume": "NaN"}}))
    assert pool.price_quote is None and pool.liquidity_usd is None and pool.activity == {}
    assert read(recorded(price="0")).price_quote is None
    sides = recorded(tokenB={"address": JITOSOL.address, "symbol": None, "name": "", "imageUrl": None})
    assert (read(sides).base.symbol, read(sides).base.name, read(sides).image_url) == (None, None, None)


def test_an_unknown_token_or_pool_is_not_listed() -> None:
    empty = {"data": [], "meta": {"next": None, "previous": None}}
    with pytest.raises(NotListed):
        orca.parse_token_pools(empty, ask(BONK), NOW)
    with pytest.raises(NotListed):
        orca.parse_token_pools({"data": [recorded()["data"]]}, ask(BONK), NOW)
    with pytest.raises(NotListed):
        orca.parse_pool(recorded(), ask(pool="another"), NOW)
    with pytest.raises(NotListed):
        orca.parse_pool(recorded(tokenA=None), ask(pool=JITOSOL_POOL), NOW)


@pytest.mark.parametrize("body", [None, [], "", {}, {"data": None}, {"data": "x"}])
def test_an_answer_without_data_is_unreadable(body: Any) -> None:
    with pytest.raises(BadPayload):
        orca.parse_token_pools(body, ask(SOL), NOW)
    with pytest.raises(BadPayload):
        orca.parse_pool(body, ask(pool=JITOSOL_POOL), NOW)


def test_the_deepest_pools_are_asked_for_with_the_windows_we_read() -> None:
    call = Call(provider=orca.PROVIDER, endpoint=find(orca.PROVIDER, "/pools"), ask=ask(SOL))
    rest = "sortBy=tvl&sortDirection=desc&size=50&stats=5m,1h,24h"
    assert call.target == f"/pools?token={SOL.address}&{rest}"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, {"inner": "Whirlpool not found", "status": 404}, NotListed),
        (404, None, NotListed),
        (400, {"inner": "bad query", "status": 400}, BadPayload),
        (400, None, BadPayload),
        (429, None, RateLimited),
        (200, {"inner": "slow down", "status": 429}, RateLimited),
        (200, {"inner": "database", "status": 500}, Unavailable),
        (200, {"inner": "odd", "status": None}, Unavailable),
        (200, {"inner": "odd", "status": 400}, Unavailable),
        (500, None, Unavailable),
    ],
)
def test_a_refusal_is_the_right_error(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(orca.PROVIDER, status, body)) is error
