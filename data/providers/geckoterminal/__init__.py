"""GeckoTerminal: pools, prices, candles and trades on many chains.

Knows what it can be asked and how it refuses, at times with status 200; `answers` reads what it says.
Source: https://api.geckoterminal.com/docs/index.html and https://docs.coingecko.com/reference/onchain
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.errors import BadPayload, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LINKS,
    LISTED_ID,
    MINT_AUTHORITY,
    NAME,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    Field,
)
from data.models.market import Capability, Timeframe
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.geckoterminal import answers
from data.providers.pools import POOL_FIELDS

_UNITS = {
    Timeframe.M1: ("minute", "1"),
    Timeframe.M5: ("minute", "5"),
    Timeframe.M15: ("minute", "15"),
    Timeframe.H1: ("hour", "1"),
    Timeframe.H4: ("hour", "4"),
    Timeframe.D1: ("day", "1"),
}
_MOST_CANDLES = 1000
_THROTTLED_S = 15.0  # its Retry-After reads 0


def _candle_slots(ask: Ask) -> Mapping[str, str]:
    unit, aggregate = _UNITS[ask.timeframe]
    return {
        "unit": unit,
        "aggregate": aggregate,
        "limit": str(min(ask.limit, _MOST_CANDLES)),
        "before": "" if ask.before is None else str(ask.before),
    }


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read both shapes of a refusal, whatever the status: `{status: {error_code}}` and `{errors: [...]}`."""
    answer = values.mapping(body)
    errors = [values.mapping(row) for row in values.items(answer.get("errors"))]
    coded = values.count(values.mapping(answer.get("status")).get("error_code"))
    code = coded or (values.count(errors[0].get("status")) if errors else None) or status
    detail = (values.text(errors[0].get("title"), 120) if errors else None) or f"HTTP {status}"
    if code == 429:
        return RateLimited(detail, retry_after_s=_THROTTLED_S)
    # There is no key to reject: a 401 is for pages past the tenth and for days older than 180.
    if code in {401, 404}:
        return NotListed(detail)
    if code == 400:
        return BadPayload(detail)
    return Unavailable(detail) if code >= 500 or errors or coded else None


_NAME_FIELDS: frozenset[Field[Any]] = frozenset({SYMBOL, NAME, DECIMALS, IMAGE_URL, LISTED_ID})

_TOKEN_POOLS = Endpoint(
    capability=Capability.POOLS,
    path="/networks/{chain}/tokens/{address}/pools",
    query={"include": "base_token,quote_token"},
    parse=answers.parse_token_pools,
    ttl_s=30,
    stale_s=300,
    fields=POOL_FIELDS,
    samples=("token-pools-eth.json",),
)

PROVIDER = Provider(
    id=answers.ID,
    title="GeckoTerminal",
    docs="https://api.geckoterminal.com/docs/index.html",
    base_url="https://api.geckoterminal.com/api/v2",
    trust=0.8,
    chains=answers.CHAINS,
    quotas={"default": Quota(calls=30, per_s=60, burst=4)},
    endpoints=(
        Endpoint(
            capability=Capability.PRICE,
            path="/networks/{chain}/tokens/multi/{addresses}",
            query={"include": "top_pools"},
            parse=answers.parse_tokens,
            ttl_s=30,
            stale_s=300,
            fields=_NAME_FIELDS | POOL_FIELDS | {SUPPLY},
            batch=30,
            samples=("tokens-multi-solana-null-price.json",),
        ),
        Endpoint(
            capability=Capability.META,
            path="/networks/{chain}/tokens/{address}/info",
            parse=answers.parse_info,
            ttl_s=300,
            stale_s=3600,
            fields=_NAME_FIELDS
            | {LINKS, HOLDERS, TOP10_RATIO, CREATOR, DEV_RATIO, MINT_AUTHORITY, FREEZE_AUTHORITY},
            samples=("token-info-solana-pippin.json",),
        ),
        _TOKEN_POOLS,
        replace(
            _TOKEN_POOLS,
            path="/networks/{chain}/pools/{pool}",
            parse=answers.parse_pool,
            samples=("pool-single-live-2026-10-04.json",),
        ),
        Endpoint(
            capability=Capability.CANDLES,
            path="/networks/{chain}/pools/{pool}/ohlcv/{unit}",
            query={
                "aggregate": "{aggregate}",
                "limit": "{limit}",
                "before_timestamp": "{before}",
                "currency": "usd",
                "token": "{address}",
            },
            slots=_candle_slots,
            parse=answers.parse_candles,
            ttl_s=30,
            stale_s=600,
            samples=("pool-ohlcv-day-eth.json",),
        ),
        Endpoint(
            capability=Capability.TRADES,
            path="/networks/{chain}/pools/{pool}/trades",
            query={"token": "{address}"},
            parse=answers.parse_trades,
            ttl_s=30,
            stale_s=120,
            samples=("pool-trades-eth.json",),
        ),
        Endpoint(
            capability=Capability.SEARCH,
            path="/search/pools",
            query={"query": "{query}", "network": "{chain}", "include": "base_token,quote_token"},
            parse=answers.parse_search,
            ttl_s=60,
            stale_s=600,
            samples=("search-pools-weth.json",),
        ),
        replace(
            _TOKEN_POOLS,
            capability=Capability.NEW_POOLS,
            path="/networks/{chain}/new_pools",
            parse=answers.parse_pools,
            samples=("new-pools-solana-pumpfun-nulls.json",),
        ),
        replace(
            _TOKEN_POOLS,
            capability=Capability.TRENDING,
            path="/networks/{chain}/trending_pools",
            query={"duration": "1h", "include": "base_token,quote_token"},
            parse=answers.parse_pools,
            ttl_s=60,
            samples=("trending-pools-all-networks.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
