"""One vendor as the gateway meets it: our access, its breaker and quotas, one request at a time.

Knows how to ask once. Whether to ask at all, and again, is decided in `gateway`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from data.clock import Clock, Deadline
from data.errors import (
    BadPayload,
    InvariantBroken,
    KeyRejected,
    NotListed,
    RateLimited,
    Unavailable,
    UpstreamError,
)
from data.gateway import decode, limits
from data.gateway.access import Access, takes_key
from data.gateway.breaker import Outcome
from data.gateway.health import KeyState, ProviderHealth, ProviderState, Vitals
from data.gateway.keyring import Key, Keyring, OtherKey
from data.gateway.limits import Bucket, Ledger, Pace
from data.gateway.reasons import NoAnswer, reason_of
from data.gateway.retry import LEAST_REQUEST_S
from data.gateway.routes import Admission, Route, Routes
from data.gateway.transport import Response, Transport
from data.metrics import Metrics, counter, gauge, histogram
from data.models.market import GapReason, Record
from data.models.text import one_line
from data.providers.base import Call, Endpoint, Provider

KEPT_BACK_S = 0.02  # of the deadline, for reading the answer and telling it
# An answer that took this much of its timeout counts as a failure: the next will not make it.
SLOW_SHARE = 0.75
LONGEST_WAIT_S = 4.0  # what a vendor may take for people, whatever it is allowed in the background
BLAME_SHARE = 0.5  # a wait that our deadline cut short is the vendor's fault after this much of its timeout
_DETAIL_CHARS = 120
_NOT_MODIFIED = 304
_LONGEST_ETAG = 200

CALLS = counter("provider_calls", "Requests sent to a vendor", "provider", "outcome")
SECONDS = histogram(
    "provider_seconds", "How long a vendor took", "provider", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)
)
DOWN = gauge("provider_down", "1 while a vendor is not asked because it fails", "provider")

Ledgers: TypeAlias = Callable[[str, Pace], Ledger]


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer, read and as received; `records` None: as it was under the etag that was asked with."""

    records: tuple[Record, ...] | None
    body: bytes
    at: datetime
    etag: str = ""


