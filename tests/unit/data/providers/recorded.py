"""The recorded samples, and for every endpoint the answers it is tested on with what was asked."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import data.providers
from data.chain.rpc import SOLANA_RPC
from data.models.fields import (
    BUYS,
    CHANGE,
    CREATED_AT,
    FDV_USD,
    IMAGE_URL,
    LIQUIDITY_USD,
    LP_BURNED_RATIO,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SELLS,
    SYMBOL,
    VOLUME_USD,
    Field,
)
from data.models.ids import SOL, USDC, Chain, TokenKey
from data.models.market import Pool, Record, SecurityReport, TokenReport
from data.providers.base import Ask, Endpoint, Provider, discover
from tests.unit.data.providers import cases as cases_by_provider

SAMPLES = Path(data.providers.__file__).parent / "samples"
PROVIDERS: tuple[Provider, ...] = (*discover().values(), SOLANA_RPC)
ENDPOINTS = [(provider, endpoint) for provider in PROVIDERS for endpoint in provider.endpoints]

NOW = datetime(2026, 5, 18, 8, 56, tzinfo=UTC)


def solana(address: str) -> TokenKey:
    return TokenKey(Chain.SOLANA, address)


WETH = TokenKey(Chain.ETHEREUM, "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
WBTC = TokenKey(Chain.ETHEREUM, "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599")
USDT_ETH = TokenKey(Chain.ETHEREUM, "0xdac17f958d2ee523a2206206994597c13d831ec7")
USDC_ETH = TokenKey(Chain.ETHEREUM, "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
GITLAWB = TokenKey(Chain.BASE, "0x5f980dcfc4c0fa3911554cf5ab288ed0eb13dba3")
WETH_USDC_POOL = "0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640"
TALUS = solana("Dc26VNVhXVSZXGmCR92yTMhQx6ZygLz5NLMv9zSyg6Fp")
QUANTUS = solana("2phANa4m2PquFg4WNsmLharGiJTEwbtQSrzUfMaRJGEy")
WHUF = solana("Hyn3TNGqTyz936vJDHAEgRP9krcVKSahFtXXE6Jv4vKu")
KYS = solana("DppWLLeBgn49Poy15Jqq8vewEEtSrMBQNzKKzYgZpump")
KYS_POOL = "6SwWCQbi2sF9xKnPqW83u5rYvk4hcMMhF2RE7vLm9Kix"
TRUMP = solana("6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN")
SORACAT = solana("2g4LS3y2myPe6vj9wTvoBE1wKqxvhnZPoZA9QU9upump")
PIPPIN = solana("Dfh5DzRgSvvCFDoYc2ciTkMrbDfRKybA4SoFbPmApump")
DONKEY = solana("2R33cGC6WaP1j2wcvmkAvGjTeEy1N1hvwZtBykmypump")
JUP = solana("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")
HATS = solana("Hu6xf6bNiJ5ErRaG7Yhos89jgfAdCG1tu8DCips2pump")
LAUNCHED = solana("2SLGputEdiMT6PECgnwF4paKmWSF41aY57i9ZXCijCGC")
JTO = solana("jtojtomepa8beP8AuQc6eXt5FriJwfFMwQx2v2f9mCL")
JOJO = solana("7YygHaahdKVNtbu9GyFRnnBgf7hKzC76hnuHHfxCKRij")
MEMELON = solana("9DVNHn7haa3ssQgBK1bgVKZkQ7myV8aDdPywXQsipump")
UNNAMED = solana("Cy6dgrvCrrBjYYRL19VjA2X25Mt3V7wb4g6YbQ4SEXF2")
UNNAMED_POOL = "FDsr35mYGXKPepcHSC2cUsqwgotamjJHQEHYvPFvXEox"
RAY = solana("4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R")
RAY_POOL = "2AXXcN6oN9bBT5owwmTH53C7QHUXvhLeu718Kqt8rvY2"
BONK = solana("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB263PMQ7LdJ2")
FLUX = solana("FLUXBmPhT3Fd1EDVFdg46YREqHBeNypn1h4EbnTzWERX")


def sample(folder: str, name: str) -> Any:
    """Decode a sample as the gateway decodes an answer: fractions exact."""
    return json.loads((SAMPLES / folder / name).read_text(), parse_float=Decimal)


def find(provider: Provider, path: str) -> Endpoint:
    return next(endpoint for endpoint in provider.endpoints if endpoint.path == path)


def ask(*tokens: TokenKey, pool: str = "", chain: Chain | None = None, query: str = "") -> Ask:
    return Ask(
        tokens=tokens,
        chain=chain or (tokens[0].chain if tokens else Chain.SOLANA),
        pool=pool,
        query=query,
    )


@dataclass(frozen=True)
class Case:
    """One answer with what was asked for."""

    body: Any
    ask: Ask
    at: datetime = NOW


def cases(provider: Provider, endpoint: Endpoint) -> list[Case]:
    """List the answers that an endpoint is tested on; they are shared, so copy before changing one."""
    key = f"{provider.id} {endpoint.path}"
    return _by_name().get(key) or _by_name()[f"{key} {endpoint.capability}"]


@cache
def _by_name() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for name, case in _cases():
        found.setdefault(name, []).append(case)
    return found


def _cases() -> Iterator[tuple[str, Case]]:
    yield from _dexscreener()
    yield from _geckoterminal()
    yield from _jupiter()
    yield from _rugcheck()
    yield from _raydium()
    yield from _coingecko()
    for token, name in (
        (BONK, "getAccountInfo-mint-spl-bonk.json"),
        (FLUX, "getAccountInfo-mint-token2022-transferFee-flux.json"),
    ):
        yield "solana  authorities", Case(sample("solana", name), ask(token))
    for module in pkgutil.iter_modules(cases_by_provider.__path__):
        yield from importlib.import_module(f"{cases_by_provider.__name__}.{module.name}").cases()


def promoted() -> list[dict[str, Any]]:
    """Build an answer of the documented shape, for which there is no recording."""
    links = [{"type": "twitter", "url": "https://x.com/kys"}, {"label": "Site", "url": "https://kys.example"}]
    row = {
        "url": "https://dexscreener.com/solana/x",
        "chainId": "solana",
        "tokenAddress": KYS.address,
        "icon": "https://cdn.dexscreener.com/cms/images/0DIyMd5FLVzh97gg",
        "description": "buy now [click](https://evil.example)",
        "links": links,
        "totalAmount": 500,
    }
    return [{**row, "chainId": "fogo"}, row, row, {**row, "tokenAddress": None}]


def paid_orders() -> list[Any]:
    """Build the three shapes in which orders are told, for which there is no recording."""
    paid = {"type": "tokenProfile", "status": "approved", "paymentTimestamp": 1_747_555_200_000}
    boosts = [{"amount": 10}, {"amount": 30}]
    wrapped = {"orders": [paid, {"type": "tokenAd", "status": "on-hold"}], "boosts": boosts}
    return [[paid], wrapped, [wrapped]]


def _dexscreener() -> Iterator[tuple[str, Case]]:
    bonding = sample("dexscreener", "latest-dex-pairs-multi-solana-bonding-curve.json")
    single = sample("dexscreener", "latest-dex-pairs-eth-single.json")
    mixed = sample("dexscreener", "latest-dex-tokens-weth-wrong-chain-first.json")
    rugged = sample("dexscreener", "tokens-v1-solana-rugged-zero-liquidity.json")
    found = sample("dexscreener", "latest-dex-search-wbtc-usdc.json")
    yield "dexscreener /token-pairs/v1/{chain}/{address}", Case(mixed, ask(WETH))
    yield "dexscreener /token-pairs/v1/{chain}/{address}", Case(bonding["pairs"], ask(KYS))
    pool = "dexscreener /latest/dex/pairs/{chain}/{pool}"
    yield pool, Case(single, ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM))
    yield pool, Case(bonding, ask(pool=KYS_POOL))
    yield "dexscreener /tokens/v1/{chain}/{addresses}", Case(rugged, ask(TALUS, QUANTUS, WHUF, BONK))
    yield "dexscreener /tokens/v1/{chain}/{addresses}", Case(bonding["pairs"], ask(KYS))
    yield "dexscreener /latest/dex/search", Case(found, ask(query="wbtc usdc"))
    for body in paid_orders():
        yield "dexscreener /orders/v1/{chain}/{address}", Case(body, ask(KYS))
    yield "dexscreener /token-boosts/top/v1", Case(promoted(), ask())
    yield "dexscreener /token-profiles/latest/v1", Case(promoted(), ask())


def one_pool() -> dict[str, Any]:
    """Build the answer for one pool with its tokens, out of the one for several."""
    several = sample("geckoterminal", "pools-multi-eth.json")
    return {**several, "data": several["data"][0]}


def _geckoterminal() -> Iterator[tuple[str, Case]]:
    def of(name: str) -> Any:
        return sample("geckoterminal", name)

    start = "geckoterminal /networks/{chain}"
    pool = ask(pool=WETH_USDC_POOL, chain=Chain.ETHEREUM)
    usdt = ask(USDT_ETH, pool="0x06da0fd433c1a5d7a4faa01111c044910a184553")
    multi = Case(of("tokens-multi-solana-null-price.json"), ask(TRUMP, SORACAT))
    yield f"{start}/tokens/multi/{{addresses}}", multi
    yield f"{start}/tokens/{{address}}/info", Case(of("token-info-solana-pippin.json"), ask(PIPPIN))
    yield f"{start}/tokens/{{address}}/pools", Case(of("token-pools-eth.json"), ask(USDC_ETH))
    yield f"{start}/pools/{{pool}}", Case(of("pool-single-live-2026-10-04.json"), pool)
    yield f"{start}/pools/{{pool}}", Case(one_pool(), pool)
    yield f"{start}/pools/{{pool}}/ohlcv/{{unit}}", Case(of("pool-ohlcv-day-eth.json"), usdt)
    yield f"{start}/pools/{{pool}}/trades", Case(of("pool-trades-eth.json"), usdt)
    search = Case(of("search-pools-weth.json"), ask(query="weth", chain=Chain.ETHEREUM))
    yield "geckoterminal /search/pools", search
    trending = Case(of("trending-pools-all-networks.json"), ask(chain=Chain.BASE))
    yield f"{start}/new_pools", Case(of("new-pools-solana-pumpfun-nulls.json"), ask())
    yield f"{start}/new_pools", trending
    yield f"{start}/trending_pools", trending
    yield f"{start}/trending_pools", Case(of("network-pools-solana-live-2026-10-08.json"), ask())


def _jupiter() -> Iterator[tuple[str, Case]]:
    def of(name: str) -> Any:
        return sample("jupiter", name)

    yield "jupiter /price/v3", Case(of("price-v3-sol-usdc.json"), ask(SOL, USDC))
    yield "jupiter /price/v3", Case(of("price-v3-sol-jup-no-created-liquidity.json"), ask(SOL, JUP, BONK))
    yield "jupiter /price/v3", Case(of("price-v3-memecoin-launchpad.json"), ask(LAUNCHED))
    rows = [*of("tokens-v2-search-jup.json"), *of("tokens-v2-search-sol.json")]
    rows += of("tokens-v2-search-memecoin-sparse.json")
    rows[2]["audit"]["devBalancePercentage"] = Decimal("2.5")
    yield "jupiter /tokens/v2/search meta", Case(rows, ask(JUP, SOL, HATS))
    yield "jupiter /tokens/v2/search search", Case(rows, ask(query="jup"))
    yield "jupiter /tokens/v2/recent", Case(of("tokens-v2-recent-docs-example.json"), ask())
    yield "jupiter /tokens/v2/recent", Case(rows, ask())
    sale = Ask(tokens=(SOL,), amount=100_000_000)
    yield "jupiter /swap/v1/quote", Case(of("v1-quote-sol-usdc.json"), sale)
    yield "jupiter /tokens/v2/toptrending/1h", Case(rows, ask())


def _rugcheck() -> Iterator[tuple[str, Case]]:
    for token, name in (
        (JTO, "report-jto-2026-trimmed.json"),
        (JOJO, "report-dead-liquidity-insiders.json"),
        (MEMELON, "report-pumpfun-serial-rugger-topholders-null.json"),
    ):
        yield "rugcheck /tokens/{address}/report security", Case(sample("rugcheck", name), ask(token))
    serial = sample("rugcheck", "report-pumpfun-serial-rugger-topholders-null.json")
    yield "rugcheck /tokens/{address}/report created", Case(serial, ask(MEMELON))
    summary = sample("rugcheck", "report-summary-jto.json")
    yield "rugcheck /tokens/{address}/report/summary", Case(summary, ask(JTO))


def mints() -> dict[str, Any]:
    """Build an answer of the documented shape out of the mints of a recorded pool."""
    pool = sample("raydium", "pools-info-ids-clmm.json")["data"][0]
    return {"id": "x", "success": True, "data": [pool["mintB"], None, pool["mintA"]]}


def _raydium() -> Iterator[tuple[str, Case]]:
    memecoin = sample("raydium", "pools-info-mint-ammv4-memecoin.json")
    by_id = {**memecoin, "data": memecoin["data"]["data"]}
    yield "raydium /mint/price", Case(sample("raydium", "mint-price-one.json"), ask(SOL, BONK))
    yield "raydium /mint/ids", Case(mints(), ask(SOL, RAY, BONK))
    yield "raydium /pools/info/mint", Case(memecoin, ask(UNNAMED))
    yield "raydium /pools/info/mint", Case(memecoin, ask(SOL))
    yield "raydium /pools/info/ids", Case(sample("raydium", "pools-info-ids-clmm.json"), ask(pool=RAY_POOL))
    yield "raydium /pools/info/ids", Case(by_id, ask(pool=UNNAMED_POOL))


def _coingecko() -> Iterator[tuple[str, Case]]:
    coin = sample("coingecko", "coins-contract-weth.json")
    at = datetime(2026, 5, 25, 10, 10, tzinfo=UTC)
    yield "coingecko /coins/{chain}/contract/{address}", Case(coin, ask(WETH), at)
    prices = sample("coingecko", "simple-token-price-wbtc.json")
    yield "coingecko /simple/token_price/{chain}", Case(prices, ask(WBTC, WETH))
    yield "coingecko /simple/price", Case(sample("coingecko", "simple-price-btc.json"), ask())


def told(record: Record) -> set[Field[Any]]:
    """List the fields that a record says something of."""
    if isinstance(record, (TokenReport, SecurityReport)):
        return {fact.field for fact in record.facts}
    return _told_by_pool(record) if isinstance(record, Pool) else set()


def _told_by_pool(pool: Pool) -> set[Field[Any]]:
    said: dict[Field[Any], Any] = {
        PRICE_USD: pool.price_usd,
        LIQUIDITY_USD: pool.liquidity_usd,
        MARKET_CAP_USD: pool.market_cap_usd,
        FDV_USD: pool.fdv_usd,
        SYMBOL: pool.base.symbol,
        NAME: pool.base.name,
        IMAGE_URL: pool.image_url,
        CREATED_AT: pool.created_at,
        LP_BURNED_RATIO: pool.lp_burned_ratio,
    }
    for span, seen in pool.activity.items():
        said[CHANGE[span]] = seen.change_ratio
        said[VOLUME_USD[span]] = seen.volume_usd
        said[BUYS[span]] = seen.buys
        said[SELLS[span]] = seen.sells
    return {key for key, value in said.items() if value is not None}
