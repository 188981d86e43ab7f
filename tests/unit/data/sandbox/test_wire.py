"""Every vendor's answers against what that vendor was recorded to answer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pytest

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.tokens import Dex, Kind
from data.sandbox.wire import dexscreener
from data.sandbox.wire.call import Answer, Call, Vendor
from data.sandbox.wire.vendors import VENDORS
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import Shape, differences, sample
from tests.unit.data.sandbox.worlds import named, of_kind

BY_ID = {vendor.id: vendor for vendor in VENDORS}
NOBODY = "11111111111111111111111111111111"


def ask(world: World, vendor: str, target: str, **query: str) -> Answer:
    """Ask a vendor as the server would: find the route, name its parts, write JSON and read it."""
    parts = target.strip("/").split("/")
    routes = sorted(BY_ID[vendor].routes.items(), key=lambda route: "{" in route[0])
    for route, handler in routes:
        words = route.strip("/").split("/")
        if len(words) == len(parts) and all(w[0] == "{" or w == p for w, p in zip(words, parts, strict=True)):
            path = {w[1:-1]: p for w, p in zip(words, parts, strict=True) if w[0] == "{"}
            answer = handler(world, Call(path=path, query=query))
            return Answer(body=json.loads(json.dumps(answer.body, allow_nan=False)), status=answer.status)
    raise AssertionError(f"{vendor} has no route for {target}")


def body(world: World, vendor: str, target: str, **query: str) -> Any:
    answer = ask(world, vendor, target, **query)
    assert answer.status == 200, answer
    return answer.body


def shaped(values: Iterable[Any], recorded: Iterable[Any], **allowed: Any) -> None:
    """Hold every value to the shape that the recorded ones show."""
    shape, count = Shape(), 0
    for each in recorded:
        shape.learn(each)
    for value in values:
        count += 1
        assert sorted(differences(value, shape, **allowed)) == []
    assert count


def every_mint(world: World) -> list[str]:
    return list(world.tokens)


# --- DexScreener


def test_dexscreener_pairs_have_the_recorded_shape(world: World) -> None:
    names = (
        "latest-dex-pairs-eth-single",
        "latest-dex-pairs-multi-solana-bonding-curve",
        "latest-dex-search-wbtc-usdc",
    )
    recorded = [pair for name in names for pair in sample(f"dexscreener/{name}")["pairs"]]
    recorded += sample("dexscreener/tokens-v1-solana-rugged-zero-liquidity")
    recorded[0]["info"] |= {"websites": [{"url": "", "label": ""}]}  # filled in the vendor's reference
    pairs = [
        pair
        for mint in every_mint(world)
        for pair in body(world, "dexscreener", f"/token-pairs/v1/solana/{mint}")
    ]
    shaped(pairs, recorded, extra={"boosts"}, lacking={"header", "m5", "h1", "h6", "h24"})
    assert all(set(pair["txns"]) == {"m5", "h1", "h6", "h24"} for pair in pairs)


def test_dexscreener_leaves_out_the_liquidity_of_a_curve_and_a_change_that_is_none(world: World) -> None:
    (curve,) = body(world, "dexscreener", f"/token-pairs/v1/solana/{named(world, 'SPROUT').mint}")
    assert "liquidity" not in curve
    (dead,) = body(world, "dexscreener", f"/tokens/v1/solana/{named(world, 'FOSSIL').mint}")
    assert dead["priceChange"] == {}
    assert dead["txns"]["h24"] == {"buys": 0, "sells": 0}


def test_a_rugged_pool_keeps_a_huge_market_cap_over_no_liquidity(world: World) -> None:
    (pair,) = body(world, "dexscreener", f"/tokens/v1/solana/{named(world, 'SAFEMOON').mint}")
    assert pair["liquidity"]["usd"] < 20
    assert pair["marketCap"] > 100_000


def test_dexscreener_words_the_unknown_as_the_vendor_does(world: World) -> None:
    assert body(world, "dexscreener", f"/token-pairs/v1/solana/{NOBODY}") == sample(
        "dexscreener/token-pairs-v1-not-found"
    )
    pairs = body(world, "dexscreener", f"/latest/dex/pairs/solana/{NOBODY}")
    assert pairs == sample("dexscreener/latest-dex-pairs-not-found")
    assert body(world, "dexscreener", f"/latest/dex/tokens/{NOBODY}") == {
        "schemaVersion": "1.0.0",
        "pairs": None,
    }
    assert body(world, "dexscreener", f"/tokens/v1/ethereum/{BONK_MINT}") == []


def test_dexscreener_fills_the_single_pair_for_one_id_only(world: World) -> None:
    one, two = (pool.address for pool in world.pools_of(BONK_MINT)[:2])
    single = body(world, "dexscreener", f"/latest/dex/pairs/solana/{one}")
    both = body(world, "dexscreener", f"/latest/dex/pairs/solana/{one},{two}")
    assert single["pair"] == single["pairs"][0]
    assert both["pair"] is None
    assert len(both["pairs"]) == 2


def test_dexscreener_search_finds_the_impostor_too(world: World) -> None:
    found = body(world, "dexscreener", "/latest/dex/search", q="bonk")["pairs"]
    assert {pair["baseToken"]["address"] for pair in found} >= {BONK_MINT} | {
        token.mint for token in world.tokens.values() if token.symbol == "BONK"
    }
    assert found[0]["baseToken"]["address"] == BONK_MINT
    assert body(world, "dexscreener", "/latest/dex/search", q="  ")["pairs"] is not None
    assert len(body(world, "dexscreener", "/latest/dex/search", q="SOL/USDC")["pairs"]) >= 3


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0003798, 2, "0.0003798"),
        (0.00000769, 2, "0.000007690"),
        (2701.37, 2, "2701.37"),
        (3.8146, 2, "3.81"),
        (2701.3735, 4, "2701.3735"),
        (2.566e-15, 2, "0.000000000000002566"),
        (0.99999, 2, "1.000"),
        (0.03311, 4, "0.03311"),
    ],
)
def test_dexscreener_writes_prices_without_an_exponent(value: float, decimals: int, text: str) -> None:
    assert dexscreener.price_text(value, decimals) == text


def test_promoted_tokens_carry_their_pages(world: World) -> None:
    profiles = body(world, "dexscreener", "/token-profiles/latest/v1")
    boosts = body(world, "dexscreener", "/token-boosts/top/v1")
    assert len(profiles) == 30
    assert all(entry["chainId"] == "solana" and entry["links"] for entry in profiles)
    assert [b["totalAmount"] for b in boosts] == sorted((b["totalAmount"] for b in boosts), reverse=True)
    paid = body(world, "dexscreener", f"/orders/v1/solana/{profiles[0]['tokenAddress']}")
    assert paid["orders"][0]["status"] == "approved"
    assert body(world, "dexscreener", f"/orders/v1/solana/{NOBODY}") == {"orders": [], "boosts": []}


# --- GeckoTerminal

GT_LACKING = {"last_trade_timestamp", "token_price_usd", "included", "image_url"}
GT_EXTRA = {"launchpad_details", "included", "sentiment_vote_positive_percentage"}
MOVED = {"completed_at", "migrated_destination_pool_address"}
GT_NULLABLE = {"market_cap_usd", "coingecko_coin_id", "image_url", "price_usd", "fdv_usd", "reserve_in_usd"}


def test_geckoterminal_pools_have_the_recorded_shape(world: World) -> None:
    recorded = sample("geckoterminal/network-pools-solana-live-2026-10-08")["data"]
    recorded += sample("geckoterminal/new-pools-solana-pumpfun-nulls")["data"]
    single = sample("geckoterminal/pool-single-live-2026-10-04")["data"]
    answers = [
        body(world, "geckoterminal", f"/networks/solana/tokens/{mint}/pools", page="1")["data"]
        for mint in every_mint(world)
    ]
    shaped((pool for pools in answers for pool in pools), recorded, nullable=GT_NULLABLE)
    addresses = [pool for pool in world.pools if world.pools[pool].dex is not Dex.PUMPFUN]
    pools = (
        body(world, "geckoterminal", f"/networks/solana/pools/{pool}")["data"] for pool in addresses[::5]
    )
    shaped(pools, [single], nullable=GT_NULLABLE)


def test_geckoterminal_tokens_have_the_recorded_shape(world: World) -> None:
    recorded = sample("geckoterminal/tokens-multi-solana-null-price")
    batch = ",".join(every_mint(world)[:30])
    answer = body(world, "geckoterminal", f"/networks/solana/tokens/multi/{batch}", include="top_pools")
    shaped([answer], [recorded], nullable=GT_NULLABLE | MOVED)
    assert len(answer["data"]) == 30
    one = body(world, "geckoterminal", f"/networks/solana/tokens/{BONK_MINT}", include="top_pools")
    recorded_one = sample("geckoterminal/token-eth-usdt")
    shaped([one], [recorded_one], nullable=GT_NULLABLE, lacking=GT_LACKING)
    info = sample("geckoterminal/token-info-solana-pippin")
    infos = (
        body(world, "geckoterminal", f"/networks/solana/tokens/{mint}/info") for mint in every_mint(world)
    )
    loose = GT_NULLABLE | {"banner_image_url", "telegram_handle", "twitter_handle", "developer_address"}
    shaped(infos, [info], nullable=loose)


def test_geckoterminal_includes_what_is_asked_for(world: World) -> None:
    asked = "base_token,quote_token,dex"
    answer = body(world, "geckoterminal", "/networks/solana/new_pools", include=asked)
    assert {each["type"] for each in answer["included"]} == {"token", "dex"}
    recorded = sample("geckoterminal/new-pools-solana-pumpfun-nulls")["included"]
    shaped(answer["included"], recorded, nullable=GT_NULLABLE)
    ages = [pool["attributes"]["pool_created_at"] for pool in answer["data"]]
    assert ages == sorted(ages, reverse=True)


def test_geckoterminal_bars_come_newest_first_and_end_at_the_price(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0]
    path = f"/networks/solana/pools/{pool.address}/ohlcv"
    answer = body(world, "geckoterminal", f"{path}/minute", aggregate="15", limit="50")
    shaped([answer], [sample("geckoterminal/pool-ohlcv-day-eth")], nullable=GT_NULLABLE)
    rows = answer["data"]["attributes"]["ohlcv_list"]
    assert len(rows) == 50
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
    truth = world.state(pool).price_usd * (1 + world.skew("geckoterminal", BONK_MINT))
    assert rows[0][4] == pytest.approx(truth)
    older = body(world, "geckoterminal", f"{path}/minute", aggregate="15", before_timestamp=str(rows[-1][0]))
    assert older["data"]["attributes"]["ohlcv_list"][0][0] < rows[-1][0]
    assert answer["meta"]["base"]["address"] == BONK_MINT
    inverse = body(world, "geckoterminal", f"{path}/hour", token="quote")
    assert inverse["meta"]["base"]["address"] == SOL_MINT


def test_geckoterminal_refuses_in_its_own_words(world: World) -> None:
    pool = world.pools_of(BONK_MINT)[0].address
    bad = ask(world, "geckoterminal", f"/networks/solana/pools/{pool}/ohlcv/minute", aggregate="7")
    assert (bad.status, bad.body) == (400, sample("geckoterminal/error-400-invalid-aggregate"))
    far = ask(world, "geckoterminal", "/networks/solana/trending_pools", page="11")
    assert (far.status, far.body) == (401, sample("geckoterminal/error-401-page-over-10"))
    for path in (f"tokens/{NOBODY}", f"pools/{NOBODY}", f"pools/{NOBODY}/trades", f"tokens/{NOBODY}/info"):
        assert ask(world, "geckoterminal", f"/networks/solana/{path}").status == 404


def test_geckoterminal_trades_have_the_recorded_shape(world: World) -> None:
    pool = named(world, "MOCHI").pools[0]
    answer = body(world, "geckoterminal", f"/networks/solana/pools/{pool.address}/trades")
    shaped([answer], [sample("geckoterminal/pool-trades-eth")])
    assert len({each["id"] for each in answer["data"]}) == len(answer["data"]) == 300
    about_sol = body(
        world, "geckoterminal", f"/networks/solana/pools/{pool.address}/trades", token=SOL_MINT
    )  # fmt: skip
    kinds = [
        (a["attributes"]["kind"], b["attributes"]["kind"])
        for a, b in zip(answer["data"], about_sol["data"], strict=True)
    ]
    assert set(kinds) == {("buy", "sell"), ("sell", "buy")}
    large = body(
        world, "geckoterminal", f"/networks/solana/pools/{pool.address}/trades",
        trade_volume_in_usd_greater_than="1000",
    )  # fmt: skip
    assert all(float(each["attributes"]["volume_in_usd"]) > 1000 for each in large["data"])


def test_geckoterminal_prices_leave_out_the_unknown(world: World) -> None:
    wants = dict.fromkeys(
        (
            "include_market_cap",
            "include_24hr_vol",
            "include_24hr_price_change",
            "include_total_reserve_in_usd",
        ),
        "true",
    )
    path = f"/simple/networks/solana/token_price/{BONK_MINT},{NOBODY}"
    answer = body(world, "geckoterminal", path, **wants)
    attributes = answer["data"]["attributes"]
    assert set(attributes) == set(sample("geckoterminal/simple-token-price-weth")["data"]["attributes"])
    assert all(set(each) == {BONK_MINT} for each in attributes.values())
    assert all(isinstance(each[BONK_MINT], str) for each in attributes.values())


def test_geckoterminal_trends_by_volume_and_searches(world: World) -> None:
    day = body(world, "geckoterminal", "/networks/solana/trending_pools", duration="24h")["data"]
    volumes = [float(pool["attributes"]["volume_usd"]["h24"]) for pool in day]
    assert len(day) == 20
    assert all(a >= b * 0.99 for a, b in pairwise(volumes))
    found = body(world, "geckoterminal", "/search/pools", query="PEPE")["data"]
    assert len({pool["relationships"]["base_token"]["data"]["id"] for pool in found}) == 3


# --- Jupiter


def test_jupiter_prices_have_the_recorded_shape_and_leave_out_the_untrusted(world: World) -> None:
    answer = body(world, "jupiter", "/price/v3", ids=",".join([*every_mint(world)[:49], NOBODY]))
    names = ("sol-usdc", "sol-jup-no-created-liquidity", "memecoin-launchpad")
    recorded = [entry for name in names for entry in sample(f"jupiter/price-v3-{name}").values()]
    shaped(answer.values(), recorded, nullable={"priceChange24h"})
    assert {SOL_MINT, USDC_MINT, BONK_MINT} <= set(answer)
    assert named(world, "SAFEMOON").mint not in answer
    assert body(world, "jupiter", "/price/v3", ids=NOBODY) == sample("jupiter/price-v3-all-unknown")
    assert ask(world, "jupiter", "/price/v3", ids=",".join(["x"] * 51)).status == 400


def test_jupiter_tokens_have_the_recorded_shape(world: World) -> None:
    names = ("jup", "sol", "memecoin-sparse")
    recorded = [token for name in names for token in sample(f"jupiter/tokens-v2-search-{name}")]
    answer = body(world, "jupiter", "/tokens/v2/search", query=",".join(every_mint(world)))
    assert len(answer) == len(world.tokens)
    stats = {"liquidityChange", "volumeChange", "buyOrganicVolume", "sellOrganicVolume", "numOrganicBuyers"}
    extra = {"telegram", "mintAuthority", "freezeAuthority", "graduatedPool", "graduatedAt"}
    extra |= {"isSus", "devBalancePercentage", "numNetBuyers"}
    lacking = stats | {"mintAuthorityDisabled", "freezeAuthorityDisabled", "holderChange"}
    shaped(answer, recorded, extra=extra, lacking=lacking)


def test_jupiter_leaves_out_a_flag_that_does_not_hold(world: World) -> None:
    (usdc,) = body(world, "jupiter", "/tokens/v2/search", query=USDC_MINT)
    (honeypot,) = body(world, "jupiter", "/tokens/v2/search", query=named(world, "HONEY").mint)
    assert "mintAuthorityDisabled" not in usdc["audit"]
    assert usdc["mintAuthority"] == world.tokens[USDC_MINT].mint_authority
    assert honeypot["audit"]["isSus"] is True
    assert "isSus" not in usdc["audit"]


def test_jupiter_search_by_symbol_ranks_impostors_below(world: World) -> None:
    found = body(world, "jupiter", "/tokens/v2/search", query="bonk")
    assert [token["symbol"] for token in found[:2]] == ["BONK", "BONK"]
    assert found[0]["id"] == BONK_MINT
    assert len(body(world, "jupiter", "/tokens/v2/search", query="PEPE")) == 3
    assert ask(world, "jupiter", "/tokens/v2/search", query="").status == 400


def test_jupiter_lists_are_ordered(world: World) -> None:
    recent = body(world, "jupiter", "/tokens/v2/recent")
    ages = [token["firstPool"]["createdAt"] for token in recent]
    assert ages == sorted(ages, reverse=True)
    busy = body(world, "jupiter", "/tokens/v2/toptrending/1h", limit="5")
    assert len(busy) == 5
    assert SOL_MINT not in {token["id"] for token in busy}
    assert ask(world, "jupiter", "/tokens/v2/toptrending/2h").status == 400


# --- RugCheck

MAPS = {"knownAccounts", "lockers", "lockerOwners", "token_extensions"}


def test_rugcheck_reports_have_the_recorded_shape(world: World) -> None:
    names = ("dead-liquidity-insiders", "jto-2026-trimmed", "pumpfun-serial-rugger-topholders-null")
    recorded = [sample(f"rugcheck/report-{name}") for name in names]
    reports = [body(world, "rugcheck", f"/tokens/{mint}/report") for mint in every_mint(world)]
    nullable = {"creator", "markets", "topHolders", "insiderNetworks", "creatorTokens"}
    for report in reports:
        if report["token_extensions"] is not None:
            assert set(report.pop("token_extensions"))
            report["token_extensions"] = None
    shaped(reports, recorded, nullable=nullable | {"mintAuthority", "freezeAuthority"}, free=MAPS)
    assert all(set(recorded[0]) - {"creatorBalance"} <= set(report) for report in reports)


def test_rugcheck_summaries_have_the_recorded_shape(world: World) -> None:
    summaries = (body(world, "rugcheck", f"/tokens/{mint}/report/summary") for mint in every_mint(world))
    shaped(summaries, [sample("rugcheck/report-summary-jto")])


@pytest.mark.parametrize(
    ("symbol", "risk"),
    [
        ("GLACIER", "Freeze Authority still enabled"),
        ("HONEY", "Permanent Delegate"),
        ("TITHE", "High Transfer Fee"),
        ("SAFEMOON", "Low Liquidity"),
        ("GEM", "Creator history of rugged tokens"),
        ("SWARM", "Top 10 holders high ownership"),
    ],
)
def test_rugcheck_names_what_is_wrong_with_a_token(world: World, symbol: str, risk: str) -> None:
    summary = body(world, "rugcheck", f"/tokens/{named(world, symbol).mint}/report/summary")
    assert risk in {each["name"] for each in summary["risks"]}
    assert summary["score"] > 1_000
    clean = body(world, "rugcheck", f"/tokens/{BONK_MINT}/report/summary")
    assert clean["score_normalised"] < summary["score_normalised"] <= 100


def test_rugcheck_says_rugged_only_of_a_pulled_token(world: World) -> None:
    for token in world.tokens.values():
        report = body(world, "rugcheck", f"/tokens/{token.mint}/report")
        assert report["rugged"] is (token.symbol == "SAFEMOON")
    bundled = body(world, "rugcheck", f"/tokens/{named(world, 'SWARM').mint}/report")
    assert bundled["graphInsidersDetected"] == 8
    assert sum(holder["insider"] for holder in bundled["topHolders"]) == 8


def test_rugcheck_tells_the_transfer_fee_in_force(world: World) -> None:
    taxed = {
        s: body(world, "rugcheck", f"/tokens/{named(world, s).mint}/report")["transferFee"]
        for s in ("TITHE", "TOLL")
    }
    assert taxed["TITHE"]["pct"] == 8
    assert taxed["TOLL"]["pct"] == 1
    assert taxed["TITHE"]["maxAmount"] == 2**64 - 1


def test_rugcheck_does_not_know_everybody(world: World) -> None:
    assert ask(world, "rugcheck", "/tokens/short/report").status == 400
    unknown = ask(world, "rugcheck", f"/tokens/{NOBODY}/report/summary")
    assert unknown.status == 404
    assert isinstance(unknown.body, dict)
    assert set(unknown.body) == {"error"}


# --- Raydium


def test_raydium_pools_have_the_recorded_shape(world: World) -> None:
    by_dex = {
        Dex.RAYDIUM: sample("raydium/pools-info-mint-ammv4-memecoin")["data"]["data"],
        Dex.RAYDIUM_CLMM: sample("raydium/pools-info-ids-clmm")["data"],
    }
    for dex, recorded in by_dex.items():
        ids = [pool.address for pool in world.pools.values() if pool.dex is dex]
        answer = body(world, "raydium", "/pools/info/ids", ids=",".join(ids))
        assert len(answer["data"]) == len(ids)
        shaped(answer["data"], recorded)


def test_raydium_sides_are_sorted_by_mint_and_the_price_goes_with_them(world: World) -> None:
    ids = ",".join(pool.address for pool in world.pools.values() if pool.dex is Dex.RAYDIUM)
    for item in body(world, "raydium", "/pools/info/ids", ids=ids)["data"]:
        assert item["mintA"]["address"] < item["mintB"]["address"]
        pool = world.pools[item["id"]]
        state = world.state(pool)
        straight = item["mintA"]["address"] == pool.base
        assert item["price"] == pytest.approx(state.price_native if straight else 1 / state.price_native)
        assert item["mintAmountB"] / item["mintAmountA"] == pytest.approx(item["price"])
        assert item["day"]["priceMin"] <= item["price"] <= item["day"]["priceMax"]


def test_raydium_gives_prices_as_text_and_null_for_what_it_has_no_pool_of(world: World) -> None:
    only_elsewhere = named(world, "SWARM").mint
    answer = body(world, "raydium", "/mint/price", mints=f"{BONK_MINT},{only_elsewhere},{NOBODY}")
    shaped([answer], [sample("raydium/mint-price-one")], free={"data"})
    assert float(answer["data"][BONK_MINT]) == pytest.approx(world.price_usd(BONK_MINT), rel=0.005)
    assert answer["data"][only_elsewhere] is None
    assert body(world, "raydium", "/mint/ids", mints=f"{NOBODY},{BONK_MINT}")["data"][0] is None


def test_raydium_refuses_within_a_success(world: World) -> None:
    unknown = body(world, "raydium", "/pools/info/ids", ids=NOBODY)
    assert unknown["data"] == sample("raydium/pools-info-ids-unknown-pool")["data"]
    refused = body(world, "raydium", "/pools/info/ids")
    assert refused["success"] is False
    assert set(refused) == set(sample("raydium/error-envelope"))
    assert body(world, "raydium", "/pools/info/mint", mint1=BONK_MINT, pageSize="5000")["success"] is False


def test_raydium_lists_the_pools_of_a_mint_deepest_first(world: World) -> None:
    answer = body(
        world, "raydium", "/pools/info/mint", mint1=SOL_MINT, poolType="all", pageSize="5", page="1"
    )["data"]
    depths = [pool["tvl"] for pool in answer["data"]]
    assert depths == sorted(depths, reverse=True)
    assert answer["hasNextPage"] is True
    pair = body(world, "raydium", "/pools/info/mint", mint1=SOL_MINT, mint2=BONK_MINT)["data"]
    assert pair["count"] == len(pair["data"]) == 1


# --- CoinGecko


def test_coingecko_prices_have_the_recorded_shape(world: World) -> None:
    wants = dict.fromkeys(
        ("include_market_cap", "include_24hr_vol", "include_24hr_change", "include_last_updated_at"), "true"
    )
    answer = body(
        world, "coingecko", "/simple/price", ids="solana,bonk,nothing", vs_currencies="usd", **wants
    )
    assert set(answer) == {"solana", "bonk"}
    shaped(answer.values(), sample("coingecko/simple-price-btc").values())
    by_mint = body(
        world, "coingecko", "/simple/token_price/solana", vs_currencies="usd",
        contract_addresses=f"{BONK_MINT},{named(world, 'MOCHI').mint}",
    )  # fmt: skip
    assert by_mint == {BONK_MINT: {"usd": answer["bonk"]["usd"]}}
    assert ask(world, "coingecko", "/simple/price", ids="solana").status == 422


def test_coingecko_pages_of_coins_have_the_recorded_shape(world: World) -> None:
    recorded = [sample("coingecko/coins-contract-weth"), sample("coingecko/coins-id-bitcoin")]
    listed = [token.mint for token in world.tokens.values() if token.coingecko_id]
    answers = [body(world, "coingecko", f"/coins/solana/contract/{mint}") for mint in listed]
    others = {
        "btc",
        "eth",
        "eur",
        "atl",
        "atl_date",
        "atl_change_percentage",
        "community_data",
        "developer_data",
    }
    others |= {"tickers", "market_cap_rank_with_rehypothecated", "outstanding_token_value_usd"}
    others |= {
        key for key in recorded[0]["market_data"] if key.startswith(("price_change", "market_cap_change"))
    }
    free = {"platforms", "detail_platforms", "description", "links"}
    nullable = {
        "price_change_percentage_7d",
        "price_change_percentage_14d",
        "price_change_percentage_30d",
        "usd",
    }
    shaped(answers, recorded, lacking=others, extra={"sol"}, free=free, nullable=nullable | {"genesis_date"})
    assert all(set(answer["links"]) == set(recorded[0]["links"]) for answer in answers)


def test_coingecko_knows_a_handful_of_coins_only(world: World) -> None:
    unknown = ask(world, "coingecko", f"/coins/solana/contract/{named(world, 'MOCHI').mint}")
    assert (unknown.status, unknown.body) == (404, sample("coingecko/error-404-coin-not-found"))
    found = body(world, "coingecko", "/search", query="bonk")
    shaped([found], [sample("coingecko/search-ethereum")])
    assert [coin["id"] for coin in found["coins"]] == ["bonk"]


def test_coingecko_markets_have_the_recorded_shape(world: World) -> None:
    spans = "1h,24h,7d,14d,30d,200d,1y"
    rows = body(world, "coingecko", "/coins/markets", vs_currency="usd", price_change_percentage=spans)
    lacking = {"sparkline_in_7d", "market_cap_rank_with_rehypothecated"}
    nullable = {"atl", "atl_date", "atl_change_percentage", "max_supply"}
    nullable |= {f"price_change_percentage_{span}_in_currency" for span in spans.split(",")}
    shaped(rows, sample("coingecko/coins-markets-btc"), lacking=lacking, nullable=nullable)
    caps = [row["market_cap"] for row in rows]
    assert caps == sorted(caps, reverse=True)
    assert all(row["ath"] >= row["current_price"] for row in rows)


def test_coingecko_bars_are_stamped_with_their_close(world: World) -> None:
    bars = body(world, "coingecko", "/coins/solana/ohlc", vs_currency="usd", days="7")
    shaped([bars], [sample("coingecko/coins-ohlc-btc")])
    assert all(
        low <= min(opened, close) and high >= max(opened, close) for _, opened, high, low, close in bars
    )
    assert len(bars) == 42
    assert ask(world, "coingecko", "/coins/solana/ohlc", vs_currency="usd", days="3").status == 422
    assert ask(world, "coingecko", "/coins/nothing/ohlc", days="1").status == 404


def test_coingecko_sees_the_world_as_a_whole(world: World) -> None:
    lacking = {"btc", "eth", "usdt"}
    extra = {"sol", "usdc", "trump", "jup"}
    answer = body(world, "coingecko", "/global")
    shaped(
        [answer], [sample("coingecko/global")], lacking=lacking, extra=extra, free={"market_cap_percentage"}
    )
    assert 0 < answer["data"]["market_cap_percentage"]["sol"] < 100


# --- All of them

PRICES = {
    "dexscreener": lambda world, mint: body(world, "dexscreener", f"/tokens/v1/solana/{mint}")[0]["priceUsd"],
    "geckoterminal": lambda world, mint: body(world, "geckoterminal", f"/networks/solana/tokens/{mint}")[
        "data"
    ]["attributes"]["price_usd"],
    "jupiter": lambda world, mint: body(world, "jupiter", "/price/v3", ids=mint)[mint]["usdPrice"],
    "rugcheck": lambda world, mint: body(world, "rugcheck", f"/tokens/{mint}/report")["price"],
    "raydium": lambda world, mint: body(world, "raydium", "/mint/price", mints=mint)["data"][mint],
}


@pytest.mark.parametrize("vendor", PRICES)
def test_what_a_vendor_says_of_a_price_is_the_truth_within_its_skew(world: World, vendor: str) -> None:
    healthy = of_kind(world, Kind.HEALTHY) + of_kind(world, Kind.FREEZABLE)
    for token in healthy:
        told = float(PRICES[vendor](world, token.mint))
        truth = world.price_usd(token.mint) * (1 + world.skew(vendor, token.mint))
        assert told == pytest.approx(truth, rel=6e-4)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.id)
def test_no_answer_holds_a_figure_that_is_none(world: World, vendor: Vendor) -> None:
    def figures(value: Any) -> Iterable[float]:
        if isinstance(value, Mapping):
            for each in value.values():
                yield from figures(each)
        elif isinstance(value, list):
            for each in value:
                yield from figures(each)
        elif isinstance(value, float):
            yield value

    mints = {
        kind: of_kind(world, kind)[-1]
        for kind in (Kind.BLUE_CHIP, Kind.HOSTILE_NAME, Kind.DEAD, Kind.BONDING_CURVE)
    }
    for token in mints.values():
        path = {"chain": "solana", "addresses": token.mint, "address": token.mint, "mint": token.mint}
        path |= {"pool": token.pools[0].address, "pairs": token.pools[0].address, "timeframe": "hour"}
        path |= {"interval": "24h", "id": token.coingecko_id or "none"}
        query = {
            "ids": token.mint,
            "mints": token.mint,
            "mint1": token.mint,
            "query": token.symbol,
            "q": token.symbol,
        }
        query |= {"contract_addresses": token.mint, "vs_currencies": "usd,sol", "days": "1"}
        for handler in vendor.routes.values():
            answer = handler(world, Call(path=path, query=query))
            assert all(math.isfinite(figure) for figure in figures(answer.body))
            json.dumps(answer.body, allow_nan=False)
