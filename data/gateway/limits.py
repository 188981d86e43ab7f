"""Quotas: a token bucket by the generic cell rate algorithm (GCRA), and what vendors say of theirs.

The bucket is one integer, the theoretical arrival time of the next call. Time is in whole microseconds, so
that no rounding lets one call too many through and a Lua script reaches the same figures.
Source: ITU-T I.371 (the algorithm); RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import asyncio
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
_FEW = 2  # of a bucket that keeps less than this for people, background work takes little while they ask
_RARELY = 20  # how little: one call in so many
_PEOPLE_US = 300 * _US  # after someone asked, others may
_LONG_AGO_US = 10**15
_BACKGROUND_PART = 4  # of a burst, one in so many is for work that nobody waits for


@dataclass(frozen=True, slots=True)
class Pace:
    """A quota in GCRA's terms: one call each `interval_us`, up to `burst` at once."""

    interval_us: int
    burst: int

    @property
    def spare(self) -> int:
        """How much of the burst background work leaves to people; never all of it."""
        return self.burst - max(1, self.burst // _BACKGROUND_PART)

    def least_us(self, cost: int, *, spare: int = 0) -> int:
        """Tell the least time in which `cost` can be spent, from a full bucket to the last call sent."""
        return max(0, cost - (self.burst - spare)) * self.interval_us

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


def step(arrival_us: int, pace: Pace, now_us: int, cost: int = 1, spare: int = 0) -> tuple[int, int]:
    """Book `cost` at the first instant that leaves `spare` of the burst; gives the new arrival and the wait.

    What costs more than the burst without its spare takes a full bucket.
    """
    arrival_us = max(arrival_us, now_us) + cost * pace.interval_us
    held = max(pace.burst - spare, cost)
    return arrival_us, max(0, arrival_us - held * pace.interval_us - now_us)


def hold(arrival_us: int, pace: Pace, until_us: int) -> int:
    """Let nothing through before `until_us`, and one call then."""
    return max(arrival_us, until_us + (pace.burst - 1) * pace.interval_us)


class Ledger(Protocol):
    """Where a bucket's arrival time is kept."""

    async def book(self, cost: int, limit_us: int, spare: int | None = None) -> int:
        """Book the first free instant unless it lies more than `limit_us` ahead; gives how far it does.

        `spare` is what work that nobody waits for leaves of the burst; None: people ask.
        """
        ...

    async def quiet_us(self) -> int:
        """Tell how long ago people last asked."""
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
        self._people_us = -_LONG_AGO_US

    async def book(self, cost: int, limit_us: int, spare: int | None = None) -> int:
        if spare is None:
            self._people_us = self._now_us
        arrival_us, wait_us = step(self._arrival_us, self._pace, self._now_us, cost, spare or 0)
        if wait_us <= limit_us:
            self._arrival_us = arrival_us
        return wait_us

    async def hold(self, duration_us: int) -> None:
        self._arrival_us = hold(self._arrival_us, self._pace, self._now_us + duration_us)

    async def quiet_us(self) -> int:
        return self._now_us - self._people_us

    @property
    def _now_us(self) -> int:
        return int(self._clock.monotonic() * _US)


class Bucket:
    """One quota of one vendor: people book their own instant, first come, first served.

    A caller cancelled while it waits leaves its instant unused: fewer calls than allowed, never more.
    Background work books nothing ahead, so that nobody ever stands behind it: it takes what is free now and
    leaves the spare part of the burst alone.
    """

    def __init__(self, ledger: Ledger, clock: Clock, pace: Pace) -> None:
        self._ledger = ledger
        self._clock = clock
        self._held_until = 0.0
        self._spent_at = -math.inf  # when background work last took something
        self._full_at = -math.inf  # when what this process took has come back
        self._turn = asyncio.Lock()  # of background work: one looks for what is free, the others wait for it
        self.pace = pace

    async def take(self, cost: int, deadline: Deadline) -> bool:
        """Wait for a token; False, at once, if none is free before the deadline."""
        while True:
            limit_us = int(deadline.remaining_s * _US)
            wait_us = await self._ledger.book(cost, limit_us)
            if wait_us > limit_us:
                return False
            if wait_us:
                await self._clock.sleep(wait_us / _US)
            if not wait_us or not self.held_s:  # else the vendor closed it meanwhile: book anew, behind that
                self._took(cost)
                return True

    async def take_spare(self, cost: int, deadline: Deadline) -> bool:
        """Wait until there is more than people need, for work that nobody waits for; False: not in time."""
        try:
            async with asyncio.timeout(deadline.remaining_s), self._turn:
                if self.pace.spare < _FEW:
                    await self._keep_away(cost)
                while wait_us := await self._ledger.book(cost, 0, self.pace.spare):
                    await self._clock.sleep(wait_us / _US)
                self._spent_at = self._clock.monotonic()
                self._took(cost)
        except TimeoutError:
            return False
        return True

    @property
    def free(self) -> int:
        """How many calls could go at once now, as far as this process knows; 0 while it is held."""
        if self.held_s:
            return 0
        owed_s = max(0.0, self._full_at - self._clock.monotonic())
        return max(0, self.pace.burst - math.ceil(owed_s * _US / self.pace.interval_us))

    def _took(self, cost: int) -> None:
        now = self._clock.monotonic()
        self._full_at = max(self._full_at, now) + cost * self.pace.interval_us / _US

    async def _keep_away(self, cost: int) -> None:
        """While people are about, leave a bucket that holds only a call or two to them, nearly always."""
        step_s = cost * self.pace.interval_us / _US
        until = self._spent_at + _RARELY * step_s
        while self._clock.monotonic() < until and await self._ledger.quiet_us() < _PEOPLE_US:
            await self._clock.sleep(step_s)

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
