"""Which calls to make for the fields that are wanted: as few a vendor as cover what it can tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

from data.models.fields import Field
from data.models.ids import TokenKey
from data.models.market import Capability
from data.providers.base import Ask, Call, Endpoint, Provider

# What tells of one token; searches, candles and lists are asked for by name.
_OF_A_TOKEN = (
    Capability.PRICE,
    Capability.META,
    Capability.POOLS,
    Capability.AUTHORITIES,
    Capability.SECURITY,
)


def plan_calls(token: TokenKey, wanted: Set[Field[Any]], providers: Iterable[Provider]) -> tuple[Call, ...]:
    """Choose the calls that can tell the wanted fields of a token, the most trusted vendor first."""
    ask = Ask(tokens=(token,), chain=token.chain)
    ranked = sorted(providers, key=lambda provider: (-provider.trust, provider.id))
    return tuple(
        Call(provider=provider, endpoint=endpoint, ask=ask)
        for provider in ranked
        for endpoint in cover(wanted, candidates(provider, token))
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
