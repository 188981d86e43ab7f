"""Which calls to make for the fields that are wanted: as few as tell each by enough vendors. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from typing import Any

from data.models.fields import (
    CHANGE,
    FDV_USD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Capability
from data.providers.base import Ask, Call, Endpoint, Provider

# How many vendors should tell a field, where one is not enough: prices decide trades.
_ENOUGH: dict[Field[Any], int] = {
    PRICE_USD: 100,
    **dict.fromkeys((MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD, *CHANGE.values(), VOLUME_USD[Span.H24]), 3),
}

# What tells of one token; searches, candles and lists are asked for by name.
_OF_A_TOKEN = (
    Capability.PRICE,
    Capability.META,
    Capability.POOLS,
    Capability.AUTHORITIES,
    Capability.SECURITY,
)


def plan_calls(
    token: TokenKey,
    wanted: Set[Field[Any]],
    providers: Iterable[Provider],
    *,
    down: Set[ProviderId] = frozenset(),
) -> tuple[Call, ...]:
    """Choose the calls that tell the wanted fields of a token, the most trusted vendor first.

    A vendor is asked for what too few others tell; one that is `down` is asked, but not counted on.
    """
    ask = Ask(tokens=(token,), chain=token.chain)
    told: Counter[Field[Any]] = Counter()
    chosen: dict[ProviderId, list[Endpoint]] = {}
    ranked = sorted(providers, key=lambda provider: (-provider.trust, provider.id))
    # First each vendor's best endpoint, then what is still lacking: most need only the one.
    for most in (1, None):
        for provider in ranked:
            own = chosen.setdefault(provider.id, [])
            known = {field for endpoint in own for field in endpoint.fields}
            lacking = {field for field in wanted - known if told[field] < _ENOUGH.get(field, 1)}
            for endpoint in cover(lacking, candidates(provider, token))[:most]:
                own.append(endpoint)
                if provider.id not in down:
                    told.update(endpoint.fields - known)
    return tuple(
        Call(provider=provider, endpoint=endpoint, ask=ask)
        for provider in ranked
        for endpoint in chosen[provider.id]
    )


def candidates(provider: Provider, token: TokenKey) -> tuple[Endpoint, ...]:
    """List a vendor's endpoints that tell of one token by its address."""
    return tuple(
        endpoint
        for capability in _OF_A_TOKEN
        for endpoint in provider.endpoints_for(capability, token.chain)
        if endpoint.by == "token"
    )


def cover(wanted: Set[Field[Any]], endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Choose endpoints until nothing more of `wanted` can be had: each time the one that adds most."""
    left = set(wanted)
    pool = list(endpoints)
    chosen: list[Endpoint] = []
    while pool:
        best = max(pool, key=lambda endpoint: (len(left & endpoint.fields), -endpoint.cost))
        gained = left & best.fields
        if not gained:
            break
        left -= gained
        chosen.append(best)
        pool.remove(best)
    return tuple(chosen)


def calls_for(
    capability: Capability, ask: Ask, providers: Iterable[Provider], *, by: str
) -> tuple[Call, ...]:
    """Choose the call of every vendor that has a capability, the most trusted first."""
    ranked = sorted(providers, key=lambda provider: (-provider.trust, provider.id))
    found: list[Call] = []
    for provider in ranked:
        fitting = [item for item in provider.endpoints_for(capability, ask.chain) if item.by == by]
        found.extend(Call(provider=provider, endpoint=endpoint, ask=ask) for endpoint in fitting[:1])
    return tuple(found)
