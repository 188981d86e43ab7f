"""What processes share through Redis; needs one on loopback, else these tests are skipped and say so."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from structlog.testing import capture_logs

from data.clock import Deadline, SystemClock
from data.gateway import limits, shared
from data.gateway.limits import Bucket, Pace
from data.gateway.shared import RedisLedger, RedisLink, RedisTier
from data.ports import CacheEntry
from data.providers.base import Quota
from tests.fakes.clock import START, VirtualClock

URL = SecretStr("redis://127.0.0.1:6379/0")


def reachable() -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", 6379)) == 0


needs_redis = pytest.mark.skipif(not reachable(), reason="no Redis on 127.0.0.1:6379")


@pytest.fixture
async def link() -> AsyncIterator[RedisLink]:
    async with RedisLink(URL, SystemClock()) as link:
        yield link


@pytest.fixture
def name() -> str:
    return f"test:{uuid.uuid4()}"


def entry(life: timedelta, body: bytes = b'{"price": 1}') -> CacheEntry:
    now = SystemClock().now()
    return CacheEntry(body, now, now + life)


@needs_redis
async def test_an_entry_comes_back_as_it_was_and_goes_when_it_expires(link: RedisLink, name: str) -> None:
    tier = RedisTier(link, SystemClock())
    kept = entry(timedelta(seconds=0.3), bytes(range(256)))
    await tier.put(name, kept)
    assert await tier.get(name) == kept
    await asyncio.sleep(0.4)
    assert await tier.get(name) is None


@needs_redis
async def test_an_expired_entry_is_not_put_and_a_foreign_value_is_a_miss(link: RedisLink, name: str) -> None:
    tier = RedisTier(link, SystemClock())
    await tier.put(name, entry(timedelta(seconds=-1)))
    assert await tier.get(name) is None
    await link.ask(lambda redis: redis.set(f"trenchcoat:answer:{name}", b"not ours", px=1000))
    assert await tier.get(name) is None


@needs_redis
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        lambda calls, per_s, burst: Quota(calls=calls, per_s=per_s, burst=min(burst, calls)),
        st.integers(1, 60),
        st.floats(0.05, 120),
        st.integers(1, 60),
    ),
    st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(1, 5), st.booleans()), max_size=15),
)
def test_the_script_and_the_function_book_the_same_instants(
    quota: Quota, events: list[tuple[int, int, bool]]
) -> None:
    asyncio.run(_compare(Pace.of(quota), events))


async def _compare(pace: Pace, events: list[tuple[int, int, bool]]) -> None:
    key = f"trenchcoat:quota:test:{uuid.uuid4()}"
    numbers = (pace.interval_us, pace.burst)
    arrival_us, now_us, limit_us = 0, 1_790_000_000_000_000, 1_000_000_000_000
    async with RedisLink(URL, SystemClock()) as link:
        for gap_us, amount, is_hold in events:
            now_us += gap_us
            if is_hold:
                arrival_us = limits.hold(arrival_us, pace, now_us + amount)
                script = (shared.HOLD, 1, key, *numbers, amount, now_us)
                assert await link.ask(lambda redis, script=script: redis.eval(*script)) == arrival_us
            else:
                arrival_us, wait_us = limits.step(arrival_us, pace, now_us, amount, min(amount, pace.spare))
                spare = min(amount, pace.spare)
                script = (shared.BOOK, 1, key, *numbers, amount, limit_us, spare, now_us)
                assert await link.ask(lambda redis, script=script: redis.eval(*script)) == wait_us


@needs_redis
async def test_two_processes_share_one_quota(link: RedisLink, name: str) -> None:
    """Two links stand for two processes: together they get what one would."""
    clock = SystemClock()
    pace = Pace.of(Quota(calls=20, per_s=1.0, burst=2))
    async with RedisLink(URL, clock) as other:
        buckets = [Bucket(RedisLedger(each, name, pace, clock), clock, pace) for each in (link, other)]
        deadline = Deadline.after(clock, 0.5)
        taken = await asyncio.gather(*(bucket.take(1, deadline) for bucket in buckets for _ in range(30)))
    assert 5 <= sum(taken) <= 2 + 0.5 * 19 + 1


@needs_redis
async def test_a_hold_of_one_process_holds_the_other(link: RedisLink, name: str) -> None:
    clock = SystemClock()
    pace = Pace.of(Quota(calls=1000, per_s=1.0))
    one, two = (Bucket(RedisLedger(link, name, pace, clock), clock, pace) for _ in range(2))
    await one.hold(60)
    assert not await two.take(1, Deadline.after(clock, 5))


async def test_without_redis_answers_are_missed_quotas_are_kept_and_it_is_said_once() -> None:
    clock = VirtualClock(START)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = SecretStr(f"redis://:hunter2@127.0.0.1:{unused.getsockname()[1]}/0")
        async with RedisLink(dead, clock) as link:
            tier = RedisTier(link, clock)
            ledger = RedisLedger(link, "vendor:default", Pace.of(Quota(calls=1, per_s=10)), clock)
            with capture_logs() as logs:
                for _ in range(3):
                    await tier.put("k", CacheEntry(b"{}", START, START + timedelta(days=1)))
                    assert await tier.get("k") is None
                    clock.advance(shared.AWAY_S + 1)
                assert await ledger.book(1, 0) == 0
                assert await ledger.book(1, 0) > 9_000_000
    assert [entry["event"] for entry in logs] == ["redis_down"]
    assert "hunter2" not in str(logs)
