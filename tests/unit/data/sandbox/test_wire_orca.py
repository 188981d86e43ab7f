"""Orca's answers against what it was recorded to answer."""

from __future__ import annotations

import math

import pytest

from data.chain.base58 import unbase58
from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.tokens import Dex
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, ask, body, every_mint, shaped
from tests.unit.data.sandbox.worlds import named


def test_pools_have_the_recorded_shape(world: World) -> None:
    recorded = sample("orca/pools-address-sol-jitosol")
    listed = [
        pool for mint in every_mint(world) for pool in body(world, "orca", "/pools", token=mint)["data"]
    ]
    shaped(listed, [recorded["data"]], extra={"priceDelta"})
    assert all(set(pool["stats"]) == {"24h", "7d", "30d"} for pool in listed)
    address = next(pool.address for pool in world.pools.values() if pool.dex is Dex.ORCA)
    answer = body(world, "orca", f"/pools/{address}")
    shaped([answer], [recorded], extra={"priceDelta"})


def test_numbers_are_text_and_windows_those_asked_for(world: World) -> None:
    (pool,) = body(world, "orca", "/pools", token=BONK_MINT, stats="5m,1h")["data"]
    assert set(pool["stats"]) == {"5m", "1h"}
    figures = (pool["price"], pool["tvlUsdc"], pool["tokenBalanceA"], pool["stats"]["5m"]["volume"])
    assert all(isinstance(figure, str) and "e" not in figure for figure in figures)


def test_sides_are_in_mint_order_and_the_price_goes_with_them(world: World) -> None:
    for token in (world.tokens[BONK_MINT], named(world, "WIF"), named(world, "GLACIER")):
        own = next(pool for pool in token.pools if pool.dex is Dex.ORCA)
        answer = body(world, "orca", f"/pools/{own.address}")["data"]
        assert unbase58(answer["tokenMintA"]) < unbase58(answer["tokenMintB"])
        straight = answer["tokenMintA"] == token.mint
        native = world.state(own).price_native
        assert float(answer["price"]) == pytest.approx(native if straight else 1 / native)
        raw = float(answer["price"]) * 10 ** (answer["tokenB"]["decimals"] - answer["tokenA"]["decimals"])
        assert (int(answer["sqrtPrice"]) / 2**64) ** 2 == pytest.approx(raw)
        assert 1.0001 ** answer["tickCurrentIndex"] == pytest.approx(raw, rel=2e-4)


def test_the_pools_of_a_token_come_deepest_first(world: World) -> None:
    depths = [float(pool["tvlUsdc"]) for pool in body(world, "orca", "/pools", token=USDC_MINT)["data"]]
    assert len(depths) > 2 and depths == sorted(depths, reverse=True)
    assert len(body(world, "orca", "/pools", token=SOL_MINT, size="1")["data"]) == 1


def test_the_unknown_is_refused_in_the_vendors_words(world: World) -> None:
    assert body(world, "orca", "/pools", token=NOBODY)["data"] == []
    raydium = next(pool.address for pool in world.pools.values() if pool.dex is Dex.RAYDIUM)
    for address in (NOBODY, raydium):
        answer = ask(world, "orca", f"/pools/{address}")
        assert (answer.status, answer.body) == (404, sample("orca/error-apperror-shape"))
    assert ask(world, "orca", "/pools", token=BONK_MINT, stats="24H").status == 400


def test_a_figure_is_the_truth_within_the_vendors_skew(world: World) -> None:
    for pool in (pool for pool in world.pools.values() if pool.dex is Dex.ORCA):
        told = float(body(world, "orca", f"/pools/{pool.address}")["data"]["tvlUsdc"])
        assert math.isclose(told, world.state(pool).liquidity_usd, rel_tol=0.0021)
