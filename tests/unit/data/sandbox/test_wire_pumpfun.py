"""Pump.fun's answers against what it was recorded to answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.sandbox.catalogue import BONK_MINT
from data.sandbox.tape import CURVE_BASE, CURVE_QUOTE
from data.sandbox.tokens import Kind, Token
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, ask, body, shaped
from tests.unit.data.sandbox.worlds import START, named, of_kind

NULLABLE = {"ath_market_cap", "ath_market_cap_timestamp", "pump_swap_pool"}


def launched(world: World) -> list[Token]:
    return [token for token in world.tokens.values() if token.launchpad == "pump.fun"]


def test_coins_have_the_recorded_shape(world: World) -> None:
    recorded = [sample("pumpfun/frontend-v3-coin-active"), sample("pumpfun/frontend-v3-coin-complete")]
    coins = [body(world, "pumpfun", f"/coins-v2/{token.mint}") for token in launched(world)]
    shaped(coins, recorded, nullable=NULLABLE)
    assert {coin["complete"] for coin in coins} == {True, False}


def test_reserves_are_whole_numbers_and_keep_their_product(world: World) -> None:
    for token in of_kind(world, Kind.BONDING_CURVE):
        coin = body(world, "pumpfun", f"/coins-v2/{token.mint}")
        sol, tokens = coin["virtual_sol_reserves"], coin["virtual_token_reserves"]
        assert isinstance(sol, int) and isinstance(tokens, int)
        assert sol - coin["real_sol_reserves"] == 30_000_000_000
        assert tokens - coin["real_token_reserves"] == 279_900_000_000_000
        assert 0 <= coin["real_token_reserves"] <= 793_100_000_000_000
        # Fees stay in the pools of this world, so that the product grows a little.
        assert sol * tokens >= CURVE_QUOTE * 1e9 * CURVE_BASE * 1e6 * 0.999
        price_sol = sol / 1e9 / (tokens / 1e6)
        assert price_sol == pytest.approx(world.state(token.pools[0]).price_native, rel=1e-6)
        assert coin["market_cap"] == pytest.approx(price_sol * 1e9, rel=1e-6)


def test_a_complete_coin_is_frozen_at_its_end_and_names_its_pool(world: World) -> None:
    token = named(world, "SWARM")
    coin = body(world, "pumpfun", f"/coins-v2/{token.mint}")
    recorded = sample("pumpfun/frontend-v3-coin-complete")
    assert coin["complete"] is True and coin["pump_swap_pool"] == token.pools[0].address
    for side in ("virtual", "real"):
        assert coin[f"{side}_token_reserves"] == recorded[f"{side}_token_reserves"]
        assert coin[f"{side}_sol_reserves"] == pytest.approx(recorded[f"{side}_sol_reserves"], rel=1e-3)


def test_times_are_milliseconds_but_for_one(world: World) -> None:
    token = named(world, "SPROUT")
    coin = body(world, "pumpfun", f"/coins-v2/{token.mint}")
    assert coin["created_timestamp"] == int(token.created_at.timestamp() * 1000)
    assert coin["updated_at"] == int(world.now.timestamp())
    assert coin["ath_market_cap"] >= coin["usd_market_cap"]


def test_only_its_own_launches_are_known(world: World) -> None:
    for mint in (NOBODY, BONK_MINT):
        answer = ask(world, "pumpfun", f"/coins-v2/{mint}")
        assert answer.status == 404
        assert isinstance(answer.body, dict) and answer.body["message"] == "Coin not found"


def test_the_newest_come_first_and_seventy_at_most() -> None:
    world = World(7, START)
    world.advance(START + timedelta(days=4))
    coins = body(world, "pumpfun", "/coins", limit="500", sort="created_timestamp", order="DESC")
    births = [coin["created_timestamp"] for coin in coins]
    assert len(coins) == 70 and births == sorted(births, reverse=True)
    after = body(world, "pumpfun", "/coins", offset="70", limit="2")
    assert len(after) == 2 and after[0]["created_timestamp"] <= births[-1]
    assert ask(world, "pumpfun", "/coins", sort="hotness").status == 400
