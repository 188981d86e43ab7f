"""One vendor as the gateway meets it: our access, its breaker and quotas, one request at a time.

Knows how to ask once. Whether to ask at all, and again, is decided in `gateway`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

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
from data.gateway import breaker, decode, limits
from data.gateway.access import Access
from data.gateway.breaker import Outcome
from data.gateway.health import KeyState, ProviderHealth, ProviderState, Vitals
from data.gateway.limits import Bucket, Ledger, Pace
from data.gateway.retry import LEAST_REQUEST_S
from data.gateway.transport import Response, Transport
from data.metrics import Metrics, counter, gauge, histogram
from data.models.market import GapReason, Record
from data.models.text import one_line
from data.providers.base import Call, Endpoint, Provider

KEPT_BACK_S = 0.02  # of the deadline, for reading the answer and telling it
SLOW_SHARE = (
    0.75  # an answer that took this much of its timeout counts as a failure: the next will not make it
)
BLAME_SHARE = 0.5  # a wait that our deadline cut short is the vendor's fault after this much of its timeout
_DETAIL_CHARS = 120

CALLS = counter("provider_calls", "Requests sent to a vendor", "provider", "outcome")
SECONDS = histogram(
    "provider_seconds", "How long a vendor took", "provider", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)
)
DOWN = gauge("provider_down", "1 while a vendor is not asked because it fails", "provider")

Ledgers: TypeAlias = Callable[[str, Pace], Ledger]


class NoAnswer(Exception):
    """The gateway did not ask, or had no time to wait: nothing is known of the vendor."""

    def __init__(self, reason: GapReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer, read and as received."""

    records: tuple[Record, ...]
    body: bytes
    at: datetime


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
        self._breaker = breaker.State()
        self._buckets = {name: _bucket(provider, name, clock, ledgers) for name in provider.quotas}
        self._vitals = Vitals(provider.id)
        self._key = access.key_state(required=provider.auth.required)

    @property
    def closed(self) -> GapReason | None:
        """Why this vendor is never asked, if so."""
        if not self._access.enabled:
            return GapReason.DISABLED
        return GapReason.KEY_MISSING if self._provider.auth.required and not self._access.api_key else None

    @property
    def last_ok_if_down(self) -> datetime | None:
        return self._vitals.last_ok_at if self._breaker.is_open else None

    async def ask(self, call: Call, deadline: Deadline) -> Reply:
        """Send one request and read the answer.

        Raises:
            NoAnswer: the breaker is open, the quota is used up, or the deadline is too near.
            UpstreamError: the vendor failed.
        """
        admitted = breaker.admit(self._breaker, self._clock.monotonic())
        if admitted is None:
            raise NoAnswer(GapReason.OPEN, self._vitals.last_error)
        self._breaker = admitted
        outcome, started = Outcome.NONE, 0.0
        try:
            await self._take(call.endpoint, deadline, admitted.epoch)
            started = self._clock.monotonic()
            reply = await self._exchange(call, deadline)
            outcome = self._answered(call.endpoint, started)
        except NotListed as error:
            self._mask(error)
            outcome = self._answered(call.endpoint, started)
            raise
        except UpstreamError as error:
            self._mask(error)
            outcome = self._failed(error)
            raise
        finally:
            self._settle(admitted.epoch, outcome)
        return reply

    async def _take(self, endpoint: Endpoint, deadline: Deadline, epoch: int) -> None:
        """Wait for a token, and see whether the breaker let go meanwhile."""
        bucket = self._bucket(endpoint)
        if not await bucket.take(endpoint.cost, deadline):
            if held_s := bucket.held_s:
                raise NoAnswer(GapReason.RATE_LIMITED, f"asks us to wait {held_s:.0f} s")
            raise NoAnswer(GapReason.QUOTA)
        if self._breaker.epoch != epoch:
            raise NoAnswer(GapReason.OPEN, self._vitals.last_error)

    async def _exchange(self, call: Call, deadline: Deadline) -> Reply:
        remaining_s = deadline.remaining_s
        if remaining_s < LEAST_REQUEST_S:
            raise NoAnswer(GapReason.DEADLINE)
        allowed_s = call.endpoint.timeout_s
        patience_s = min(allowed_s, remaining_s - KEPT_BACK_S)
        try:
            async with asyncio.timeout(patience_s):
                response = await self._transport.send(self._access.request(call))
        except TimeoutError as error:
            detail = f"no answer in {patience_s:.1f} s"
            if patience_s < BLAME_SHARE * allowed_s:
                raise NoAnswer(GapReason.DEADLINE, detail) from None
            raise Unavailable(detail) from error
        at = self._clock.now()
        return Reply(await self._read(call, response, at), response.body, at)

    async def _read(self, call: Call, response: Response, at: datetime) -> tuple[Record, ...]:
        """Read the answer, and mind what it says of our quota."""
        said = limits.allowance(response.headers, at)
        bucket = self._bucket(call.endpoint)
        if said.remaining is not None:
            self._vitals.quota_left = said.remaining
        try:
            records = await decode.read_off_loop(call, response.status, response.body, at)
        except RateLimited as error:
            words = (said.retry_after_s, error.retry_after_s, said.reset_s, limits.UNSAID_HOLD_S)
            wait_s = max(limits.LEAST_HOLD_S, next(word for word in words if word is not None))
            await bucket.hold(wait_s)
            raise RateLimited(error.detail, retry_after_s=wait_s) from None
        except Unavailable:
            if said.retry_after_s:
                await bucket.hold(said.retry_after_s)
            raise
        if said.remaining == 0 and said.reset_s:
            await bucket.hold(said.reset_s)
        return records

    def _bucket(self, endpoint: Endpoint) -> Bucket:
        bucket = self._buckets.get(endpoint.quota)
        if bucket is None:
            raise InvariantBroken(f"{self._provider.id} declares no quota {endpoint.quota!r}")
        return bucket

    def _answered(self, endpoint: Endpoint, started: float) -> Outcome:
        elapsed_s = self._clock.monotonic() - started
        self._vitals.answered(self._clock.now(), elapsed_s)
        if self._access.api_key:
            self._key = KeyState.ACCEPTED
        self._metrics.of(CALLS, self._provider.id, "ok").inc()
        self._metrics.of(SECONDS, self._provider.id).observe(elapsed_s)
        return Outcome.FAILED if elapsed_s > SLOW_SHARE * endpoint.timeout_s else Outcome.OK

    def _failed(self, error: UpstreamError) -> Outcome:
        reason = reason_of(error)
        self._vitals.failed(self._clock.now(), error.detail or reason)
        if isinstance(error, KeyRejected):
            self._key = KeyState.REJECTED if self._access.api_key else KeyState.MISSING
        self._metrics.of(CALLS, self._provider.id, reason.name.lower()).inc()
        return Outcome.FAILED if isinstance(error, (Unavailable, BadPayload)) else Outcome.NONE

    def _settle(self, epoch: int, outcome: Outcome) -> None:
        self._breaker = breaker.step(self._breaker, epoch, outcome, self._clock.monotonic())
        self._vitals.turned(down=self._breaker.is_open, at=self._clock.now())
        self._metrics.of(DOWN, self._provider.id).set(self._breaker.is_open)

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
        return ProviderHealth(
            provider=self._provider.id,
            state=self.state,
            key=self._key,
            calls=vitals.calls,
            success_rate=vitals.success_rate,
            latency_p50_s=vitals.latency_p50_s,
            last_ok_at=vitals.last_ok_at,
            last_error_at=vitals.last_error_at,
            last_error=vitals.last_error,
            quota_left=vitals.quota_left,
        )

    @property
    def state(self) -> ProviderState:
        """Whether this vendor is asked."""
        if self.closed is not None:
            return ProviderState.OFF
        if self._breaker.is_open:
            return ProviderState.DOWN
        if any(bucket.held_s for bucket in self._buckets.values()):
            return ProviderState.PAUSED
        return self._vitals.state


def reason_of(error: UpstreamError) -> GapReason:
    """Name an error as a gap."""
    match error:
        case NotListed():
            return GapReason.NOT_LISTED
        case RateLimited():
            return GapReason.RATE_LIMITED
        case BadPayload():
            return GapReason.BAD_PAYLOAD
        case KeyRejected():
            return GapReason.KEY_REJECTED
        case _:
            return GapReason.TIMEOUT if isinstance(error.__cause__, TimeoutError) else GapReason.UNAVAILABLE


def _bucket(provider: Provider, name: str, clock: Clock, ledgers: Ledgers) -> Bucket:
    costs = (endpoint.cost for endpoint in provider.endpoints if endpoint.quota == name)
    pace = Pace.of(provider.quotas[name], dearest=max(costs, default=1))
    return Bucket(ledgers(f"{provider.id}:{name}", pace), clock)
