"""DexScreener: pools, prices, search and paid promotion on many chains; no candles, no trades.

Knows that an answer mixes chains and sides: a pool counts only on the chain asked for, and, where one token
is asked for, only with that token as its base, since every figure describes the base.
Source: https://docs.dexscreener.com/api/reference
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from data.errors import BadPayload, NotListed, RateLimited, UpstreamError
from data.models.fields import (
    CHANGE,
    FDV_USD,
    IMAGE_URL,
    LINKS,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SYMBOL,
    Link,
)
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.launch import Promotion, PromotionOrder
from data.models.market import Capability, Pool, TokenMatch, TokenReport, TokenSide, facts
from data.providers import pools, values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

_CHAINS = {
    Chain.SOLANA: "solana",
    Chain.ETHEREUM: "ethereum",
    Chain.BSC: "bsc",
    Chain.BASE: "base",
}
_THROTTLED_S = 20.0  # a 429 names no delay


def parse_token_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pools whose base is the token asked for.

    Raises:
        BadPayload: the answer holds no list of pools.
        NotListed: none of them is a pool of the token.
    """
    found = tuple(pool for pool, _ in _listed(body, ask.chain) if pool.base.token in ask.tokens)
    if not found:
        raise NotListed("no pool with this token as its base")
    return found


