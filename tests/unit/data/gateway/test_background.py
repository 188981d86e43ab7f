"""Background work in the gateway: behind people, whatever they share."""

from __future__ import annotations

import asyncio

import pytest

from data.clock import Deadline
from data.gateway.limits import Bucket, MemoryLedger, Pace
from data.models.market import Answer, GapReason
from data.nursery import Nursery
from data.providers.base import Quota
from tests.fakes.clock import LoopClock
from tests.fakes.vendor import BROKEN, GOOD, ScriptedTransport, after, bench, gap, named, price_call, within
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


def bucket(clock: LoopClock, **quota: float) -> Bucket:
    pace = Pace.of(Quota(**quota))  # type: ignore[arg-type]
    return Bucket(MemoryLedger(pace, clock), clock, pace)


async def test_background_work_leaves_most_of_the_burst_and_books_nothing_ahead() -> None:
    clock = LoopClock()
    tokens = bucket(clock, calls=100, per_s=10, burst=20)
    background = [asyncio.ensure_future(tokens.take_spare(1, Deadline.after(clock, 60))) for _ in range(50)]  # noqa: TID251
    await asyncio.sleep(1)
    began = clock.monotonic()
    taken = [await tokens.take(1, Deadline.after(clock, 1)) for _ in range(tokens.pace.spare)]
    assert all(taken)
    assert clock.monotonic() == began
    assert all(await asyncio.gather(*background))


@pytest.mark.parametrize("burst", [1, 2, 4, 30])
async def test_with_nobody_about_background_work_uses_the_quota_up(burst: int) -> None:
    clock = LoopClock()
    tokens = bucket(clock, calls=60, per_s=60, burst=burst)
    deadline = Deadline.after(clock, 1_000)
    while await tokens.take_spare(1, deadline):
        pass
    spent_s = 1_000 * 1e6 / tokens.pace.interval_us
    assert tokens._ledger._arrival_us >= (spent_s * 0.99) * tokens.pace.interval_us  # type: ignore[attr-defined]


async def test_a_bucket_of_one_is_left_to_people_while_they_are_about() -> None:
    clock = LoopClock()
    tokens, taken = bucket(clock, calls=1, per_s=1), 0
    assert await tokens.take(1, Deadline.after(clock, 1))
    while clock.monotonic() < 1_000 + 200 and await tokens.take_spare(1, Deadline.after(clock, 200)):
        taken += 1
    assert 8 <= taken <= 12
    await asyncio.sleep(400)
    began, again = clock.monotonic(), 0
    while clock.monotonic() < began + 100 and await tokens.take_spare(1, Deadline.after(clock, 200)):
        again += 1
    assert again >= 99


async def test_nobody_joins_a_request_of_the_background_and_it_joins_theirs() -> None:
    clock, transport = LoopClock(), ScriptedTransport(after(0.5, GOOD))
    vendor = named("vendor", quotas={"default": Quota(calls=10, per_s=10, burst=4)})
    async with Nursery() as nursery:
        gateway = bench(transport, clock, nursery).gateway
        call = price_call(provider=vendor)
        person = nursery.start(gateway.fetch(call, within(clock, 8)), name="person")
        await asyncio.sleep(0.1)
        await gateway.fetch(call, within(clock, 8), fresh=True, background=True)
        assert isinstance(await person, Answer)
        assert len(transport.sent) == 1
        waiting = [
            nursery.start(gateway.fetch(call, within(clock, 60), fresh=True, background=True), name="later")
            for _ in range(3)
        ]
        await asyncio.sleep(0.1)
        began = clock.monotonic()
        assert isinstance(await gateway.fetch(call, within(clock, 8), fresh=True), Answer)
        assert clock.monotonic() - began < 0.6
        await asyncio.gather(*waiting)


async def test_background_work_that_waits_does_not_keep_the_probe_of_a_breaker() -> None:
    clock, transport = LoopClock(), ScriptedTransport(*[BROKEN] * 5, GOOD)
    vendor = named("vendor", quotas={"default": Quota(calls=7, per_s=60, burst=6)})
    async with Nursery() as nursery:
        gateway = bench(transport, clock, nursery).gateway
        for number in range(5):
            await gateway.fetch(price_call(number, vendor), within(clock, 2), attempts=1)
        await asyncio.sleep(31)
        later = nursery.start(
            gateway.fetch(price_call(8, vendor), within(clock, 300), background=True), name="later"
        )
        await asyncio.sleep(0.1)
        assert isinstance(await gateway.fetch(price_call(9, vendor), within(clock, 8)), Answer)
        assert isinstance(await later, Answer)


async def test_what_is_not_to_be_kept_is_not() -> None:
    clock, transport = LoopClock(), ScriptedTransport(GOOD)
    async with Nursery() as nursery:
        gateway = bench(transport, clock, nursery).gateway
        assert isinstance(await gateway.fetch(price_call(), within(clock, 8), keep=False), Answer)
        assert gateway.at_hand(price_call()) is None
        assert gateway.fresh_s(price_call()) is None
        told = await gateway.fetch(price_call(), within(clock, 8))
        assert isinstance(told, Answer)
        assert gateway.fresh_s(price_call()) == pytest.approx(15, abs=0.1)
        gateway.keep(price_call(1), told.records, clock.now())
        assert isinstance(gateway.at_hand(price_call(1)), Answer)
        gateway.keep(price_call(2), (), clock.now())
        found = gateway.at_hand(price_call(2))
        assert found is not None
        assert gap(found).reason is GapReason.NOT_LISTED
