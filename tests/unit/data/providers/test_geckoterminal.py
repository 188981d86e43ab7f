"""GeckoTerminal's answers, read by hand."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, NotListed, RateLimited, Unavailable
from data.models.fields import (
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    LINKS,
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Link,
    Span,
)
from data.models.ids import SOL, Chain
from data.models.market import Activity, Candle, Pool, Timeframe, TokenReport
from data.providers.base import Ask, Call, classify
from data.providers.geckoterminal import PROVIDER, answers
from tests.unit.data.providers.recorded import (
    BONK,
    DONKEY,
    GITLAWB,
    NOW,
    PIPPIN,
    SORACAT,
    TALUS,
    TRUMP,
    USDC_ETH,
    USDT_ETH,
    WETH,
    WETH_USDC_POOL,
    ask,
    find,
    one_pool,
    sample,
)

CANDLES = "/networks/{chain}/pools/{pool}/ohlcv/{unit}"
CANDLE_ASK = replace(ask(USDT_ETH, pool="0x06da0fd433c1a5d7a4faa01111c044910a184553"), timeframe=Timeframe.D1)


def of(name: str) -> Any:
    return sample("geckoterminal", name)


def test_a_batch_gives_tokens_and_the_best_pools_that_came_along() -> None:
    records = answers.parse_tokens(of("tokens-multi-solana-null-price.json"), ask(TRUMP, SORACAT, BONK), NOW)
    trump, soracat, pool = records
    assert isinstance(trump, TokenReport) and isinstance(soracat, TokenReport) and isinstance(pool, Pool)
    assert trump.get(PRICE_USD) == Decimal("2.0174050182")
    assert trump.get(MARKET_CAP_USD) == Decimal("478960276.377951")
    assert trump.get(FDV_USD) == Decimal("2017403219.4789")
    assert trump.get(LIQUIDITY_USD) == Decimal("38853273.6350283264033294")
    assert trump.get(VOLUME_USD[Span.H24]) == Decimal("2099707.5067169")
    assert trump.get(SUPPLY) == Decimal("999999108.407137")
    assert (trump.get(SYMBOL), trump.get(DECIMALS), trump.get(LISTED_ID)) == ("TRUMP", 6, "official-trump")
    assert (pool.base.token, pool.dex, pool.liquidity_usd) == (TRUMP, "meteora", Decimal("34848559.9613"))


def test_a_null_price_is_unknown_while_the_reserve_is_known() -> None:
    records = answers.parse_tokens(of("tokens-multi-solana-null-price.json"), ask(SORACAT), NOW)
    (report,) = records
    assert isinstance(report, TokenReport)
    assert report.get(PRICE_USD) is None
    assert report.get(MARKET_CAP_USD) is None
    assert report.get(LIQUIDITY_USD) == Decimal("5234.61248798976042147487629165")
    assert report.get(VOLUME_USD[Span.H24]) == 0


def test_a_batch_of_unknown_tokens_is_not_listed() -> None:
    with pytest.raises(NotListed):
        answers.parse_tokens({"data": []}, ask(BONK), NOW)


def test_info_gives_holders_links_and_revoked_authorities() -> None:
    (report,) = answers.parse_info(of("token-info-solana-pippin.json"), ask(PIPPIN), NOW)
    assert (report.get(NAME), report.get(HOLDERS)) == ("Pippin", 47911)
    assert report.get(TOP10_RATIO) == Decimal("0.737977")
    assert report.get(MINT_AUTHORITY) == Authority(None)
    assert report.get(FREEZE_AUTHORITY) == Authority(None)
    assert report.get(CREATOR) == "4t7dHZcUzNC96d79won5TRZsvwP1bumhPNf3awR5BHdu"
    assert report.get(DEV_RATIO) == 0
    assert report.get(LINKS) == (
        Link("website", "https://pippin.love"),
        Link("website", "https://www.yohei.me"),
        Link("x", "https://x.com/pippinlovesyou"),
        Link("telegram", "https://t.me/ThePippinCo"),
    )


@pytest.mark.parametrize("word", ["yes", None, "unknown", True, "No"])
def test_an_authority_that_is_not_denied_names_nobody(word: Any) -> None:
    body = of("token-info-solana-pippin.json")
    body["data"]["attributes"]["mint_authority"] = word
    (report,) = answers.parse_info(body, ask(PIPPIN), NOW)
    assert report.get(MINT_AUTHORITY) is None


def test_info_of_another_token_is_unreadable() -> None:
    with pytest.raises(BadPayload):
        answers.parse_info(of("token-info-solana-pippin.json"), ask(BONK), NOW)


def test_missing_holders_are_unknown() -> None:
    body = of("token-info-solana-pippin.json")
    body["data"]["attributes"]["holders"] = None
    (report,) = answers.parse_info(body, ask(PIPPIN), NOW)
    assert report.get(HOLDERS) is None and report.get(TOP10_RATIO) is None


def test_a_pool_is_read_in_full() -> None:
    asked = ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM)
    (pool,) = answers.parse_pool(of("pool-single-live-2026-10-04.json"), asked, NOW)
    assert (pool.base.token, pool.quote.token, pool.dex) == (WETH, USDC_ETH, "uniswap_v3")
    assert pool.price_usd == Decimal("2700.79")
    assert pool.price_quote == Decimal("2702.710932311")
    assert pool.liquidity_usd == Decimal("98049483.9936")
    assert pool.created_at == datetime(2021, 12, 29, 12, 35, 14, tzinfo=UTC)
    assert pool.activity[Span.H6] == Activity(
        volume_usd=Decimal("4515489.59674033"), buys=2176, sells=2516, change_ratio=Decimal("-0.00023")
    )
    assert pool.base.symbol is None


def test_tokens_that_come_along_name_the_sides() -> None:
    (pool,) = answers.parse_pool(one_pool(), ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM), NOW)
    assert (pool.base.symbol, pool.base.name, pool.quote.symbol) == ("WETH", "Wrapped Ether", "USDC")
    assert pool.image_url == "https://coin-images.coingecko.com/coins/images/2518/large/weth.png?1696503332"


def test_another_pool_than_asked_for_is_unreadable() -> None:
    with pytest.raises(BadPayload):
        answers.parse_pool(one_pool(), ask(pool="0xabc", chain=Chain.ETHEREUM), NOW)


def test_pools_count_only_with_the_token_as_their_base() -> None:
    body = of("token-pools-eth.json")
    (pool,) = answers.parse_token_pools(body, ask(USDC_ETH), NOW)
    assert (pool.base.symbol, pool.price_usd) == ("USDC", Decimal("1.0008763651"))
    with pytest.raises(NotListed):
        answers.parse_token_pools(body, ask(USDT_ETH), NOW)


def test_a_dead_pool_keeps_its_tiny_reserve_and_an_order_book_has_none() -> None:
    pools = answers.parse_pools(of("network-pools-solana-live-2026-10-08.json"), ask(), NOW)
    assert [pool.base.token for pool in pools][:2] == [SOL, TALUS]
    assert [pool.liquidity_usd for pool in pools] == [
        Decimal("29909335.2531"),
        Decimal("0.0115"),
        None,
        Decimal("0.002553932909"),
    ]
    assert pools[1].market_cap_usd is None
    assert pools[1].activity[Span.H6].change_ratio == Decimal("-0.99855")


def test_a_new_pool_may_lack_its_price_in_the_quote() -> None:
    (pool,) = answers.parse_pools(of("new-pools-solana-pumpfun-nulls.json"), ask(), NOW)
    assert (pool.base.token, pool.base.symbol, pool.base.name) == (DONKEY, "MadDonkey", "Donkey")
    assert pool.dex == "pump-fun"
    assert pool.price_quote is None and pool.liquidity_usd is None and pool.image_url is None
    assert pool.price_usd == Decimal("0.00000148440590295321912651916468624641639408545041453058498522449228")


def test_trending_pools_of_another_chain_are_left_out() -> None:
    body = of("trending-pools-all-networks.json")
    assert answers.parse_pools(body, ask(), NOW) == ()
    (pool,) = answers.parse_pools(body, ask(chain=Chain.BASE), NOW)
    assert (pool.base.token, pool.market_cap_usd) == (GITLAWB, Decimal("7387590.669"))


def test_a_price_that_reads_nan_is_unknown() -> None:
    body = one_pool()
    body["data"]["attributes"] |= {"base_token_price_usd": "NaN", "base_token_price_quote_token": "NaN"}
    (pool,) = answers.parse_pool(body, ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM), NOW)
    assert pool.price_usd is None and pool.price_quote is None


def test_a_search_gives_tokens() -> None:
    asked = ask(query="weth", chain=Chain.ETHEREUM)
    (match,) = answers.parse_search(of("search-pools-weth.json"), asked, NOW)
    assert (match.token, match.symbol, match.source) == (WETH, "WETH", "geckoterminal")
    assert match.liquidity_usd == Decimal("101050763.5099")
    assert answers.parse_search({"data": []}, asked, NOW) == ()


def test_candles_come_oldest_first() -> None:
    (series,) = answers.parse_candles(of("pool-ohlcv-day-eth.json"), CANDLE_ASK, NOW)
    assert (series.token, series.pool, series.timeframe) == (USDT_ETH, CANDLE_ASK.pool, Timeframe.D1)
    assert series.candles == (
        Candle(
            1779840000,
            0.996152188066521,
            1.0040610548489,
            0.996152188066521,
            1.00208165944741,
            11911.669491500581,
        ),
        Candle(
            1779926400,
            1.00208165944741,
            1.00257871811779,
            0.985925654401274,
            1.00027690571219,
            3481.679733097695,
        ),
    )


def test_candles_of_the_other_side_are_refused() -> None:
    body = of("pool-ohlcv-day-eth.json")
    with pytest.raises(BadPayload, match="another token"):
        answers.parse_candles(body, replace(CANDLE_ASK, tokens=(WETH,)), NOW)


def test_candles_that_do_not_say_what_they_price_are_refused() -> None:
    with pytest.raises(BadPayload):
        answers.parse_candles(of("pool-ohlcv-minute-empty-intervals.json"), CANDLE_ASK, NOW)


def test_intervals_without_trades_are_candles_too() -> None:
    body = of("pool-ohlcv-minute-empty-intervals.json") | {"meta": of("pool-ohlcv-day-eth.json")["meta"]}
    (series,) = answers.parse_candles(body, CANDLE_ASK, NOW)
    assert [candle.time for candle in series.candles] == [1744712100, 1744712400, 1744712700]
    assert series.candles[1].volume == 0


def test_the_open_candle_listed_twice_is_kept_once() -> None:
    body = of("pool-ohlcv-day-eth.json")
    rows = body["data"]["attributes"]["ohlcv_list"]
    again = copy.copy(rows[0])
    again[4] = Decimal("1.001")
    rows.insert(1, again)
    (series,) = answers.parse_candles(body, CANDLE_ASK, NOW)
    assert [candle.time for candle in series.candles] == [1779840000, 1779926400]
    assert series.candles[-1].close == 1.001


@pytest.mark.parametrize(
    "row",
    [
        [1779926400, 1, 2, 0.5, 1],
        [1779926400, 1, 0.5, 2, 1, 1],
        [1779926400, 1, 2, -1, 1, 1],
        [1779926400, 1, 2, 0, 1, 1],
        [1779926400, 1, 2, 0.5, 1, -1],
        [1779926400, 1, "NaN", 0.5, 1, 1],
        [1779926400, 1, Decimal("Infinity"), 0.5, 1, 1],
        [0, 1, 2, 0.5, 1, 1],
        [None, 1, 2, 0.5, 1, 1],
        {"t": 1},
        None,
    ],
)
def test_a_row_that_is_no_candle_is_dropped(row: Any) -> None:
    body = of("pool-ohlcv-day-eth.json")
    body["data"]["attributes"]["ohlcv_list"] = [row]
    (series,) = answers.parse_candles(body, CANDLE_ASK, NOW)
    assert series.candles == ()


@pytest.mark.parametrize(
    ("timeframe", "start"),
    [
        (Timeframe.M1, "minute?aggregate=1&"),
        (Timeframe.M5, "minute?aggregate=5&"),
        (Timeframe.M15, "minute?aggregate=15&"),
        (Timeframe.H1, "hour?aggregate=1&"),
        (Timeframe.H4, "hour?aggregate=4&"),
        (Timeframe.D1, "day?aggregate=1&"),
    ],
)
def test_a_timeframe_becomes_a_unit_and_an_aggregate(timeframe: Timeframe, start: str) -> None:
    asked = Ask(tokens=(TRUMP,), pool="P", timeframe=timeframe, limit=5000, before=1779926400)
    target = Call(provider=PROVIDER, endpoint=find(PROVIDER, CANDLES), ask=asked).target
    rest = f"limit=1000&before_timestamp=1779926400&currency=usd&token={TRUMP.address}"
    assert target == f"/networks/solana/pools/P/ohlcv/{start}{rest}"


def test_candles_up_to_now_name_no_end() -> None:
    target = Call(provider=PROVIDER, endpoint=find(PROVIDER, CANDLES), ask=ask(TRUMP, pool="P")).target
    assert "before_timestamp" not in target


def test_a_trade_is_seen_from_the_token() -> None:
    body = of("pool-trades-eth.json")
    bought, sold = answers.parse_trades(body, CANDLE_ASK, NOW)
    assert (bought.is_buy, sold.is_buy) == (True, False)
    assert bought.price_usd == Decimal("1.00027690571219")
    assert sold.price_usd == Decimal("0.992388076121959")
    assert bought.volume_usd == Decimal("211.39010792416")
    assert bought.at == datetime(2026, 5, 28, 4, 4, 11, tzinfo=UTC)
    assert bought.owner == "0x0b0d1579b739b1996d28c53c4ff11e2c541a1188"
    assert bought.id.endswith("_99_1779941075")
    flipped = answers.parse_trades(body, replace(CANDLE_ASK, tokens=(WETH,)), NOW)
    assert [(trade.is_buy, trade.price_usd) for trade in flipped] == [
        (False, Decimal("1976.18881048696")),
        (True, Decimal("1980.98463531194")),
    ]


def test_a_trade_of_other_tokens_is_left_out() -> None:
    assert (
        answers.parse_trades(of("pool-trades-eth.json"), replace(CANDLE_ASK, tokens=(USDC_ETH,)), NOW) == ()
    )


def test_a_single_token_document_is_no_batch() -> None:
    with pytest.raises(BadPayload):
        answers.parse_tokens(of("token-eth-usdt.json"), ask(USDT_ETH), NOW)


def test_our_chains_are_networks_of_the_vendor() -> None:
    networks = {
        row["id"]: row["attributes"]["coingecko_asset_platform_id"] for row in of("networks.json")["data"]
    }
    assert networks["eth"] == "ethereum"
    assert answers.CHAINS[Chain.ETHEREUM] in networks and answers.CHAINS[Chain.BSC] in networks


@pytest.mark.parametrize("status", [200, 429])
def test_the_throttle_counts_with_any_status_and_waits_though_told_not_to(status: int) -> None:
    body = {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}
    error = classify(PROVIDER, status, body)
    assert isinstance(error, RateLimited) and error.retry_after_s == 15


def test_an_outage_told_with_a_good_status_is_an_outage() -> None:
    assert isinstance(classify(PROVIDER, 200, {"errors": [{"status": "503", "title": "down"}]}), Unavailable)
    assert isinstance(classify(PROVIDER, 200, {"errors": [{}]}), Unavailable)