def parse_pool(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pool asked for, whatever its tokens.

    Raises:
        BadPayload: the answer holds no list of pools.
        NotListed: the pool is not among them.
    """
    wanted = values.address_on(ask.chain, ask.pool)
    found = tuple(pool for pool, _ in _listed(body, ask.chain) if pool.address == wanted)
    if not found:
        raise NotListed("no such pool")
    return found


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read each token's figures from its deepest pool.

    Liquidity and volume are left to the pools: a batch may not list all of them, so a sum would jump.

    Raises:
        BadPayload: the answer holds no list of pools.
        NotListed: it knows none of the tokens.
    """
    deepest: dict[TokenKey, tuple[Pool, Mapping[str, Json]]] = {}
    for pool, row in _listed(body, ask.chain):
        kept = deepest.get(pool.base.token)
        if kept is None or pools.depth(pool) > pools.depth(kept[0]):
            deepest[pool.base.token] = (pool, row)
    reports = tuple(_report(*deepest[token]) for token in ask.tokens if token in deepest)
    if not reports:
        raise NotListed("no pool with such a token as its base")
    return reports


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found on the chain asked for, each by its deepest pool.

    Raises:
        BadPayload: the answer holds no list of pools.
    """
    return pools.matches((pool for pool, _ in _listed(body, ask.chain)), PROVIDER.id)


def parse_promoted(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the tokens somebody paid to show: promotion, not quality.

    Raises:
        BadPayload: the answer is not a list.
    """
    reports: dict[TokenKey, TokenReport] = {}
    for row in map(values.mapping, values.required_items(body, "promoted tokens")):
        token = values.token_on(ask.chain, row.get("tokenAddress"))
        if token is None or token in reports or row.get("chainId") != _CHAINS.get(ask.chain):
            continue
        said = facts((IMAGE_URL, values.url(row.get("icon"))), (LINKS, _links(row.get("links"))))
        reports[token] = TokenReport(token=token, facts=said)
    return tuple(reports.values())


def parse_orders(body: Json, ask: Ask, at: datetime) -> tuple[Promotion, ...]:
    """Read what was paid to show a token; nothing listed means that nothing was.

    Raises:
        BadPayload: the answer is neither a list of orders nor an object that holds one.
    """
    parts = [body] if isinstance(body, Mapping) else values.required_items(body, "orders")
    orders, boosts = list(parts), None
    if any(isinstance(part, Mapping) and ("orders" in part or "boosts" in part) for part in parts):
        told = [values.mapping(part) for part in parts]
        orders = [row for part in told for row in values.items(part.get("orders"))]
        boosts = sum(len(values.items(part.get("boosts"))) for part in told)
    elif isinstance(body, Mapping):
        raise BadPayload("an answer without orders")
    found = tuple(order for row in orders if (order := _order(values.mapping(row))) is not None)
    return (Promotion(orders=found, boosts=boosts),)


def _order(row: Mapping[str, Json]) -> PromotionOrder | None:
    kind, status = values.text(row.get("type")), values.text(row.get("status"))
    if kind is None or status is None:
        return None
    paid_at = values.moment(row.get("paymentTimestamp"), unit_s=0.001)
    return PromotionOrder(kind=kind, status=status, at=paid_at)


def _listed(body: Json, chain: Chain) -> Iterator[tuple[Pool, Mapping[str, Json]]]:
    """Read the pools of an answer, bare or wrapped; a null list is empty."""
    rows = body
    if isinstance(body, Mapping) and "pairs" in body:
        rows = [] if body["pairs"] is None else body["pairs"]
    for row in map(values.mapping, values.required_items(rows, "pools")):
        pool = _pool(row, chain)
        if pool is not None:
            yield pool, row


def _pool(row: Mapping[str, Json], chain: Chain) -> Pool | None:
    """Read one pool; None where it is of another chain or names no tokens."""
    address = values.address_on(chain, row.get("pairAddress"))
    base, quote = _side(row.get("baseToken"), chain), _side(row.get("quoteToken"), chain)
    if row.get("chainId") != _CHAINS.get(chain) or address is None or base is None or quote is None:
        return None
    return Pool(
        chain=chain,
        address=address,
        dex=values.text(row.get("dexId")) or "unknown",
        base=base,
        quote=quote,
        price_usd=values.positive(row.get("priceUsd")),
        price_quote=values.positive(row.get("priceNative")),
        liquidity_usd=values.number(values.mapping(row.get("liquidity")).get("usd")),
        market_cap_usd=values.positive(row.get("marketCap")),
        fdv_usd=values.positive(row.get("fdv")),
        activity=pools.activity(row.get("volume"), row.get("txns"), row.get("priceChange")),
        created_at=values.moment(row.get("pairCreatedAt"), unit_s=0.001),
        image_url=values.url(values.mapping(row.get("info")).get("imageUrl")),
    )


def _side(value: Json, chain: Chain) -> TokenSide | None:
    row = values.mapping(value)
    token = values.token_on(chain, row.get("address"))
    if token is None:
        return None
    return TokenSide(token=token, symbol=values.symbol(row.get("symbol")), name=values.text(row.get("name")))


def _report(pool: Pool, row: Mapping[str, Json]) -> TokenReport:
    info = values.mapping(row.get("info"))
    pages = [*values.items(info.get("websites")), *values.items(info.get("socials"))]
    said = facts(
        (PRICE_USD, pool.price_usd),
        (MARKET_CAP_USD, pool.market_cap_usd),
        (FDV_USD, pool.fdv_usd),
        (SYMBOL, pool.base.symbol),
        (NAME, pool.base.name),
        (IMAGE_URL, pool.image_url),
        (LINKS, _links(pages)),
        *((CHANGE[span], seen.change_ratio) for span, seen in pool.activity.items()),
    )
    return TokenReport(token=pool.base.token, facts=said)


def _links(rows: Json) -> tuple[Link, ...] | None:
    """Read websites and socials; a social is named by its type, in older answers by its platform."""
    pages = [values.mapping(row) for row in values.items(rows)]
    labels = ("label", "type", "platform")
    return values.links(
        *(
            (next((page[word] for word in labels if page.get(word)), "website"), page.get("url"))
            for page in pages
        )
    )


def _fault(status: int, body: Json) -> UpstreamError | None:
    return RateLimited("HTTP 429", retry_after_s=_THROTTLED_S) if status == 429 else None


_PROMOTED = Endpoint(
    capability=Capability.TRENDING,
    path="/token-boosts/top/v1",
    parse=parse_promoted,
    ttl_s=60,
    stale_s=600,
    fields=frozenset({IMAGE_URL, LINKS}),
    quota="promotion",
)

PROVIDER = Provider(
    id=ProviderId("dexscreener"),
    title="DexScreener",
    docs="https://docs.dexscreener.com/api/reference",
    base_url="https://api.dexscreener.com",
    trust=0.8,
    chains=_CHAINS,
    quotas={
        "default": Quota(calls=300, per_s=60, burst=30),
        "promotion": Quota(calls=60, per_s=60, burst=5),
    },
    endpoints=(
        Endpoint(
            capability=Capability.POOLS,
            path="/token-pairs/v1/{chain}/{address}",
            parse=parse_token_pools,
            ttl_s=15,
            stale_s=300,
            fields=pools.POOL_FIELDS,
            samples=("latest-dex-tokens-weth-wrong-chain-first.json", "token-pairs-v1-not-found.json"),
        ),
        Endpoint(
            capability=Capability.POOLS,
            path="/latest/dex/pairs/{chain}/{pool}",
            parse=parse_pool,
            ttl_s=15,
            stale_s=300,
            fields=pools.POOL_FIELDS,
            samples=(
                "latest-dex-pairs-eth-single.json",
                "latest-dex-pairs-multi-solana-bonding-curve.json",
                "latest-dex-pairs-not-found.json",
            ),
        ),
        Endpoint(
            capability=Capability.PRICE,
            path="/tokens/v1/{chain}/{addresses}",
            parse=parse_prices,
            ttl_s=15,
            stale_s=120,
            fields=frozenset(
                {PRICE_USD, MARKET_CAP_USD, FDV_USD, SYMBOL, NAME, IMAGE_URL, LINKS, *CHANGE.values()}
            ),
            batch=30,
            samples=("tokens-v1-solana-rugged-zero-liquidity.json",),
        ),
        Endpoint(
            capability=Capability.SEARCH,
            path="/latest/dex/search",
            query={"q": "{query}"},
            parse=parse_search,
            ttl_s=60,
            stale_s=600,
            samples=("latest-dex-search-wbtc-usdc.json",),
        ),
        Endpoint(
            capability=Capability.PROMOTION,
            path="/orders/v1/{chain}/{address}",
            parse=parse_orders,
            ttl_s=60,
            stale_s=600,
            quota="promotion",
        ),
        _PROMOTED,
        replace(_PROMOTED, capability=Capability.NEW_POOLS, path="/token-profiles/latest/v1"),
    ),
    errors=ErrorMap(in_body=_fault),
)
