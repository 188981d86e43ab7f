"""Solscan's answers against what was recorded of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import MultiDict

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.tokens import Kind, TokenProgram
from data.sandbox.wire.call import merged
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, ask, body, every_mint, shaped
from tests.unit.data.sandbox.worlds import of_kind


def of(name: str) -> Any:
    return sample(f"solscan/v2-token-{name}")["data"]


def get(world: World, path: str, **query: str) -> Any:
    answer = body(world, "solscan", path, **query)
    assert answer["success"] is True
    return answer["data"]


def test_tokens_have_the_recorded_shape(world: World) -> None:
    made = {"creator", "create_tx", "created_time", "first_mint_tx", "first_mint_time"}
    lacking = made | {"onchain_extensions", "createdOn", "showName", "image", "website"}
    nullable = {"metadata", "mint_authority", "freeze_authority", "price_change_24h", "dex_vol_change_24h"}
    tokens = [get(world, "/token/meta", address=mint) for mint in every_mint(world)]
    shaped(
        tokens, [of("meta-token2022")], lacking=lacking, nullable=nullable,
        extra={"twitter", "telegram"}, free={"state"},
    )  # fmt: skip
    assert all(made <= set(each) or not made & set(each) for each in tokens)
    younger = {each["address"] for each in tokens if "onchain_extensions" in each}
    assert younger == {
        token.mint for token in world.tokens.values() if token.program is TokenProgram.TOKEN_2022
    }


def test_a_batch_drops_the_unknown_and_dies_of_the_misspelled(world: World) -> None:
    mints = every_mint(world)[:49]
    rows = get(world, "/token/price/latest", **{"address[]": ",".join([NOBODY, *mints])})
    assert [row["address"] for row in rows] == mints
    shaped(rows, of("price-latest"), nullable={"price_change_24h"})
    refused = ask(world, "solscan", "/token/price/latest", **{"address[]": f"{BONK_MINT},0OIl"})
    assert refused.status == 400
    recorded = sample("solscan/error-400-validation")["body"]
    shaped([refused.body], [recorded])
    assert refused.body["errors"]["code"] == recorded["errors"]["code"]  # type: ignore[index]


def test_repeated_keys_are_all_read() -> None:
    assert merged(MultiDict([("address[]", "A"), ("x", "1"), ("address[]", "B")])) == {
        "address[]": "A,B",
        "x": "1",
    }


def test_holders_have_the_recorded_shape(world: World) -> None:
    found = [get(world, "/token/holders", address=mint, page_size="40") for mint in every_mint(world)]
    shaped(found, [of("holders")])
    rows = get(world, "/token/holders", address=BONK_MINT, page="2", page_size="10")["items"]
    assert rows[0]["rank"] == 11
    assert rows[0]["amount_str"] == str(rows[0]["amount"])
    assert ask(world, "solscan", "/token/holders", address=BONK_MINT, page_size="25").status == 400
    assert get(world, "/token/holders", address=NOBODY) == {"total": 0, "items": []}


def test_pools_have_the_recorded_shape(world: World) -> None:
    for mint in every_mint(world)[:30]:
        rows = get(world, "/token/markets", **{"token[]": mint}, page_size="100")
        if rows:
            shaped(rows, of("markets"))
    deep = get(world, "/token/markets", **{"token[]": SOL_MINT}, sort_by="tvl", page_size="40")
    depths = [row["total_tvl"] for row in deep]
    assert depths == sorted(depths, reverse=True)
    pair = get(world, "/token/markets", **{"token[]": f"{SOL_MINT},{USDC_MINT}"}, page_size="40")
    assert {frozenset((row["token_1"], row["token_2"])) for row in pair} == {frozenset((SOL_MINT, USDC_MINT))}


def test_a_young_pool_has_no_day_before(world: World) -> None:
    young = [p for p in world.pools.values() if (world.now - p.created_at).total_seconds() < 86_400]
    assert young
    for pool in young:
        (row,) = (
            row
            for row in get(world, "/token/markets", **{"token[]": pool.base}, page_size="40")
            if row["pool_id"] == pool.address
        )
        assert "total_trades_prev_24h" not in row


def test_candles_have_the_recorded_shape_and_end_at_the_price(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0]
    data = get(world, "/token/price-ohlcv", address=BONK_MINT, pool_id=pool.address, res="1m", candles="50")
    shaped([data], [of("price-ohlcv")])
    assert data["candles"] == len(data["data"]) == 50
    last = datetime.strptime(str(data["data"][-1]["time"]), "%Y%m%d%H%M").replace(tzinfo=UTC)
    assert 0 <= (world.now - last).total_seconds() < 600
    truth = world.state(pool).price_usd * (1 + world.skew("solscan", BONK_MINT))
    assert data["data"][-1]["close_price"] == pytest.approx(truth)


def test_the_newest_bar_comes_in_two_states(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0]
    data = get(world, "/token/price-ohlcv", address=BONK_MINT, pool_id=pool.address, res="1h", candles="5")
    times = [row["time"] for row in data["data"]]
    assert len(times) == 6
    assert times[-1] == times[-2]
    assert "currency" not in data


def test_a_pool_that_the_token_is_no_side_of_has_no_candles(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0]
    data = get(world, "/token/price-ohlcv", address=NOBODY, pool_id=pool.address, currency="usd")
    assert (data["data"], data["candles"], data["currency"]) == ([], 0, "usd")
    assert ask(world, "solscan", "/token/price-ohlcv", address=BONK_MINT, res="2h").status == 400


def test_trending_and_search_have_the_documented_shape(world: World) -> None:
    rows = get(world, "/token/trending")
    assert len(rows) == 10
    shaped(rows, of("trending"))
    found = get(world, "/token/search", keyword="bonk", search_mode="fuzzy", page_size="40")
    made = {"creator", "create_tx", "created_time", "first_mint_tx", "first_mint_time"}
    lacking = made | {"image", "twitter", "website"}
    nullable = {"metadata", "market_cap_rank", "price_change_24h", "dex_vol_change_24h"}
    shaped([found], [of("search")], lacking=lacking, nullable=nullable, extra={"telegram"})
    assert found["items"][0]["address"] == BONK_MINT and found["total"] >= 2


def test_the_unknown_are_nothing_in_a_success(world: World) -> None:
    assert get(world, "/token/meta", address=NOBODY) == {}
    assert ask(world, "solscan", "/token/meta", address="short").status == 400


def test_prices_are_the_truth_within_the_skew(world: World) -> None:
    for token in of_kind(world, Kind.HEALTHY):
        (row,) = get(world, "/token/price/latest", **{"address[]": token.mint})
        truth = world.price_usd(token.mint) * (1 + world.skew("solscan", token.mint))
        assert row["price"] == pytest.approx(truth)
