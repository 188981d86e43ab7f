"""Tokens that people look at are asked for again shortly before their figures go stale.

So the next card comes from the cache. This runs in the background of the quotas and takes a share of each;
the tokens looked at last go first, then those that somebody waits for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Protocol

from core.enrichment.alarms import Alarms
from core.enrichment.looked import Looked, Wanted
from core.enrichment.parts import by_token
from core.enrichment.plan import plan_calls
from data.clock import Clock, Deadline
from data.gateway.gateway import Gateway
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, Gap
from data.providers.base import Call, Provider

JOB = "refresh"
EVERY = timedelta(seconds=5)
_AHEAD_S = 6.0  # a little more than until the next time
_AHEAD_SHARE = 0.4  # of an answer's life: what lasts long need not be asked for in a hurry
_LOOKED_S = 600.0  # who looked longer ago is not waiting
_TOKENS = 200
_AWAITED = 200
_SHARE = 0.25  # of a quota's rate
_SAVED_S = 60.0  # of its share that a quota may save up
_PATIENCE_S = 4.0


class Awaited(Protocol):
    """Tokens that are to be kept fresh though nobody looks: an alert waits for what becomes of them."""

    def due(self, limit: int) -> Sequence[tuple[TokenKey, Wanted]]:
        """List some of them, all in turn."""
        ...

    def renewed(self, token: TokenKey, wanted: Wanted) -> None:
        """Take notice that one was asked for, as far as the quotas let it."""
        ...


class Refresher:
    """Keeps fresh what people look at, and what they wait for."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        looked: Looked,
        clock: Clock,
        alarms: Alarms,
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._looked = looked
        self._clock = clock
        self._alarms = alarms
        self._credit: dict[tuple[ProviderId, str], float] = defaultdict(float)
        self._credited_at = clock.monotonic()
        self._awaited: list[Awaited] = []

    def serve(self, awaited: Awaited) -> None:
        """Keep these tokens fresh as well."""
        self._awaited.append(awaited)

    async def run(self) -> None:
        """Ask for what will be stale before the next time."""
        self._save_up()
        served = [(each, each.due(_AWAITED)) for each in self._awaited]
        awaited = [want for _, some in served for want in some]
        due = [calls for calls in self._due(awaited) if self._spend(calls[0])]
        await asyncio.gather(*map(self._renew, due))
        for each, some in served:
            for token, wanted in some:
                each.renewed(token, wanted)
                await asyncio.sleep(0)  # what is known of a token takes a millisecond to be put together

    def _due(self, awaited: Sequence[tuple[TokenKey, Wanted]]) -> list[Sequence[Call]]:
        """List what to ask for: where a source takes several tokens at once, those of one call."""
        found: dict[tuple[ProviderId, str, Chain], dict[str, Call]] = defaultdict(dict)
        looked = self._looked.lately(_LOOKED_S)[:_TOKENS]
        for at, (token, wanted) in enumerate((*looked, *awaited)):
            for call in plan_calls(token, wanted, self._providers.values(), down=self._gateway.down()):
                left_s = self._gateway.fresh_s(call)
                # What is not kept at all was refused or is long gone: that is asked for when somebody asks,
                # or waits.
                if left_s is None:
                    left_s = 0.0 if at >= len(looked) else inf
                if left_s < max(_AHEAD_S, _AHEAD_SHARE * call.endpoint.ttl_s):
                    found[call.provider.id, call.endpoint.name, token.chain][call.key] = call
        return [
            calls[at : at + calls[0].endpoint.batch]
            for calls in (list(own.values()) for own in found.values())
            for at in range(0, len(calls), calls[0].endpoint.batch)
        ]

    async def _renew(self, calls: Sequence[Call]) -> None:
        deadline = Deadline.after(self._clock, _PATIENCE_S)
        alone, tokens = len(calls) == 1, tuple(call.ask.token for call in calls)
        asked = calls[0] if alone else replace(calls[0], ask=replace(calls[0].ask, tokens=tokens))
        result = await self._gateway.fetch(
            asked, deadline, fresh=True, attempts=1, background=True, keep=alone
        )
        told = {} if isinstance(result, Gap) else by_token(result)
        for call in calls:
            if not alone and isinstance(result, Answer) and not result.stale:
                self._gateway.keep(call, told.get(call.ask.token, ()), result.at)
            self._alarms.heard(JOB, call.ask.token, result, found=call.ask.token in told)

    def _save_up(self) -> None:
        now = self._clock.monotonic()
        passed_s, self._credited_at = now - self._credited_at, now
        for provider in self._providers.values():
            for quota in provider.quotas:
                per_s = _SHARE / self._gateway.interval_s(provider, quota)
                key = (provider.id, quota)
                self._credit[key] = min(self._credit[key] + per_s * passed_s, max(1.0, per_s * _SAVED_S))

    def _spend(self, call: Call) -> bool:
        key, cost = (call.provider.id, call.endpoint.quota), call.endpoint.cost
        if self._credit[key] < cost:
            return False
        self._credit[key] -= cost
        return True
