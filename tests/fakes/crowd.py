"""Every vendor with its real quotas, endpoints and batches, answering any question; counts what it received.

The paths say which quota a request falls under and what it costs, and answers are a price for each token that
was asked for. Which calls came when is kept as the vendor saw it, apart from our own ledgers.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.app import all_providers
from data.gateway.access import Access
from data.gateway.transport import Request, Response
from data.models.fields import DECIMALS, PRICE_USD, SYMBOL, Field
from data.models.ids import ProviderId
from data.models.market import Record, TokenReport, facts
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Parser, Provider, Quota

_VALUES: Mapping[Field[object], object] = {PRICE_USD: Decimal("0.00002"), SYMBOL: "BONK", DECIMALS: 5}


def _parser(endpoint: Endpoint) -> Parser:
    said = facts(*((field, value) for field, value in _VALUES.items() if field in endpoint.fields))

    def parse(body: Json, ask: Ask, at: datetime) -> tuple[Record, ...]:
        return tuple(TokenReport(token=token, facts=said) for token in ask.tokens)

    return parse


def _playable(provider: Provider) -> Provider:
    """Keep what decides how often a vendor is asked, and nothing of its wire."""
    endpoints = tuple(
        replace(
            each, path=f"/{each.quota}/{each.cost}/{number}/{'{address}{addresses}'}", query={}, method="GET",
            payload=None, needs=each.by, parse=_parser(each), slots=lambda ask: {},
        )
        for number, each in enumerate(provider.endpoints)
    )  # fmt: skip
    base_url = f"https://{provider.id}.example"
    return replace(provider, base_url=base_url, endpoints=endpoints, errors=ErrorMap(), auth=Auth())


def crowd(names: Iterable[str] | None = None) -> dict[ProviderId, Provider]:
    """Give all vendors, or some."""
    chosen = all_providers()
    kept = chosen if names is None else {ProviderId(name): chosen[ProviderId(name)] for name in names}
    return {name: _playable(provider) for name, provider in kept.items()}


def accesses(providers: Mapping[ProviderId, Provider]) -> dict[ProviderId, Access]:
    """Reach every vendor, with a key."""
    return {
        name: Access(base_url=provider.base_url, api_keys=(SecretStr(f"key-of-{name}"),))
        for name, provider in providers.items()
    }


class CrowdTransport:
    """Answers after a while of its own; `received` holds by vendor and quota when calls came, once a cost."""

    def __init__(self, seed: int = 7, *, median_s: float = 0.25, spread: float = 0.4) -> None:
        self.received: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.sent = 0
        self._chance = random.Random(seed)
        self._median_s, self._spread = median_s, spread

    async def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        vendor = (parts.hostname or "").removesuffix(".example")
        _, quota, cost, *_ = parts.path.split("/")
        now = asyncio.get_running_loop().time()
        self.received[vendor, quota].extend([now] * int(cost))
        self.sent += 1
        await asyncio.sleep(min(self._median_s * self._chance.lognormvariate(0, self._spread), 2.5))
        return Response(status=200, headers={}, body=b"{}")


def fullest_window(times: Sequence[float], span: float) -> int:
    """Count the most events that any half-open window of `span` holds."""
    ordered = sorted(times)
    return max((bisect_left(ordered, start + span) - index for index, start in enumerate(ordered)), default=0)


def over_quota(
    received: Mapping[tuple[str, str], Sequence[float]], providers: Mapping[ProviderId, Provider]
) -> list[str]:
    """Name each quota of which a window held more than it allows."""
    found = []
    for (vendor, name), times in received.items():
        quota: Quota = providers[ProviderId(vendor)].quotas[name]
        most = fullest_window(times, quota.per_s)
        if most > quota.calls:
            found.append(f"{vendor} {name}: {most} in {quota.per_s:g} s, allowed {quota.calls}")
    return found
