"""Orca: its own pools on Solana, whirlpools and splash pools; no candles, no trades.

Knows that a pool's sides are in mint order, so that a token may be either, and that a pool with a warning is
unsafe to quote: its price and its depth are left out. Refuses price changes, which are told in the other
token, and locked shares, of which it does not say whether they are percents.
Source: https://api.orca.so/docs
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.errors import NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import IMAGE_URL, LIQUIDITY_USD, NAME, SYMBOL, VOLUME_USD, Field, Span
from data.models.ids import SOL_MINT, USDC_MINT, Chain, ProviderId
from data.models.market import Activity, Capability, Pool, TokenSide
from data.models.money import divided
from data.providers import pools, values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

_DEX = "orca"  # of either pool type, as other vendors call it
_USDT_MINT = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
_MONEY = {SOL_MINT, USDC_MINT, _USDT_MINT}
_WINDOWS = {Span.M5: "5m", Span.H1: "1h", Span.H24: "24h"}  # it has none of six hours


def parse_token_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pools of the token asked for, turned so that it is the base.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: none of them holds the token.
    """
    answer = values.required_mapping(body, "answer")
    rows = map(values.mapping, values.required_items(answer.get("data"), "pools"))
    return pools.of_token((_pool(row, ask.token.address) for row in rows), ask.token)


def parse_pool(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pool asked for, turned so that its base is not SOL or a dollar where that can be.

    Raises:
        BadPayload: the answer holds no pool.
        NotListed: it is another pool.
    """
    row = values.required_mapping(values.required_mapping(body, "answer").get("data"), "pool")
    pool = _pool(row)
    if pool is None or pool.address != ask.pool:
        raise NotListed("no such pool")
    return (pool,)


def _pool(row: Mapping[str, Json], wanted: str = "") -> Pool | None:
    """Read one pool with `wanted`, or else the side that is not money, as its base."""
    address = values.address(row.get("address"))
    keys = sorted(("tokenA", "tokenB"), key=lambda key: _rank(values.mapping(row.get(key)), wanted))
    base, quote = _side(row, keys[0]), _side(row, keys[1])
    if address is None or base is None or quote is None:
        return None
    price = None if _warned(row) else values.positive(row.get("price"))  # of token A in token B
    straight = keys[0] == "tokenA"
    return Pool(
        chain=Chain.SOLANA,
        address=address,
        dex=_DEX,
        base=base,
        quote=quote,
        price_quote=price if straight or price is None else divided(Decimal(1), price),
        liquidity_usd=None if _warned(row) else values.number(row.get("tvlUsdc")),
        activity=_activity(values.mapping(row.get("stats"))),
        image_url=values.url(values.mapping(row.get(keys[0])).get("imageUrl")),
    )


def _rank(side: Mapping[str, Json], wanted: str) -> int:
    """Order sides for the base: the token wanted, then one that is not money; equals stay as they are."""
    mint = values.address(side.get("address"))
    return 0 if mint == wanted else 2 if mint in _MONEY else 1


def _side(row: Mapping[str, Json], key: str) -> TokenSide | None:
    side = values.mapping(row.get(key))
    token = values.token_on(Chain.SOLANA, side.get("address"))
    if token is None:
        return None
    return TokenSide(
        token=token, symbol=values.symbol(side.get("symbol")), name=values.text(side.get("name"))
    )


def _warned(row: Mapping[str, Json]) -> bool:
    return row.get("hasWarning", False) is not False


def _activity(stats: Mapping[str, Json]) -> dict[Span, Activity]:
    volumes = {
        span: values.number(values.mapping(stats.get(window)).get("volume"))
        for span, window in _WINDOWS.items()
    }
    return {span: Activity(volume_usd=volume) for span, volume in volumes.items() if volume is not None}


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{inner, status}`, which counts whatever the status."""
    answer = values.mapping(body)
    code = values.count(answer.get("status")) if "inner" in answer else status
    message = values.text(answer.get("inner"), 120) or f"HTTP {code}"
    if code == 404:
        return NotListed(message)
    if code == 429:
        return RateLimited(message)
    return (
        Unavailable(message) if code is None or code >= 500 or ("inner" in answer and status < 400) else None
    )


_POOL_FIELDS: frozenset[Field[Any]] = frozenset(
    {LIQUIDITY_USD, *(VOLUME_USD[span] for span in _WINDOWS), SYMBOL, NAME, IMAGE_URL}
)
_STATS = {"stats": ",".join(_WINDOWS.values())}

PROVIDER = Provider(
    id=ProviderId("orca"),
    title="Orca",
    docs="https://api.orca.so/docs",
    base_url="https://api.orca.so/v2/solana",
    trust=0.6,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=60, per_s=60, burst=2)},
    endpoints=(
        Endpoint(
            capability=Capability.POOLS,
            path="/pools",
            query={"token": "{address}", "sortBy": "tvl", "sortDirection": "desc", "size": "50", **_STATS},
            parse=parse_token_pools,
            ttl_s=30,
            stale_s=300,
            fields=_POOL_FIELDS,
            samples=("pools-list-item-2026-partial.json",),
        ),
        Endpoint(
            capability=Capability.POOLS,
            path="/pools/{pool}",
            query=_STATS,
            parse=parse_pool,
            ttl_s=30,
            stale_s=300,
            fields=_POOL_FIELDS,
            samples=("pools-address-sol-jitosol.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
