"""What market APIs say of many tokens at once: for lists that name tokens, not for trades."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.security.listed import Listed
from data.gateway.gateway import Gateway
from data.models.fields import (
    CREATED_AT,
    CREATOR,
    IMAGE_URL,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    NAME,
    SYMBOL,
    Field,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, GapReason, TokenReport
from data.ports import Deadline
from data.providers.base import Ask, Call, Endpoint, Provider

_LEAST_BATCH = 10
_TOLD: frozenset[Field[Any]] = frozenset(
    {SYMBOL, NAME, IMAGE_URL, MARKET_CAP_USD, LIQUIDITY_USD, CREATED_AT, CREATOR}
)
_TRADED: frozenset[Field[Any]] = frozenset({MARKET_CAP_USD, LIQUIDITY_USD})


class Listing:
    """Asks the vendors that take many tokens in one question."""

    def __init__(self, *, gateway: Gateway, providers: Mapping[ProviderId, Provider]) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def of(self, tokens: Sequence[TokenKey], deadline: Deadline) -> dict[TokenKey, Listed]:
        """Tell what is known of tokens of one chain; each is among the answers, even if nobody knows it."""
        if not tokens:
            return {}
        calls = batches(tokens, self._providers)
        results = await asyncio.gather(*(self._gateway.fetch(call, deadline) for call in calls))
        told = [(call, result) for call, result in zip(calls, results, strict=True)]
        return {token: described(token, told) for token in tokens}


def batches(tokens: Sequence[TokenKey], providers: Iterable[Provider]) -> tuple[Call, ...]:
    """Choose each vendor's endpoint that tells most of many tokens, and split the tokens as it takes them."""
    chain = tokens[0].chain
    calls: list[Call] = []
    for provider in sorted(providers, key=lambda each: (-each.trust, each.id)):
        fitting = [
            endpoint
            for capability in (Capability.PRICE, Capability.META)
            for endpoint in provider.endpoints_for(capability, chain)
            if endpoint.by == "token" and endpoint.batch >= _LEAST_BATCH and len(endpoint.fields & _TOLD) > 1
        ]
        best: Endpoint | None = max(fitting, key=lambda each: len(each.fields & _TOLD), default=None)
        if best is None:
            continue
        for start in range(0, len(tokens), best.batch):
            ask = Ask(tokens=tuple(tokens[start : start + best.batch]), chain=chain)
            calls.append(Call(provider=provider, endpoint=best, ask=ask))
    return tuple(calls)


def described(token: TokenKey, told: Iterable[tuple[Call, object]]) -> Listed:
    """Put together what was said of one token: names by trust, the deepest liquidity, the earliest pool."""
    reports: list[TokenReport] = []
    sources: list[ProviderId] = []
    asked = 0
    for call, result in told:
        if token not in call.ask.tokens:
            continue
        trades = bool(call.endpoint.fields & _TRADED)
        denied = isinstance(result, Gap) and result.reason is GapReason.NOT_LISTED
        asked += trades and (denied or isinstance(result, Answer))
        if not isinstance(result, Answer):
            continue
        own = (each for each in result.records if isinstance(each, TokenReport) and each.token == token)
        found = list(own)
        reports += found
        sources += [result.source] if found and trades else []
    values = {key: [v for each in reports if (v := each.get(key)) is not None] for key in _TOLD}
    return Listed(
        token=token,
        symbol=next(iter(values[SYMBOL]), None),
        name=next(iter(values[NAME]), None),
        image=next(iter(values[IMAGE_URL]), None),
        market_cap_usd=next(iter(values[MARKET_CAP_USD]), None),
        liquidity_usd=max(values[LIQUIDITY_USD], default=None),
        created_at=min(values[CREATED_AT], default=None),
        creator=next(iter(values[CREATOR]), None),
        sources=tuple(sources),
        asked=asked,
    )
