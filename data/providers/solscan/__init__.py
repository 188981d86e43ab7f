"""Solscan Pro: tokens, prices, holders, pools and candles of Solana; there is no free plan.

Knows that page sizes are of a fixed few, and that one bad address refuses a whole batch of prices. Refuses
the endpoints named "multi", which the smallest plan does not hold.
Source: https://pro-api.solscan.io/pro-api-docs/v2.0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    CHANGE,
    CREATOR,
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LINKS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import Chain
from data.models.market import Capability
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.solscan import answers, wallets

_PAGE = "40"  # 10, 20, 30 or 40: any other size is refused
_MOST_CANDLES = 1000
_MOST_TRENDING = 100


def _candle_slots(ask: Ask) -> Mapping[str, str]:
    return {
        "res": ask.timeframe.value,
        "candles": str(min(ask.limit, _MOST_CANDLES)),
        "until": "" if ask.before is None else str(ask.before - 1),
    }


def _trending_slots(ask: Ask) -> Mapping[str, str]:
    return {"limit": str(min(ask.limit, _MOST_TRENDING))}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{success: false}` with `errors: {code, message}` or a bare message, whatever the status."""
    answer = values.mapping(body)
    if answer.get("success") is not False:
        return None
    said = values.mapping(answer.get("errors")).get("message") or answer.get("message")
    message = values.text(said, 120) or f"HTTP {status}"
    if status == 401:
        return KeyRejected(message)
    if status == 429:
        return RateLimited(message)
    if "Address" in message and "is invalid" in message:
        return NotListed(message)
    return BadPayload(message) if status == 400 else Unavailable(message)


_DAY: frozenset[Field[Any]] = frozenset({PRICE_USD, MARKET_CAP_USD, CHANGE[Span.H24]})
_NAMES: frozenset[Field[Any]] = frozenset({SYMBOL, NAME, DECIMALS})
_TOKEN: frozenset[Field[Any]] = _DAY | {
    *_NAMES,
    IMAGE_URL,
    LINKS,
    SUPPLY,
    HOLDERS,
    CREATOR,
    VOLUME_USD[Span.H24],
    MINT_AUTHORITY,
    FREEZE_AUTHORITY,
    EXTENSIONS,
}

PROVIDER = Provider(
    id=answers.ID,
    title="Solscan",
    docs="https://pro-api.solscan.io/pro-api-docs/v2.0",
    base_url="https://pro-api.solscan.io/v2.0",
    trust=0.6,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=1000, per_s=60, burst=10)},  # of the smallest plan
    auth=Auth(header="token", required=True),
    endpoints=(
        Endpoint(
            capability=Capability.PRICE,
            path="/token/price/latest",
            query={"address[]": "{addresses}"},
            parse=answers.parse_prices,
            ttl_s=30,
            stale_s=300,
            fields=_DAY,
            batch=50,
            samples=("v2-token-price-latest.json",),
        ),
        Endpoint(
            capability=Capability.META,
            path="/token/meta",
            query={"address": "{address}"},
            parse=answers.parse_token,
            ttl_s=120,
            stale_s=1200,
            fields=_TOKEN,
            samples=("v2-token-meta-token2022.json",),
        ),
        Endpoint(
            capability=Capability.HOLDERS,
            path="/token/holders",
            query={"address": "{address}", "page": "1", "page_size": _PAGE},
            parse=answers.parse_holders,
            ttl_s=300,
            stale_s=3600,
            samples=("v2-token-holders.json",),
        ),
        Endpoint(
            capability=Capability.POOLS,
            path="/token/markets",
            query={"token[]": "{address}", "sort_by": "tvl", "page": "1", "page_size": _PAGE},
            parse=answers.parse_pools,
            ttl_s=60,
            stale_s=600,
            fields=frozenset({LIQUIDITY_USD, VOLUME_USD[Span.H24]}),
            samples=("v2-token-markets.json",),
        ),
        Endpoint(
            capability=Capability.CANDLES,
            path="/token/price-ohlcv",
            query={
                "address": "{address}",
                "pool_id": "{pool}",
                "res": "{res}",
                "candles": "{candles}",
                "to_time": "{until}",
                "currency": "usd",
            },
            slots=_candle_slots,
            parse=answers.parse_candles,
            ttl_s=30,
            stale_s=600,
            samples=("v2-token-price-ohlcv.json",),
        ),
        Endpoint(
            capability=Capability.TRENDING,
            path="/token/trending",
            query={"limit": "{limit}"},
            slots=_trending_slots,
            parse=answers.parse_trending,
            ttl_s=120,
            stale_s=1200,
            fields=_NAMES,
            samples=("v2-token-trending.json",),
        ),
        Endpoint(
            capability=Capability.WALLET,
            path="/account/portfolio",
            query={"address": "{account}"},
            parse=wallets.parse_holdings,
            ttl_s=60,
            stale_s=600,
            samples=("v2-account-portfolio.json",),
        ),
        Endpoint(
            capability=Capability.SEARCH,
            path="/token/search",
            query={
                "keyword": "{query}",
                "search_mode": "fuzzy",
                "search_by": "combination",
                "sort_by": "reputation",
                "page": "1",
                "page_size": _PAGE,
            },
            parse=answers.parse_search,
            ttl_s=300,
            stale_s=3600,
            samples=("v2-token-search.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
