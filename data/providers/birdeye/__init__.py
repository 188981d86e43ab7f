"""Birdeye: figures, security facts, holders, lists and trades of Solana tokens; wallets and what they earn.

Knows what each plan may ask: market data are in the free plan, the rest is in the paid ones. A refusal for
the plan, or for spent compute units, is a 400 that closes one quota and leaves the other open. Refuses its
candles: those of a token mix its pools, those of a pool are in an unnamed currency.
Source: https://docs.birdeye.so/reference
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.errors import BadPayload, KeyRejected, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    BUYS,
    CHANGE,
    CIRCULATING,
    CREATED_AT,
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LINKS,
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    NON_TRANSFERABLE,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import Chain
from data.models.market import Capability
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.birdeye import lists, tokens, wallets

_FREE, _PAID = "free", "paid"
_MOST_ROWS = 100
_SPENT = "compute units"  # part of the message where a quota is spent or a plan does not hold the endpoint
_SPENT_S = 3600.0  # the month may turn, or the plan change: look once an hour


def _row_slots(ask: Ask) -> Mapping[str, str]:
    return {"limit": str(min(ask.limit, _MOST_ROWS))}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{success: false, message}`, whatever the status."""
    answer = values.mapping(body)
    if answer.get("success") is not False:
        return None
    message = values.text(answer.get("message"), 120) or f"HTTP {status}"
    code = values.count(answer.get("statusCode")) or status
    if _SPENT in message.lower():
        return RateLimited(message, retry_after_s=_SPENT_S)
    if code == 401 or "unauthorized" in message.lower():
        return KeyRejected(message)
    if code == 429:
        return RateLimited(message)
    return BadPayload(message) if code == 400 else Unavailable(message)


_NAMES: frozenset[Field[Any]] = frozenset({SYMBOL, NAME, DECIMALS, IMAGE_URL})
_MARKET: frozenset[Field[Any]] = frozenset(
    {PRICE_USD, MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD, SUPPLY, CIRCULATING, HOLDERS}
)
_TRADED = (Span.M5, Span.H1, Span.H24)  # six hours have a price change alone
_FLOWS: frozenset[Field[Any]] = frozenset(
    {fields[span] for fields in (VOLUME_USD, BUYS, SELLS) for span in _TRADED}
)
_SECURITY: frozenset[Field[Any]] = frozenset(
    {
        CREATOR,
        DEV_RATIO,
        TOP10_RATIO,
        MINT_AUTHORITY,
        FREEZE_AUTHORITY,
        SUPPLY,
        MUTABLE,
        NON_TRANSFERABLE,
    }
)

PROVIDER = Provider(
    id=lists.ID,
    title="Birdeye",
    docs="https://docs.birdeye.so/reference",
    base_url="https://public-api.birdeye.so",
    trust=0.75,
    chains={Chain.SOLANA: "solana"},  # the vendor's default, so that no header names it
    # A free key may ask once a second, the smallest paid one 15 times: both quotas together stay below.
    quotas={_FREE: Quota(calls=1, per_s=1), _PAID: Quota(calls=14, per_s=1, burst=2)},
    auth=Auth(header="X-API-KEY", required=True),
    endpoints=(
        Endpoint(
            capability=Capability.PRICE,
            path="/defi/v3/token/market-data",
            query={"address": "{address}"},
            parse=tokens.parse_market,
            ttl_s=60,
            stale_s=600,
            fields=_MARKET,
            quota=_FREE,
            samples=("v3-token-market-data.json",),
        ),
        Endpoint(
            capability=Capability.PRICE,
            path="/defi/multi_price",
            query={"list_address": "{addresses}", "include_liquidity": "true"},
            parse=tokens.parse_prices,
            ttl_s=60,
            stale_s=600,
            fields=frozenset({PRICE_USD, CHANGE[Span.H24], LIQUIDITY_USD}),
            batch=100,
            quota=_PAID,
            samples=("multi_price.json",),
        ),
        Endpoint(
            capability=Capability.META,
            path="/defi/token_overview",
            query={"address": "{address}"},
            parse=tokens.parse_overview,
            ttl_s=120,
            stale_s=1200,
            fields=_NAMES | _MARKET | _FLOWS | {LINKS, LISTED_ID, *CHANGE.values()},
            quota=_PAID,
            samples=("token_overview.json",),
        ),
        Endpoint(
            capability=Capability.SECURITY,
            path="/defi/token_security",
            query={"address": "{address}"},
            parse=tokens.parse_security,
            ttl_s=600,
            stale_s=7200,
            fields=_SECURITY,
            quota=_PAID,
            samples=("token_security.json",),
        ),
        Endpoint(
            capability=Capability.HOLDERS,
            path="/defi/v3/token/holder",
            query={"address": "{address}", "offset": "0", "limit": "{limit}"},
            slots=_row_slots,
            parse=lists.parse_holders,
            ttl_s=300,
            stale_s=3600,
            quota=_PAID,
            samples=("v3-token-holder.json",),
        ),
        Endpoint(
            capability=Capability.TRADES,
            path="/defi/v3/token/txs",
            query={"address": "{address}", "pool_id": "{pool}", "tx_type": "swap", "limit": "{limit}"},
            slots=_row_slots,
            parse=lists.parse_trades,
            ttl_s=30,
            stale_s=300,
            quota=_PAID,
            samples=("v3-token-txs.json",),
        ),
        Endpoint(
            capability=Capability.WALLET,
            path="/wallet/v2/current-net-worth",
            query={"wallet": "{account}", "sort_by": "value", "sort_type": "desc", "limit": "100"},
            parse=wallets.parse_holdings,
            ttl_s=60,
            stale_s=600,
            quota=_PAID,
            samples=("wallet-v2-current-net-worth.json",),
        ),
        Endpoint(
            capability=Capability.WALLET_PROFIT,
            path="/wallet/v2/pnl/summary",
            query={"wallet": "{account}", "duration": "{duration}"},
            slots=wallets.duration,
            parse=wallets.parse_profit,
            ttl_s=300,
            stale_s=3600,
            quota=_PAID,
            samples=("wallet-v2-pnl-summary.json",),
        ),
        Endpoint(
            capability=Capability.NEW_POOLS,
            path="/defi/v2/tokens/new_listing",
            query={"limit": "20", "meme_platform_enabled": "true"},
            parse=lists.parse_listing,
            ttl_s=60,
            stale_s=600,
            fields=_NAMES | {LIQUIDITY_USD, CREATED_AT},
            quota=_PAID,
            samples=("v2-new_listing.json",),
        ),
        Endpoint(
            capability=Capability.TRENDING,
            path="/defi/token_trending",
            query={"sort_by": "rank", "sort_type": "asc", "interval": "24h", "offset": "0", "limit": "20"},
            parse=lists.parse_trending,
            ttl_s=120,
            stale_s=1200,
            fields=_NAMES
            | {
                PRICE_USD,
                MARKET_CAP_USD,
                FDV_USD,
                LIQUIDITY_USD,
                VOLUME_USD[Span.H24],
                CHANGE[Span.H24],
            },
            quota=_PAID,
            samples=("token_trending.json",),
        ),
        Endpoint(
            capability=Capability.SEARCH,
            path="/defi/v3/search",
            query={
                "chain": "{chain}",
                "keyword": "{query}",
                "target": "token",
                "search_mode": "fuzzy",
                "search_by": "combination",
                "sort_by": "volume_24h_usd",
                "sort_type": "desc",
                "limit": "20",
            },
            parse=lists.parse_search,
            ttl_s=300,
            stale_s=3600,
            quota=_PAID,
            samples=("v3-search.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
