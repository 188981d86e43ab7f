"""What several processes share through Redis: answers kept, and the arrival times of quotas.

Redis is never needed: while it cannot be reached, answers are missed and each process keeps its own quota.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import structlog
from pydantic import SecretStr

from data.clock import Clock
from data.gateway.limits import MemoryLedger, Pace
from data.ports import CacheEntry

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger("gateway")

AWAY_S = 5.0  # after a failure, so that a dead Redis does not slow every request
TIMEOUT_S = 0.25
_PREFIX = "trenchcoat"

T = TypeVar("T")

# The arithmetic of `limits.step` and `limits.hold`. An instant may come last; else the server's clock counts.
# By another clock than the server's, an entry is kept for an hour: that clock may go slower.
BOOK = """
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local cost, limit, spare = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now, slack = tonumber(ARGV[6]), 3600000
if not now then local t = redis.call('TIME'); now, slack = t[1] * 1000000 + t[2], 1000 end
if spare < 0 then
  spare = 0
  redis.call('SET', KEYS[1] .. ':people', string.format('%.0f', now), 'PX', 3600000)
end
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost * interval
local wait = math.max(0, arrival - math.max(burst - spare, cost) * interval - now)
if wait <= limit then
  redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + slack)
end
return wait
"""
HOLD = """
local interval, burst, duration = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now, slack = tonumber(ARGV[4]), 3600000
if not now then local t = redis.call('TIME'); now, slack = t[1] * 1000000 + t[2], 1000 end
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now + duration + (burst - 1) * interval)
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + slack)
return arrival
"""

# How long ago a call was booked for people: with a spare below zero.
QUIET = """
local now = tonumber(ARGV[3])
if not now then local t = redis.call('TIME'); now = t[1] * 1000000 + t[2] end
return now - tonumber(redis.call('GET', KEYS[1] .. ':people') or '0')
"""


class RedisLink(AbstractAsyncContextManager["RedisLink"]):
    """The connection, made on first use; failures are told once and kept from the callers."""

    def __init__(self, url: SecretStr, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._client: Redis | None = None
        self._away_until = 0.0
        self._is_down = False

    async def ask(self, question: Callable[[Redis], Awaitable[T]]) -> T | None:
        """Run one command; None where Redis cannot be reached."""
        from redis.exceptions import RedisError  # 130 ms to import: only where Redis is configured

        if self._clock.monotonic() < self._away_until:
            return None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await question(self._connected())
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._away_until = self._clock.monotonic() + AWAY_S
            if not self._is_down:
                log.warning("redis_down", error=type(error).__name__)
            self._is_down = True
            return None
        if self._is_down:
            log.info("redis_recovered")
        self._is_down = False
        return answer

    def _connected(self) -> Redis:
        from redis.asyncio import Redis

        if self._client is None:
            self._client = Redis.from_url(self._url.get_secret_value())
        return self._client

    async def aclose(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class RedisTier:
    """Answers kept in Redis, which drops them when they expire."""

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def get(self, key: str) -> CacheEntry | None:
        packed = await self._link.ask(lambda redis: redis.get(f"{_PREFIX}:answer:{key}"))
        if not isinstance(packed, bytes):
            return None
        try:
            return msgspec.msgpack.decode(packed, type=CacheEntry)
        except msgspec.DecodeError:
            return None  # written by something else, or another version

    async def put(self, key: str, entry: CacheEntry) -> None:
        life_ms = int((entry.expires_at - self._clock.now()).total_seconds() * 1000)
        if life_ms > 0:
            packed = msgspec.msgpack.encode(entry)
            await self._link.ask(lambda redis: redis.set(f"{_PREFIX}:answer:{key}", packed, px=life_ms))


class RedisLedger:
    """A bucket that all processes on one Redis share, on the server's clock or that of `instant_us`."""

    def __init__(
        self,
        link: RedisLink,
        name: str,
        pace: Pace,
        clock: Clock,
        instant_us: Callable[[], int] | None = None,
    ) -> None:
        self._link = link
        self._instant_us = instant_us
        self._key = f"{_PREFIX}:quota:{name}"
        self._pace = pace
        self._own = MemoryLedger(pace, clock)

    async def book(self, cost: int, limit_us: int, spare: int | None = None) -> int:
        wait_us = await self._run(BOOK, cost, limit_us, -1 if spare is None else spare)
        return await self._own.book(cost, limit_us, spare) if wait_us is None else wait_us

    async def quiet_us(self) -> int:
        quiet_us = await self._run(QUIET)
        return await self._own.quiet_us() if quiet_us is None else quiet_us

    async def hold(self, duration_us: int) -> None:
        await self._run(HOLD, duration_us)
        await self._own.hold(duration_us)

    async def _run(self, script: str, *numbers: int) -> int | None:
        pace = (self._pace.interval_us, self._pace.burst)
        if self._instant_us is not None:
            numbers = (*numbers, self._instant_us())
        answer: Any = await self._link.ask(lambda redis: redis.eval(script, 1, self._key, *pace, *numbers))
        return None if answer is None else int(answer)
