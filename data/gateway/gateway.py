"""The pipeline that every request to a vendor takes: cache, single-flight, deadline, breaker, quota, request,
classify, retry, store.

Whatever happens upstream comes back as a value: an `Answer`, perhaps marked stale, or a `Gap` that says why.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

from data.clock import Clock, Deadline
from data.errors import NotListed, UpstreamError
from data.gateway import retry
from data.gateway.access import Access
from data.gateway.cache import Cache, Kept
from data.gateway.flight import Flights
from data.gateway.health import ProviderHealth, ProviderState
from data.gateway.limits import MemoryLedger
from data.gateway.reasons import NoAnswer, reason_of
from data.gateway.retry import LEAST_REQUEST_S
from data.gateway.transport import Transport
from data.gateway.upstream import Ledgers, Upstream
from data.metrics import Metrics, counter
from data.models.ids import ProviderId
from data.models.market import Answer, Gap, GapReason, Record
from data.nursery import Nursery
from data.ports import CacheTier
from data.providers.base import Call, Provider

__all__ = ["Access", "Gateway"]

_RECORD_BYTES = 1024  # of a body, about: for what came within a larger one
REFRESH_S = 10.0  # nobody waits for a refresh: it may take longer than a person would

LOOKUPS = counter("cache_lookups", "Answers looked for in the cache", "provider", "result")
GAPS = counter("provider_gaps", "Questions that a vendor left open", "provider", "reason")

# The asker's own time ran out: one with more time may fare better.
_HURRIED = frozenset({GapReason.DEADLINE, GapReason.QUOTA})


class Gateway:
    """Ask vendors, sparingly."""

    def __init__(
        self,
        *,
        transport: Transport,
        tiers: Sequence[CacheTier],
        clock: Clock,
        nursery: Nursery,
        metrics: Metrics,
        rng: random.Random,
        access: Mapping[ProviderId, Access],
        ledgers: Ledgers | None = None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._nursery = nursery
        self._metrics = metrics
        self._rng = rng
        self._access = dict(access)
        self._ledgers: Ledgers = ledgers or (lambda name, pace: MemoryLedger(pace, clock))
        self._cache = Cache(tiers, clock, nursery)
        self._lookups: Flights[Kept | None] = Flights(nursery)
        self._requests: Flights[Answer | Gap] = Flights(nursery)
        self._upstreams: dict[ProviderId, Upstream] = {}

    def at_hand(self, call: Call) -> Answer | Gap | None:
        """Get what needs no waiting: an answer kept in memory, or why this vendor is never asked."""
        if (reason := self._upstream(call.provider).closed) is not None:
            return self._gap(call, reason)
        key = _key(call)
        kept = self._cache.peek(key)
        return None if kept is None else self._told(key, call, kept)

    async def fetch(
        self,
        call: Call,
        deadline: Deadline,
        *,
        fresh: bool = False,
        attempts: int = 2,
        background: bool = False,
        keep: bool = True,
    ) -> Answer | Gap:
        """Get what `call` asks for, from the cache or the vendor, before the deadline.

        `fresh` asks the vendor whatever is kept; where that fails, what is kept comes back marked stale.
        In the `background` a call goes only when people leave room for it in the vendor's quota. Without
        `keep` nothing is cached: thousands of answers would drive out those that people ask for.
        """
        if not fresh and (told := self.at_hand(call)) is not None:
            return told
        if (reason := self._upstream(call.provider).closed) is not None:
            return self._gap(call, reason)
        key = _key(call)
        kept = self._cache.peek(key)
        if deadline.remaining_s < LEAST_REQUEST_S:
            result: Answer | Gap = self._gap(call, GapReason.DEADLINE)
        else:
            try:
                async with asyncio.timeout(deadline.remaining_s):
                    if not fresh and self._cache.has_tiers:
                        kept = await self._lookups.join(key, lambda: self._cache.find(key, call))
                        if kept is not None:
                            return self._told(key, call, kept)
                    self._metrics.of(LOOKUPS, call.provider.id, "miss").inc()
                    result = await self._request(
                        key, call, deadline, attempts, background=background, keep=keep
                    )
            except TimeoutError:
                result = self._gap(call, GapReason.DEADLINE)
        if isinstance(result, Gap) and result.reason is not GapReason.NOT_LISTED:
            return self._fallback(call, kept) or result
        return result

    def health(self) -> tuple[ProviderHealth, ...]:
        """Tell how each vendor is doing, by name."""
        met = {name: upstream.health for name, upstream in self._upstreams.items()}
        known = {name: _unasked(name, access) for name, access in self._access.items()} | met
        return tuple(known[name] for name in sorted(known))

    def keep(self, call: Call, records: Sequence[Record], at: datetime) -> None:
        """Keep in memory what an answer to a larger question says of this one; nothing is "not listed"."""
        size = _RECORD_BYTES * max(1, len(records))
        self._cache.remember(_key(call), call.endpoint, tuple(records) or None, at, size)

    def fresh_s(self, call: Call) -> float | None:
        """Tell for how many seconds the answer in memory is fresh, 0 for a stale one; None: there is none."""
        kept = self._cache.peek(_key(call))
        return None if kept is None else max(0.0, kept.fresh_until - self._clock.monotonic())

    def least_s(self, provider: Provider, quota: str, cost: int, *, background: bool = False) -> float:
        """Tell the least seconds in which a quota lets so much through, from full to the last call sent.

        In the background a part of the burst is left to people.
        """
        pace = self._upstream(provider).pace(quota)
        return pace.least_us(cost, spare=pace.spare if background else 0) / 1_000_000

    def interval_s(self, provider: Provider, quota: str) -> float:
        """Tell how far apart the calls of a quota are once its burst is spent."""
        return self._upstream(provider).pace(quota).interval_us / 1_000_000

    def asks(self, provider: Provider) -> bool:
        """Tell whether a vendor is asked at all: not one that is switched off, or lacks the key it needs."""
        return self._upstream(provider).closed is None

    def down(self) -> frozenset[ProviderId]:
        """Name the vendors that are not counted on now."""
        return frozenset(
            name for name, upstream in self._upstreams.items() if upstream.state is ProviderState.DOWN
        )

    def _upstream(self, provider: Provider) -> Upstream:
        found = self._upstreams.get(provider.id)
        if found is None:
            found = self._upstreams[provider.id] = Upstream(
                provider,
                self._access.get(provider.id) or Access(base_url=provider.base_url),
                transport=self._transport,
                clock=self._clock,
                metrics=self._metrics,
                ledgers=self._ledgers,
            )
        return found

    def _told(self, key: str, call: Call, kept: Kept) -> Answer | Gap:
        """Answer from the cache; what is no longer fresh is renewed meanwhile."""
        is_fresh = self._cache.is_fresh(kept)
        self._metrics.of(LOOKUPS, call.provider.id, "fresh" if is_fresh else "stale").inc()
        if kept.records is None:
            return self._gap(call, GapReason.NOT_LISTED)
        if not is_fresh and key not in self._requests:
            deadline = Deadline.after(self._clock, REFRESH_S)
            self._nursery.start(self._request(key, call, deadline, attempts=2), name=f"refresh {key}")
        return _answer(call, kept, stale=not is_fresh)

    def _fallback(self, call: Call, kept: Kept | None) -> Answer | None:
        if kept is None or kept.records is None or self._cache.is_gone(kept):
            return None
        return _answer(call, kept, stale=True)

    async def _request(
        self,
        key: str,
        call: Call,
        deadline: Deadline,
        attempts: int,
        *,
        background: bool = False,
        keep: bool = True,
    ) -> Answer | Gap:
        """Share the request in the air; if it ended because its asker was in a hurry, ask anew.

        Nobody joins a request of the background, which may wait for its turn.
        """

        def load() -> Coroutine[Any, Any, Answer | Gap]:
            return self._load(key, call, deadline, attempts, background=background, keep=keep)

        while True:
            leads = key not in self._requests
            if leads and background:
                return await load()
            result = await self._requests.join(key, load)
            hurried = isinstance(result, Gap) and result.reason in _HURRIED
            if leads or not hurried or deadline.remaining_s < LEAST_REQUEST_S:
                return result

    async def _load(
        self, key: str, call: Call, deadline: Deadline, attempts: int, *, background: bool, keep: bool
    ) -> Answer | Gap:
        upstream, kept = self._upstream(call.provider), self._cache.peek(key)
        etag = "" if kept is None or kept.records is None else kept.etag
        try:
            reply = await retry.retrying(
                lambda: upstream.ask(call, deadline, background=background, etag=etag),
                attempts=attempts, deadline=deadline, rng=self._rng,
            )  # fmt: skip
        except NoAnswer as silence:
            return self._gap(call, silence.reason, silence.detail)
        except NotListed as error:
            if keep:
                self._cache.keep(key, call.endpoint, None, self._clock.now(), b"")
            return self._gap(call, GapReason.NOT_LISTED, error.detail)
        except UpstreamError as error:
            return self._gap(call, reason_of(error), error.detail)
        records = reply.records
        if records is None:
            assert kept is not None and kept.records is not None, "an etag is that of a kept answer"
            records = kept.records
            self._cache.remember(key, call.endpoint, records, reply.at, kept.size, kept.etag)
        elif keep:
            self._cache.keep(key, call.endpoint, records, reply.at, reply.body, etag=reply.etag)
        return Answer(
            source=call.provider.id, capability=call.endpoint.capability, records=records, at=reply.at
        )

    def _gap(self, call: Call, reason: GapReason, detail: str = "") -> Gap:
        self._metrics.of(GAPS, call.provider.id, reason.name.lower()).inc()
        upstream = self._upstream(call.provider)
        return Gap(
            source=call.provider.id,
            capability=call.endpoint.capability,
            reason=reason,
            at=self._clock.now(),
            detail=detail,
            since=upstream.last_ok_if_down,
        )


def _key(call: Call) -> str:
    return f"{call.key} {call.endpoint.capability}"


def _answer(call: Call, kept: Kept, *, stale: bool) -> Answer:
    assert kept.records is not None
    return Answer(
        source=call.provider.id,
        capability=call.endpoint.capability,
        records=kept.records,
        at=kept.at,
        stale=stale,
    )


def _unasked(provider: ProviderId, access: Access) -> ProviderHealth:
    state = ProviderState.IDLE if access.enabled else ProviderState.OFF
    return ProviderHealth(provider=provider, state=state, key=access.key_state())
