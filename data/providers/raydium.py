"""Raydium: its own pools, prices and mints on Solana; no candles, no trades.

Knows that a pool's sides are in mint order, so that a token may be either, and that a refusal comes with
status 200. Refuses to derive a pool's dollar price from its value locked: that holds for one curve only.
Source: https://docs.raydium.io/raydium/for-developers/api
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.errors import NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    CREATED_AT,
    DECIMALS,
    IMAGE_URL,
    LIQUIDITY_USD,
    LP_BURNED_RATIO,
    NAME,
    PRICE_USD,
    SYMBOL,
    TOKEN_PROGRAM,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import SOL_MINT, USDC_MINT, Chain, ProviderId
from data.models.market import Activity, Capability, Pool, TokenReport, TokenSide, facts
from data.models.money import divided
from data.providers import pools, values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

_USDT_MINT = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
_MONEY = {SOL_MINT, USDC_MINT, _USDT_MINT}
# The programs, by the names other vendors use for them.
_DEXES = {
    "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8": "raydium",
    "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C": "raydium-cpmm",
    "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK": "raydium-clmm",
}
_NO_KEY = "type error"  # part of the message where an id is no public key


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read prices keyed by mint; a missing or null one is unknown.

    Raises:
        BadPayload: the answer holds no prices.
        NotListed: it prices none of the tokens.
    """
    prices = values.required_mapping(_data(body), "prices")
    reports = tuple(
        TokenReport(token=token, facts=facts((PRICE_USD, price)))
        for token in ask.tokens
        if (price := values.positive(prices.get(token.address))) is not None
    )
    if not reports:
        raise NotListed("no price")
    return reports


def parse_mints(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read mints, null where one is unknown.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: it knows none of the tokens.
    """
    found: list[TokenReport] = []
    for row in map(values.mapping, values.required_items(_data(body), "mints")):
        token = values.token_on(Chain.SOLANA, row.get("address"))
        if token is not None and token in ask.tokens:
            said = facts(
                (SYMBOL, values.symbol(row.get("symbol"))),
                (NAME, values.text(row.get("name"))),
                (DECIMALS, values.decimals(row.get("decimals"))),
                (IMAGE_URL, values.url(row.get("logoURI"))),
                (TOKEN_PROGRAM, values.address(row.get("programId"))),
            )
            found.append(TokenReport(token=token, facts=said))
    if not found:
        raise NotListed("none of these mints")
    return tuple(found)


def parse_token_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pools of the token asked for, turned so that it is the base.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: none of them holds the token.
    """
    page = values.required_mapping(_data(body), "page")
    rows = map(values.mapping, values.required_items(page.get("data"), "pools"))
    return pools.of_token((_pool(row, ask.token.address) for row in rows), ask.token)


def parse_pool(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pool asked for, turned so that its base is not SOL or a dollar where that can be.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: the pool is not in it.
    """
    rows = map(values.mapping, values.required_items(_data(body), "pools"))
    found = tuple(pool for row in rows if (pool := _pool(row)) and pool.address == ask.pool)
    if not found:
        raise NotListed("no such pool")
    return found


def _data(body: Json) -> Json:
    return values.required_mapping(body, "answer").get("data")


def _pool(row: Mapping[str, Json], wanted: str = "") -> Pool | None:
    """Read one pool with `wanted`, or else the side that is not money, as its base."""
    address, first, second = values.address(row.get("id")), _side(row, "mintA"), _side(row, "mintB")
    if address is None or first is None or second is None:
        return None
    left, right = first.token.address, second.token.address
    turned = right == wanted or (left != wanted and left in _MONEY and right not in _MONEY)
    price = values.positive(row.get("price"))  # of mintA in mintB
    base = values.mapping(row.get("mintB" if turned else "mintA"))
    burned = values.share(row.get("burnPercent"))
    return Pool(
        chain=Chain.SOLANA,
        address=address,
        dex=_DEXES.get(values.address(row.get("programId")) or "", "raydium"),
        base=second if turned else first,
        quote=first if turned else second,
        price_quote=divided(Decimal(1), price) if turned and price else price,
        liquidity_usd=values.number(row.get("tvl")),
        activity=_activity(row),
        created_at=values.moment(row.get("openTime")),
        # Concentrated liquidity has no pool token to burn: its zero says nothing.
        lp_burned_ratio=burned if row.get("type") == "Standard" else None,
        image_url=values.url(base.get("logoURI")),
    )


def _side(row: Mapping[str, Json], key: str) -> TokenSide | None:
    mint = values.mapping(row.get(key))
    token = values.token_on(Chain.SOLANA, mint.get("address"))
    if token is None:
        return None
    return TokenSide(
        token=token, symbol=values.symbol(mint.get("symbol")), name=values.text(mint.get("name"))
    )


def _activity(row: Mapping[str, Json]) -> dict[Span, Activity]:
    volume = values.number(values.mapping(row.get("day")).get("volume"))
    return {} if volume is None else {Span.H24: Activity(volume_usd=volume)}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{success: false, msg}`, which comes with any status."""
    answer = values.mapping(body)
    if status == 429:
        return RateLimited("HTTP 429")
    if answer.get("success") is not False:
        return None
    message = values.text(answer.get("msg"), 120) or "success: false"
    return NotListed(message) if _NO_KEY in message else Unavailable(message)


_POOL_FIELDS: frozenset[Field[Any]] = frozenset(
    {LIQUIDITY_USD, VOLUME_USD[Span.H24], SYMBOL, NAME, IMAGE_URL, CREATED_AT, LP_BURNED_RATIO}
)

PROVIDER = Provider(
    id=ProviderId("raydium"),
    title="Raydium",
    docs="https://docs.raydium.io/raydium/for-developers/api",
    base_url="https://api-v3.raydium.io",
    trust=0.6,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=60, per_s=60, burst=2)},
    endpoints=(
        Endpoint(
            capability=Capability.PRICE,
            path="/mint/price",
            query={"mints": "{addresses}"},
            parse=parse_prices,
            ttl_s=30,
            stale_s=300,
            fields=frozenset({PRICE_USD}),
            batch=50,
            samples=("mint-price-one.json",),
        ),
        Endpoint(
            capability=Capability.META,
            path="/mint/ids",
            query={"mints": "{addresses}"},
            parse=parse_mints,
            ttl_s=300,
            stale_s=3600,
            fields=frozenset({SYMBOL, NAME, DECIMALS, IMAGE_URL, TOKEN_PROGRAM}),
            batch=50,
        ),
        Endpoint(
            capability=Capability.POOLS,
            path="/pools/info/mint",
            query={
                "mint1": "{address}",
                "poolType": "all",
                "poolSortField": "liquidity",
                "sortType": "desc",
                "pageSize": "50",
                "page": "1",
            },
            parse=parse_token_pools,
            ttl_s=30,
            stale_s=300,
            fields=_POOL_FIELDS,
            samples=("pools-info-mint-ammv4-memecoin.json",),
        ),
        Endpoint(
            capability=Capability.POOLS,
            path="/pools/info/ids",
            query={"ids": "{pool}"},
            parse=parse_pool,
            ttl_s=30,
            stale_s=300,
            fields=_POOL_FIELDS,
            samples=("pools-info-ids-clmm.json", "pools-info-ids-unknown-pool.json"),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