class Upstream:
    """One vendor."""

    def __init__(
        self,
        provider: Provider,
        access: Access,
        *,
        transport: Transport,
        clock: Clock,
        metrics: Metrics,
        ledgers: Ledgers,
    ) -> None:
        self._provider = provider
        self._access = access
        self._transport = transport
        self._clock = clock
        self._metrics = metrics
        self._routes = Routes(access.urls, clock)
        self._buckets = {name: _bucket(provider, name, clock, ledgers) for name in provider.quotas}
        self._vitals = Vitals(provider.id)
        self._keys = Keyring(provider.id, access.keys if takes_key(provider) else (), clock)
        self._unkeyed = access.key_state(required=provider.auth.required)

    @property
    def closed(self) -> GapReason | None:
        """Why this vendor is never asked, if so."""
        if not self._access.enabled:
            return GapReason.DISABLED
        return GapReason.KEY_MISSING if self._provider.auth.required and not self._access.keys else None

    @property
    def last_ok_if_down(self) -> datetime | None:
        return self._vitals.last_ok_at if self._routes.is_open else None

    async def ask(self, call: Call, deadline: Deadline, *, background: bool = False, etag: str = "") -> Reply:
        """Send one request and read the answer; in the background, only when people leave room for it.

        With an `etag` the answer may be that nothing has changed.

        Raises:
            NoAnswer: the breaker is open, the quota is used up, or the deadline is too near.
            UpstreamError: the vendor failed.
        """
        if background:  # before the breaker: what may wait for long must not keep its probe from people
            await self._take(call.endpoint, deadline, background=True)
        admitted = self._routes.admit()
        if admitted is None:
            raise NoAnswer(GapReason.OPEN, self._vitals.last_error)
        outcome, started = Outcome.NONE, 0.0
        key: Key | None = None
        try:
            if not background:
                await self._take(call.endpoint, deadline)
            if not admitted.holds:
                raise NoAnswer(GapReason.OPEN, self._vitals.last_error)
            started = self._clock.monotonic()
            key = self._keys.take()
            allowed_s = call.endpoint.timeout_s
            if not background:
                allowed_s = min(allowed_s, LONGEST_WAIT_S)
            reply = await self._exchange(call, deadline, key, admitted.route, allowed_s, etag)
            outcome = self._answered(allowed_s, started, key)
        except NotListed as error:
            self._mask(error)
            outcome = self._answered(allowed_s, started, key)
            raise
        except UpstreamError as error:
            self._mask(error)
            outcome = self._failed(error)
            raise
        finally:
            self._settle(admitted, outcome)
        return reply

    async def _take(self, endpoint: Endpoint, deadline: Deadline, *, background: bool = False) -> None:
        """Wait for a token."""
        bucket = self._bucket(endpoint.quota)
        take = bucket.take_spare if background else bucket.take
        if not await take(endpoint.cost, deadline):
            if held_s := bucket.held_s:
                raise NoAnswer(GapReason.RATE_LIMITED, f"asks us to wait {held_s:.0f} s")
            raise NoAnswer(GapReason.QUOTA)

    async def _exchange(
        self, call: Call, deadline: Deadline, key: Key | None, route: Route, allowed_s: float, etag: str
    ) -> Reply:
        remaining_s = deadline.remaining_s
        if remaining_s < LEAST_REQUEST_S:
            raise NoAnswer(GapReason.DEADLINE)
        has_spare = self._routes.has_spare(route)
        # With another way at hand, half of the time is kept for it.
        patience_s = min(call.endpoint.timeout_s, (remaining_s - KEPT_BACK_S) * (0.5 if has_spare else 1.0))
        secret = None if key is None else key.secret
        request = self._access.request(call, self._stamp(), key=secret, base_url=route.url, etag=etag)
        try:
            async with asyncio.timeout(patience_s):
                response = await self._transport.send(request)
        except TimeoutError as error:
            detail = f"no answer in {patience_s:.1f} s"
            if patience_s < BLAME_SHARE * allowed_s and not has_spare:
                raise NoAnswer(GapReason.DEADLINE, detail) from None
            raise Unavailable(detail) from error
        at = self._clock.now()
        if etag and response.status == _NOT_MODIFIED:
            return Reply(None, b"", at, etag)
        records = await self._read(call, response, at, key, route)
        return Reply(records, response.body, at, response.headers.get("etag", "")[:_LONGEST_ETAG])

    def _stamp(self) -> Mapping[str, str] | None:
        """Make what this attempt alone carries, for a vendor that refuses to see it twice."""
        stamp = self._provider.auth.stamp
        return stamp and stamp(int(self._clock.now().timestamp()), str(uuid4()))

    async def _read(
        self, call: Call, response: Response, at: datetime, key: Key | None, route: Route
    ) -> tuple[Record, ...]:
        """Read the answer, and mind what it says of our quota."""
        said = limits.allowance(response.headers, at)
        bucket = self._bucket(call.endpoint.quota)
        if said.remaining is not None:
            self._vitals.quota_left = said.remaining
        try:
            records = await decode.read_off_loop(call, response.status, response.body, at)
        except RateLimited as error:
            words = (said.retry_after_s, error.retry_after_s, said.reset_s, limits.UNSAID_HOLD_S)
            wait_s = max(limits.LEAST_HOLD_S, next(word for word in words if word is not None))
            held_s = await self._rest(bucket, key, route, wait_s)
            raise RateLimited(error.detail, retry_after_s=held_s or None) from None
        except KeyRejected as error:
            if key is None:
                raise
            self._keys.reject(key)
            if held_s := self._keys.blocked_s:
                await bucket.hold(held_s)
            if self._keys.has_free:
                raise OtherKey(error.detail) from None
            raise
        except Unavailable:
            if said.retry_after_s:
                await self._rest(bucket, None, route, said.retry_after_s)
            raise
        if said.remaining == 0 and said.reset_s:
            await self._rest(bucket, key, route, said.reset_s)
        return records

    async def _rest(self, bucket: Bucket, key: Key | None, route: Route, seconds: float) -> float:
        """Let the way rest, or the key, and with no other at hand the bucket; gives how long that is held."""
        seconds = self._routes.rest(route, seconds)
        if key is not None and seconds:
            self._keys.rest(key, seconds)
            seconds = self._keys.blocked_s
        if seconds:
            await bucket.hold(seconds)
        return seconds

    def pace(self, quota: str) -> Pace:
        """How fast a quota may be spent."""
        return self._bucket(quota).pace

    def _bucket(self, quota: str) -> Bucket:
        bucket = self._buckets.get(quota)
        if bucket is None:
            raise InvariantBroken(f"{self._provider.id} declares no quota {quota!r}")
        return bucket

    def _answered(self, allowed_s: float, started: float, key: Key | None) -> Outcome:
        elapsed_s = self._clock.monotonic() - started
        self._vitals.answered(self._clock.now(), elapsed_s)
        if key is not None:
            self._keys.accept(key)
        self._metrics.of(CALLS, self._provider.id, "ok").inc()
        self._metrics.of(SECONDS, self._provider.id).observe(elapsed_s)
        return Outcome.FAILED if elapsed_s > SLOW_SHARE * allowed_s else Outcome.OK

    def _failed(self, error: UpstreamError) -> Outcome:
        reason = reason_of(error)
        self._vitals.failed(self._clock.now(), error.detail or reason)
        if isinstance(error, KeyRejected):
            self._unkeyed = KeyState.MISSING
        self._metrics.of(CALLS, self._provider.id, reason.name.lower()).inc()
        return Outcome.FAILED if isinstance(error, (Unavailable, BadPayload)) else Outcome.NONE

    def _settle(self, admitted: Admission, outcome: Outcome) -> None:
        self._routes.settle(admitted, outcome)
        self._vitals.turned(down=self._routes.is_open, at=self._clock.now())
        self._metrics.of(DOWN, self._provider.id).set(self._routes.is_open)

    def _mask(self, error: UpstreamError) -> None:
        """Make the error itself safe: on its way up it may be logged."""
        error.detail = self._safe(error.detail)
        error.args = (error.detail,)

    def _safe(self, detail: str) -> str:
        """Make a vendor's words fit to be shown: one short line, without our key."""
        return one_line(self._access.masked(detail), _DETAIL_CHARS)

    @property
    def health(self) -> ProviderHealth:
        """Tell how this vendor is doing."""
        vitals = self._vitals
        tightest = min(self._buckets.values(), key=lambda bucket: bucket.free / bucket.pace.burst)
        return ProviderHealth(
            provider=self._provider.id,
            state=self.state,
            key=self._unkeyed if self._keys.state is KeyState.NONE else self._keys.state,
            calls=vitals.calls,
            success_rate=vitals.success_rate,
            latency_p50_s=vitals.latency_p50_s,
            last_ok_at=vitals.last_ok_at,
            last_error_at=vitals.last_error_at,
            last_error=vitals.last_error,
            quota_left=vitals.quota_left,
            free=tightest.free,
            burst=tightest.pace.burst,
        )

    @property
    def state(self) -> ProviderState:
        """Whether this vendor is asked."""
        if self.closed is not None:
            return ProviderState.OFF
        if self._routes.is_open:
            return ProviderState.DOWN
        if any(bucket.held_s for bucket in self._buckets.values()):
            return ProviderState.PAUSED
        return self._vitals.state


def _bucket(provider: Provider, name: str, clock: Clock, ledgers: Ledgers) -> Bucket:
    costs = (endpoint.cost for endpoint in provider.endpoints if endpoint.quota == name)
    pace = Pace.of(provider.quotas[name], dearest=max(costs, default=1))
    return Bucket(ledgers(f"{provider.id}:{name}", pace), clock, pace)
