"""Birdeye's answers against what its reference shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from data.models.ids import SOL_MINT
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.tokens import Kind
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, ask, body, every_mint, shaped
from tests.unit.data.sandbox.worlds import named, of_kind

QUIET = {"lastTradeUnixTime", "lastTradeHumanTime", "last_trade_unix_time", "last_trade_human_time"}


def of(name: str) -> Any:
    return sample(f"birdeye/{name}")


def get(world: World, path: str, **query: str) -> Any:
    answer = body(world, "birdeye", path, **query)
    assert answer["success"] is True
    return answer["data"]


def test_market_data_have_the_documented_shape(world: World) -> None:
    found = (get(world, "/defi/v3/token/market-data", address=mint) for mint in every_mint(world))
    shaped(found, [of("v3-token-market-data")["data"]])


def test_prices_are_keyed_by_mint_and_null_for_the_unknown(world: World) -> None:
    mints = ",".join([*every_mint(world)[:90], NOBODY])
    found = get(world, "/defi/multi_price", list_address=mints, include_liquidity="true")
    assert found.pop(NOBODY) is None
    shaped(found.values(), of("multi_price")["data"].values(), nullable={"priceChange24h"})
    assert "liquidity" not in get(world, "/defi/multi_price", list_address=BONK_MINT)[BONK_MINT]
    assert ask(world, "birdeye", "/defi/multi_price", list_address=",".join(["x"] * 101)).status == 400


def test_overviews_have_the_documented_shape(world: World) -> None:
    recorded = of("token_overview")["data"]
    compared = {key for key in recorded if "History" in key or ("Change" in key and key[0] != "p")}
    spans = {key for key in recorded if key[-1] in "mhDt" or key.endswith(("USD", "Percent"))}
    found = (get(world, "/defi/token_overview", address=mint) for mint in every_mint(world))
    shaped(found, [recorded], lacking=compared, nullable=spans | QUIET | {"logoURI"}, free={"extensions"})


def test_a_quiet_token_has_null_spans(world: World) -> None:
    dead = get(world, "/defi/token_overview", address=of_kind(world, Kind.DEAD)[0].mint)
    assert (dead["priceChange24hPercent"], dead["v24hUSD"], dead["buy24h"]) == (None, None, None)
    busy = get(world, "/defi/token_overview", address=BONK_MINT)
    assert busy["v24hUSD"] == pytest.approx(busy["vBuy24hUSD"] + busy["vSell24hUSD"])
    assert "v6hUSD" not in busy and "priceChange6hPercent" in busy


def test_security_facts_have_the_documented_shape(world: World) -> None:
    recorded = of("token_security")["data"]
    unsaid = {key for key, value in recorded.items() if value is None}
    unsaid |= {"creatorAddress", "creatorBalance", "creatorPercentage", "creationTx", "mintTx"}
    unsaid |= {key for key in recorded if key.startswith("metaplex")} | {"jupStrictList"}
    found = [get(world, "/defi/token_security", address=mint) for mint in every_mint(world)]
    shaped(found, [recorded], nullable=unsaid)
    assert all(0 <= each["top10UserPercent"] <= each["top10HolderPercent"] <= 1 for each in found)


def test_security_finds_what_is_wrong(world: World) -> None:
    frozen = get(world, "/defi/token_security", address=named(world, "GLACIER").mint)
    assert frozen["freezeable"] is True and frozen["freezeAuthority"]
    taxed = get(world, "/defi/token_security", address=named(world, "TITHE").mint)
    assert taxed["transferFeeEnable"] is True and taxed["isToken2022"] is True


def test_holders_have_the_documented_shape(world: World) -> None:
    found = [get(world, "/defi/v3/token/holder", address=mint) for mint in every_mint(world)]
    shaped(found, [of("v3-token-holder")["data"]])
    first = get(world, "/defi/v3/token/holder", address=BONK_MINT, offset="1", limit="2")["items"]
    amounts = [int(row["amount"]) for row in get(world, "/defi/v3/token/holder", address=BONK_MINT)["items"]]
    assert [int(row["amount"]) for row in first] == sorted(amounts, reverse=True)[1:3]
    assert ask(world, "birdeye", "/defi/v3/token/holder", address=BONK_MINT, limit="101").status == 400


def test_trades_have_the_documented_shape(world: World) -> None:
    pool = named(world, "MOCHI").pools[0]
    rows = get(world, "/defi/v3/token/txs", address=pool.base, pool_id=pool.address, limit="50")
    shaped([rows], [of("v3-token-txs")["data"]])
    assert len(rows["items"]) == 50 and rows["has_next"] is True
    other = get(world, "/defi/v3/token/txs", address=pool.quote, pool_id=pool.address, limit="50")
    sides = {(a["side"], b["side"]) for a, b in zip(rows["items"], other["items"], strict=True)}
    assert sides == {("buy", "sell"), ("sell", "buy")}
    assert get(world, "/defi/v3/token/txs", address=NOBODY, pool_id=pool.address)["items"] == []


def test_new_listings_hide_launchpads_unless_asked(world: World) -> None:
    every = get(world, "/defi/v2/tokens/new_listing", limit="20", meme_platform_enabled="true")
    shaped([every], [of("v2-new_listing")["data"]])
    times = [datetime.fromisoformat(row["liquidityAddedAt"]) for row in every["items"]]
    assert times == sorted(times, reverse=True)
    assert all(time.tzinfo is None for time in times)
    plain = get(world, "/defi/v2/tokens/new_listing")["items"]
    assert len(plain) <= 10 and all(world.tokens[row["address"]].launchpad is None for row in plain)
    assert any(world.tokens[row["address"]].launchpad for row in every["items"])


def test_trending_has_the_documented_shape_and_ranks(world: World) -> None:
    found = get(world, "/defi/token_trending", sort_by="rank", limit="20")
    nullable = {"logoURI", "volume24hChangePercent", "price24hChangePercent"}
    shaped([found], [of("token_trending")["data"]], nullable=nullable)
    assert [row["rank"] for row in found["tokens"]] == list(range(1, 21))
    assert SOL_MINT not in {row["address"] for row in found["tokens"]}


def test_search_has_the_documented_shape_and_finds_impostors(world: World) -> None:
    nullable = {"price_change_24h_percent"} | QUIET
    found = get(world, "/defi/v3/search", chain="solana", keyword="bonk")
    shaped([found], [of("v3-search")["data"]], nullable=nullable)
    tokens = found["items"][0]["result"]
    assert tokens[0]["address"] == BONK_MINT and len(tokens) >= 2
    assert get(world, "/defi/v3/search", chain="base", keyword="bonk")["items"][0]["result"] == []
    assert ask(world, "birdeye", "/defi/v3/search").status == 400


def test_the_unknown_are_nothing_in_a_success(world: World) -> None:
    for path in ("token_overview", "v3/token/market-data", "v3/token/holder"):
        assert get(world, f"/defi/{path}", address=NOBODY) is None
    assert get(world, "/defi/token_security", address=NOBODY) == {}


def test_prices_are_the_truth_within_the_skew(world: World) -> None:
    for token in of_kind(world, Kind.HEALTHY):
        told = get(world, "/defi/v3/token/market-data", address=token.mint)["price"]
        assert told == pytest.approx(world.price_usd(token.mint) * (1 + world.skew("birdeye", token.mint)))
