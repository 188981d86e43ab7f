"""Jupiter: prices and token facts of Solana, with what its audit and its holder counts say.

Knows that a missing entry is unknown, never zero, and that a missing audit flag is not a clean bill.
Source: https://dev.jup.ag/docs/price and https://dev.jup.ag/docs/tokens
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
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
    LAUNCHPAD,
    LINKS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, TokenMatch, TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota
from data.providers.pools import POOL_FIELDS

_STATS = {Span.M5: "stats5m", Span.H1: "stats1h", Span.H6: "stats6h", Span.H24: "stats24h"}
_PAGES = {
    "website": "website",
    "twitter": "x",
    "telegram": "telegram",
    "discord": "discord",
    "instagram": "instagram",
    "tiktok": "tiktok",
    "otherUrl": "other",
}
_MOST_TRENDING = 100


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read prices of version 3: an object keyed by mint, without those it has no trusted price of.

    Raises:
        BadPayload: the answer is no such object, or of version 2.
        NotListed: it prices none of the tokens.
    """
    prices = values.required_mapping(body, "prices")
    if "timeTaken" in prices:
        raise BadPayload("prices of version 2")
    rows = ((token, values.mapping(prices.get(token.address))) for token in ask.tokens)
    reports = tuple(
        TokenReport(
            token=token,
            facts=facts(
                (PRICE_USD, price),
                (CHANGE[Span.H24], values.ratio(row.get("priceChange24h"))),
                (LIQUIDITY_USD, values.number(row.get("liquidity"))),
                (DECIMALS, values.decimals(row.get("decimals"))),
                (LAUNCHPAD, values.text(row.get("launchpad"))),
            ),
        )
        for token, row in rows
        if (price := values.positive(row.get("usdPrice"))) is not None
    )
    if not reports:
        raise NotListed("no trusted price")
    return reports


def parse_tokens(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read what is known of the tokens asked for.

    Raises:
        BadPayload: the answer is not a list.
        NotListed: it holds none of the tokens.
    """
    reports = tuple(report for report in parse_listing(body, ask, at) if report.token in ask.tokens)
    if not reports:
        raise NotListed("none of these tokens")
    return reports


def parse_listing(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a list of tokens of the vendor's choice.

    Raises:
        BadPayload: the answer is not a list.
    """
    rows = (values.mapping(row) for row in values.required_items(body, "tokens"))
    return tuple(report for row in rows if (report := _report(row)) is not None)


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found; several may carry one symbol.

    Raises:
        BadPayload: the answer is not a list.
    """
    rows = (values.mapping(row) for row in values.required_items(body, "tokens"))
    return tuple(
        TokenMatch(
            token=token,
            symbol=values.symbol(row.get("symbol")) or "",
            name=values.text(row.get("name")) or "",
            liquidity_usd=values.number(row.get("liquidity")),
            market_cap_usd=values.positive(row.get("mcap")),
            verified=row.get("isVerified") is True,
            source=PROVIDER.id,
        )
        for row in rows
        if (token := values.token_on(Chain.SOLANA, row.get("id"))) is not None
    )


def _report(row: Mapping[str, Json]) -> TokenReport | None:
    token = values.token_on(Chain.SOLANA, row.get("id"))
    if token is None:
        return None
    audit = values.mapping(row.get("audit"))
    found = facts(
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (IMAGE_URL, values.url(row.get("icon"))),
        (LINKS, _links(row)),
        (LAUNCHPAD, values.text(row.get("launchpad"))),
        (CREATED_AT, values.moment(values.mapping(row.get("firstPool")).get("createdAt"))),
        (DECIMALS, values.decimals(row.get("decimals"))),
        (TOKEN_PROGRAM, values.address(row.get("tokenProgram"))),
        (SUPPLY, values.positive(row.get("totalSupply"))),
        (CIRCULATING, values.positive(row.get("circSupply"))),
        (PRICE_USD, values.positive(row.get("usdPrice"))),
        (MARKET_CAP_USD, values.positive(row.get("mcap"))),
        (FDV_USD, values.positive(row.get("fdv"))),
        (LIQUIDITY_USD, values.number(row.get("liquidity"))),
        (HOLDERS, values.count(row.get("holderCount"))),
        (CREATOR, values.address(row.get("dev"))),
        (DEV_RATIO, values.share(audit.get("devBalancePercentage"))),
        (MINT_AUTHORITY, _authority(row.get("mintAuthority"), audit.get("mintAuthorityDisabled"))),
        (FREEZE_AUTHORITY, _authority(row.get("freezeAuthority"), audit.get("freezeAuthorityDisabled"))),
        *_activity(row),
    )
    return TokenReport(token=token, facts=found, as_of=values.moment(row.get("updatedAt")))


def _activity(row: Mapping[str, Json]) -> list[tuple[Field[Any], Any]]:
    found: list[tuple[Field[Any], Any]] = []
    for span, key in _STATS.items():
        stats = values.mapping(row.get(key))
        bought, sold = values.number(stats.get("buyVolume")), values.number(stats.get("sellVolume"))
        found += [
            (CHANGE[span], values.ratio(stats.get("priceChange"))),
            (VOLUME_USD[span], None if bought is None or sold is None else bought + sold),
            (BUYS[span], values.count(stats.get("numBuys"))),
            (SELLS[span], values.count(stats.get("numSells"))),
        ]
    return found


def _links(row: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(*((label, row.get(key)) for key, label in _PAGES.items()))


def _authority(named: Json, disabled: Json) -> Authority | None:
    """Say who may act: a named address before the flag, which is left out where it would be false."""
    holder = values.address(named)
    if holder is not None:
        return Authority(holder)
    return Authority(None) if disabled is True else None


def _trending_slots(ask: Ask) -> Mapping[str, str]:
    return {"limit": str(min(ask.limit, _MOST_TRENDING))}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{code, message}`: a 429 in there counts whatever the status."""
    answer = values.mapping(body)
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
    parse=parse_listing,
    ttl_s=30,
    stale_s=300,
    fields=_TOKEN_FIELDS,
    samples=("tokens-v2-recent-docs-example.json",),
)

PROVIDER = Provider(
    id=ProviderId("jupiter"),
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
            parse=parse_prices,
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
            parse=parse_tokens,
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
            parse=parse_search,
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
    ),
    errors=ErrorMap(in_body=_fault),
)
