"""What vendors that list pools have in common: their fields, their look-back windows, the deepest pool."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from data.errors import NotListed
from data.models.fields import (
    BUYS,
    CHANGE,
    CREATED_AT,
    FDV_USD,
    IMAGE_URL,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SELLS,
    SYMBOL,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Activity, Pool, TokenMatch
from data.providers import values
from data.providers.base import Json

# What a pool tells of its base token.
POOL_FIELDS: frozenset[Field[Any]] = frozenset(
    {
        PRICE_USD,
        MARKET_CAP_USD,
        FDV_USD,
        LIQUIDITY_USD,
        SYMBOL,
        NAME,
        IMAGE_URL,
        CREATED_AT,
        *CHANGE.values(),
        *VOLUME_USD.values(),
        *BUYS.values(),
        *SELLS.values(),
    }
)

_WINDOWS = {Span.M5: "m5", Span.H1: "h1", Span.H6: "h6", Span.H24: "h24"}


def activity(volume_usd: Json, trades: Json, change_percent: Json) -> dict[Span, Activity]:
    """Read three objects keyed by m5, h1, h6, h24; a span that nothing is said of is left out."""
    volumes, changes = values.mapping(volume_usd), values.mapping(change_percent)
    found: dict[Span, Activity] = {}
    for span, window in _WINDOWS.items():
        counts = values.mapping(values.mapping(trades).get(window))
        seen = Activity(
            volume_usd=values.number(volumes.get(window)),
            buys=values.count(counts.get("buys")),
            sells=values.count(counts.get("sells")),
            change_ratio=values.ratio(changes.get(window)),
        )
        if seen != Activity():
            found[span] = seen
    return found


def depth(pool: Pool) -> tuple[Decimal, Decimal]:
    """Rank a pool by liquidity, then by the volume of a day; unknown liquidity ranks below none."""
    liquidity = Decimal(-1) if pool.liquidity_usd is None else pool.liquidity_usd
    return liquidity, pool.activity.get(Span.H24, Activity()).volume_usd or Decimal(0)


def of_token(pools: Iterable[Pool | None], token: TokenKey) -> tuple[Pool, ...]:
    """Keep the pools that price a token.

    Raises:
        NotListed: there is none.
    """
    found = tuple(pool for pool in pools if pool is not None and pool.base.token == token)
    if not found:
        raise NotListed("no pool with this token")
    return found


def matches(pools: Iterable[Pool], source: ProviderId) -> tuple[TokenMatch, ...]:
    """List the base tokens in the order found, each as its deepest pool describes it."""
    deepest: dict[TokenKey, Pool] = {}
    for pool in pools:
        deepest[pool.base.token] = max(deepest.get(pool.base.token, pool), pool, key=depth)
    return tuple(
        TokenMatch(
            token=token,
            symbol=pool.base.symbol or "",
            name=pool.base.name or "",
            liquidity_usd=pool.liquidity_usd,
            market_cap_usd=pool.market_cap_usd,
            source=source,
        )
        for token, pool in deepest.items()
    )
