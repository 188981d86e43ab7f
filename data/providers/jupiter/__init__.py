"""Jupiter: prices and token facts of Solana, with what its audit and its holder counts say, and quotes.

Knows what it can be asked and how it refuses; `answers` reads what it says. Of its quotes only the first
version tells an unsellable token from a failure.
Source: https://dev.jup.ag/docs/price, https://dev.jup.ag/docs/tokens and https://dev.jup.ag/docs/swap
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.errors import KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    CHANGE,
    CIRCULATING,
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    HOLDERS,
    LAUNCHPAD,
    LINKS,
    LIQUIDITY_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    SUPPLY,
    TOKEN_PROGRAM,
    Field,
    Span,
)
from data.models.ids import Chain
from data.models.market import Capability
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.jupiter import answers
from data.providers.pools import POOL_FIELDS

_MOST_TRENDING = 100
_NO_ROUTE = {"TOKEN_NOT_TRADABLE", "COULD_NOT_FIND_ANY_ROUTE", "NO_ROUTES_FOUND"}


def _trending_slots(ask: Ask) -> Mapping[str, str]:
    return {"limit": str(min(ask.limit, _MOST_TRENDING))}


def _quote_slots(ask: Ask) -> Mapping[str, str]:
    return {"bought": answers.bought_for(ask.token).address}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{code, message}`: a 429 in there counts whatever the status."""
    answer = values.mapping(body)
    if answer.get("errorCode") in _NO_ROUTE:
        return NotListed("no route")
    code = values.count(answer.get("code")) or status
    message = values.text(answer.get("message"), 120) or f"HTTP {status}"
    if code == 429:
        return RateLimited(message)
    if code == 401 or (code == 403 and "key" in message.lower()):
        return KeyRejected(message)
    return Unavailable(message) if code >= 500 else None


_TOKEN_FIELDS: frozenset[Field[Any]] = POOL_FIELDS | {
    LINKS,
    LAUNCHPAD,
    DECIMALS,
    TOKEN_PROGRAM,
    SUPPLY,
    CIRCULATING,
    HOLDERS,
    CREATOR,
    DEV_RATIO,
    MINT_AUTHORITY,
    FREEZE_AUTHORITY,
}

_RECENT = Endpoint(
    capability=Capability.NEW_POOLS,
    path="/tokens/v2/recent",
    parse=answers.parse_listing,
    ttl_s=30,
    stale_s=300,
    fields=_TOKEN_FIELDS,
    samples=("tokens-v2-recent-docs-example.json",),
)

PROVIDER = Provider(
    id=answers.ID,
    title="Jupiter",
    docs="https://dev.jup.ag/docs/price",
    base_url="https://api.jup.ag",
    trust=0.9,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=30, per_s=60, burst=5)},  # without a key
    auth=Auth(header="x-api-key"),
    endpoints=(
        Endpoint(
            capability=Capability.PRICE,
            path="/price/v3",
            query={"ids": "{addresses}"},
            parse=answers.parse_prices,
            ttl_s=15,
            stale_s=120,
            fields=frozenset({PRICE_USD, CHANGE[Span.H24], LIQUIDITY_USD, DECIMALS, LAUNCHPAD}),
            batch=50,
            samples=(
                "price-v3-sol-usdc.json",
                "price-v3-sol-jup-no-created-liquidity.json",
                "price-v3-memecoin-launchpad.json",
                "price-v3-all-unknown.json",
            ),
        ),
        Endpoint(
            capability=Capability.META,
            path="/tokens/v2/search",
            query={"query": "{addresses}"},
            parse=answers.parse_tokens,
            ttl_s=300,
            stale_s=3600,
            fields=_TOKEN_FIELDS,
            batch=100,
            samples=(
                "tokens-v2-search-jup.json",
                "tokens-v2-search-sol.json",
                "tokens-v2-search-memecoin-sparse.json",
            ),
        ),
        Endpoint(
            capability=Capability.SEARCH,
            path="/tokens/v2/search",
            query={"query": "{query}"},
            parse=answers.parse_search,
            ttl_s=60,
            stale_s=600,
            samples=("tokens-v2-search-jup.json",),
        ),
        replace(
            _RECENT,
            capability=Capability.TRENDING,
            path="/tokens/v2/toptrending/1h",
            query={"limit": "{limit}"},
            slots=_trending_slots,
            ttl_s=60,
            samples=(),
        ),
        _RECENT,
        Endpoint(
            capability=Capability.QUOTE,
            path="/swap/v1/quote",
            query={"inputMint": "{address}", "outputMint": "{bought}", "amount": "{amount}"},
            slots=_quote_slots,
            parse=answers.parse_quote,
            ttl_s=10,
            stale_s=20,
            samples=("v1-quote-sol-usdc.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
