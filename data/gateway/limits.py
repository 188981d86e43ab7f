"""Quotas: a token bucket by the generic cell rate algorithm (GCRA), and what vendors say of theirs.

The bucket is one integer, the theoretical arrival time of the next call. Time is in whole microseconds, so
that no rounding lets one call too many through and a Lua script reaches the same figures.
Source: ITU-T I.371 (the algorithm); RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from data.clock import Clock, Deadline
from data.errors import InvariantBroken
from data.providers.base import Quota

LEAST_HOLD_S = 1.0
LONGEST_HOLD_S = 3600.0  # a header may be wrong or hostile: look again once an hour
UNSAID_HOLD_S = 5.0  # a refusal that does not say how long

_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """A quota in GCRA's terms: one call each `interval_us`, up to `burst` at once."""

    interval_us: int
    burst: int

    @classmethod
    def of(cls, quota: Quota, *, dearest: int = 1) -> Pace:
        """Derive the pace under which no window of `per_s` holds more than `calls`.

        The calls of a burst are taken off the steady rate, which is `(calls - burst + 1) / per_s`. A burst
        must hold the `dearest` cost of one call.

        Raises:
            InvariantBroken: the quota does not allow a single call of that cost.
        """
        burst = max(quota.burst, dearest)
        if not 1 <= burst <= quota.calls or quota.per_s <= 0:
            raise InvariantBroken(f"{quota} does not hold a burst of {burst}")
        interval_us = math.ceil(quota.per_s * _US / (quota.calls - burst + 1))
        return cls(interval_us=interval_us + 1, burst=burst)  # one more: instants are cut to microseconds


def step(arrival_us: int, pace: Pace, now_us: int, cost: int = 1) -> tuple[int, int]:
    """Book `cost` at the first instant the pace allows; gives the new arrival time and the wait."""
    arrival_us = max(arrival_us, now_us) + cost * pace.interval_us
    return arrival_us, max(0, arrival_us - pace.burst * pace.interval_us - now_us)


def hold(arrival_us: int, pace: Pace, until_us: int) -> int:
    """Let nothing through before `until_us`, and one call then."""
    return max(arrival_us, until_us + (pace.burst - 1) * pace.interval_us)


class Ledger(Protocol):
    """Where a bucket's arrival time is kept."""

    async def book(self, cost: int, limit_us: int) -> int:
        """Book the first free instant unless it lies more than `limit_us` ahead; gives how far it does."""
        ...

    async def hold(self, duration_us: int) -> None:
        """Let nothing through for this long."""
        ...


class MemoryLedger:
    """A bucket of this process."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._arrival_us = 0

    async def book(self, cost: int, limit_us: int) -> int:
        arrival_us, wait_us = step(self._arrival_us, self._pace, self._now_us, cost)
        if wait_us <= limit_us:
            self._arrival_us = arrival_us
        return wait_us

    async def hold(self, duration_us: int) -> None:
        self._arrival_us = hold(self._arrival_us, self._pace, self._now_us + duration_us)

    @property
    def _now_us(self) -> int:
        return int(self._clock.monotonic() * _US)


class Bucket:
    """One quota of one vendor: callers book their own instant, first come, first served.

    A caller cancelled while it waits leaves its instant unused: fewer calls than allowed, never more.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._held_until = 0.0

    async def take(self, cost: int, deadline: Deadline) -> bool:
        """Wait for a token; False, at once, if none is free before the deadline."""
        while True:
            limit_us = int(deadline.remaining_s * _US)
            wait_us = await self._ledger.book(cost, limit_us)
            if wait_us > limit_us:
                return False
            if not wait_us:
                return True
            await self._clock.sleep(wait_us / _US)
            if not self.held_s:  # else the vendor closed the bucket meanwhile: book anew, behind that
                return True

    async def hold(self, seconds: float) -> None:
        """Let nothing through for so long, within reason."""
        seconds = min(seconds, LONGEST_HOLD_S)
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)
        await self._ledger.hold(int(seconds * _US))

    @property
    def held_s(self) -> float:
        """Seconds until the vendor's own pause is over."""
        return max(0.0, self._held_until - self._clock.monotonic())


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a vendor's headers say: calls left, seconds until they are renewed, seconds to stay away."""

    remaining: int | None = None
    reset_s: float | None = None
    retry_after_s: float | None = None


def allowance(headers: Mapping[str, str], now: datetime) -> Allowance:
    """Read rate-limit headers (names in lower case); what cannot be read is None."""
    remaining = _first_number(headers, "x-ratelimit-remaining", "ratelimit-remaining")
    return Allowance(
        remaining=None if remaining is None else int(remaining),
        reset_s=_until(_first_number(headers, "x-ratelimit-reset", "ratelimit-reset"), now),
        retry_after_s=_retry_after(headers.get("retry-after"), now),
    )


def _first_number(headers: Mapping[str, str], *names: str) -> float | None:
    return next((_number(headers[name]) for name in names if name in headers), None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(reset: float | None, now: datetime) -> float | None:
    """Read a reset as seconds from now: vendors send a duration, unix seconds or unix milliseconds."""
    if reset is None or reset < 1e9:
        return reset
    seconds = reset / 1000 if reset >= 1e11 else reset
    return max(0.0, seconds - now.timestamp())


def _retry_after(text: str | None, now: datetime) -> float | None:
    if text is None:
        return None
    if (seconds := _number(text)) is not None:
        return seconds
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
