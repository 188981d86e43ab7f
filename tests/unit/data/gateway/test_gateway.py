"""The pipeline of `fetch`: cache, single-flight and deadline, on virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from data.errors import Unavailable
from data.gateway.transport import Request, Response
from data.models.market import Answer, GapReason
from data.nursery import Nursery
from data.providers.base import Quota
from tests.fakes.clock import START, LoopClock
from tests.fakes.vendor import (
    BROKEN,
    GOOD,
    PRICE,
    UNLISTED,
    Act,
    DictTier,
    ScriptedTransport,
    after,
    answer,
    bench,
    gap,
    named,
    price,
    price_call,
    within,
)
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


async def test_an_answer_says_who_what_and_when(clock: LoopClock, nursery: Nursery) -> None:
    made = bench(ScriptedTransport(), clock, nursery)
    result = await made.gateway.fetch(price_call(), within(clock, 5))
    assert price(result) == Decimal("0.00002")
    assert isinstance(result, Answer)
    assert (result.source, result.capability, result.stale) == ("vendor", PRICE.capability, False)
    assert result.at == clock.now()


async def test_a_hundred_parallel_equal_calls_are_one_request(clock: LoopClock, nursery: Nursery) -> None:
    transport = ScriptedTransport(after(1))
    made = bench(transport, clock, nursery)
    results = await asyncio.gather(*(made.gateway.fetch(price_call(), within(clock, 5)) for _ in range(100)))
    assert {price(result) for result in results} == {Decimal("0.00002")}
    assert len(transport.sent) == 1


async def test_the_same_seed_and_script_send_at_the_same_instants(clock: LoopClock, nursery: Nursery) -> None:
    runs = []
    for _ in range(2):
        transport = ScriptedTransport(BROKEN, BROKEN, GOOD)
        made = bench(transport, clock, nursery)
        began = clock.monotonic()
        for number in range(3):
            await made.gateway.fetch(price_call(number), within(clock, 5))
        runs.append([round(at - began, 6) for at in transport.times])
    assert runs[0] == runs[1]


class TestCache:
    async def test_a_fresh_answer_is_not_asked_for_again(self, clock: LoopClock, nursery: Nursery) -> None:
        transport = ScriptedTransport()
        made = bench(transport, clock, nursery)
        first = await made.gateway.fetch(price_call(), within(clock, 5))
        await clock.sleep(PRICE.ttl_s - 0.1)
        assert await made.gateway.fetch(price_call(), within(clock, 5)) == first
        assert len(transport.sent) == 1

    async def test_a_cached_answer_needs_no_time(self, clock: LoopClock, nursery: Nursery) -> None:
        made = bench(ScriptedTransport(), clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        assert isinstance(await made.gateway.fetch(price_call(), within(clock, 0)), Answer)

    async def test_a_stale_answer_comes_at_once_marked_and_is_renewed_meanwhile_by_one_request(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(GOOD, after(1, answer({"price": "0.00003"})))
        made = bench(transport, clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        await clock.sleep(PRICE.ttl_s + 1)
        for _ in range(20):
            result = await made.gateway.fetch(price_call(), within(clock, 5))
            assert isinstance(result, Answer) and result.stale and result.at == START
            await asyncio.sleep(0)
            assert len(nursery) <= 2
        await clock.sleep(2)
        result = await made.gateway.fetch(price_call(), within(clock, 5))
        assert price(result) == Decimal("0.00003")
        assert isinstance(result, Answer) and not result.stale
        assert len(transport.sent) == 2

    async def test_a_vendor_that_dies_leaves_its_last_answer_marked_stale_until_it_is_too_old(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(ScriptedTransport(GOOD, BROKEN), clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        for _ in range(10):
            await clock.sleep(29)
            result = await made.gateway.fetch(price_call(), within(clock, 5))
            assert isinstance(result, Answer) and result.stale and result.at == START
        await clock.sleep(29)
        assert gap(await made.gateway.fetch(price_call(), within(clock, 5))).reason is GapReason.OPEN

    async def test_fresh_asks_again_and_falls_back_marked_stale(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(GOOD, answer({"price": "0.00003"}), BROKEN)
        made = bench(transport, clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 5))
        result = await made.gateway.fetch(price_call(), within(clock, 5), fresh=True)
        assert price(result) == Decimal("0.00003")
        result = await made.gateway.fetch(price_call(), within(clock, 5), fresh=True)
        assert price(result) == Decimal("0.00003")
        assert isinstance(result, Answer) and result.stale

    async def test_that_a_token_is_not_listed_is_remembered_for_half_a_minute(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(UNLISTED, GOOD)
        made = bench(transport, clock, nursery)
        call = price_call(provider=named("vendor", endpoints=(replace(PRICE, ttl_s=600),)))
        for _ in range(3):
            assert gap(await made.gateway.fetch(call, within(clock, 5))).reason is GapReason.NOT_LISTED
        assert len(transport.sent) == 1
        await clock.sleep(31)
        price(await made.gateway.fetch(call, within(clock, 5)))

    @pytest.mark.parametrize(
        "failure", [BROKEN, answer([]), Unavailable("connection refused"), answer({}, 401)]
    )
    async def test_failures_are_never_kept(self, clock: LoopClock, nursery: Nursery, failure: Act) -> None:
        made = bench(ScriptedTransport(failure, GOOD), clock, nursery)
        gap(await made.gateway.fetch(price_call(), within(clock, 5), attempts=1))
        price(await made.gateway.fetch(price_call(), within(clock, 5)))

    async def test_a_lower_tier_answers_after_a_restart_and_is_read_once_for_many(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport, tier = ScriptedTransport(), DictTier(delay_s=0.01)
        before = bench(transport, clock, nursery, tiers=[tier])
        await before.gateway.fetch(price_call(), within(clock, 5))
        await clock.sleep(1)
        tier.reads = 0
        restarted = bench(transport, clock, nursery, tiers=[tier])
        results = await asyncio.gather(
            *(restarted.gateway.fetch(price_call(), within(clock, 5)) for _ in range(50))
        )
        assert {price(result) for result in results} == {Decimal("0.00002")}
        assert (len(transport.sent), tier.reads) == (1, 1)

    async def test_two_endpoints_behind_one_address_do_not_answer_for_each_other(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport()
        made = bench(transport, clock, nursery)
        other = replace(price_call(), endpoint=replace(PRICE, capability="meta", parse=lambda *_: ()))
        price(await made.gateway.fetch(price_call(), within(clock, 5)))
        result = await made.gateway.fetch(other, within(clock, 5))
        assert isinstance(result, Answer) and result.records == ()


class TestDeadline:
    @pytest.mark.parametrize("seconds", [0.0, 0.05])
    async def test_too_little_time_spends_no_quota(
        self, clock: LoopClock, nursery: Nursery, seconds: float
    ) -> None:
        transport = ScriptedTransport()
        made = bench(transport, clock, nursery)
        call = price_call(0, named("vendor", quotas={"default": Quota(calls=1, per_s=60)}))
        assert gap(await made.gateway.fetch(call, within(clock, seconds))).reason is GapReason.DEADLINE
        assert transport.sent == []
        price(await made.gateway.fetch(call, within(clock, 5)))

    @pytest.mark.parametrize("seconds", [0.2, 1.0, 3.0, 5.0, 30.0])
    async def test_a_hanging_vendor_costs_its_timeout_or_the_deadline_never_more(
        self, clock: LoopClock, nursery: Nursery, seconds: float
    ) -> None:
        made = bench(ScriptedTransport(after(3600)), clock, nursery)
        began = clock.monotonic()
        result = gap(await made.gateway.fetch(price_call(), within(clock, seconds), attempts=1))
        assert clock.monotonic() - began <= min(seconds, PRICE.timeout_s) + 1e-6
        hurried = seconds < PRICE.timeout_s / 2
        assert result.reason is (GapReason.DEADLINE if hurried else GapReason.TIMEOUT)
        assert result.detail.startswith("no answer in")

    async def test_one_in_a_hurry_leaves_and_one_with_time_gets_the_answer(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(after(1.5))
        made = bench(transport, clock, nursery)
        hurried = nursery.start(made.gateway.fetch(price_call(), within(clock, 0.5)), name="hurried")
        await asyncio.sleep(0)
        patient = nursery.start(made.gateway.fetch(price_call(), within(clock, 5)), name="patient")
        assert gap(await hurried).reason is GapReason.DEADLINE
        price(await patient)
        assert len(transport.sent) == 2

    async def test_a_joiner_in_a_hurry_leaves_at_its_own_deadline(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(after(3))
        made = bench(transport, clock, nursery)
        patient = nursery.start(made.gateway.fetch(price_call(), within(clock, 5)), name="patient")
        await asyncio.sleep(0.1)
        began = clock.monotonic()
        assert gap(await made.gateway.fetch(price_call(), within(clock, 1))).reason is GapReason.DEADLINE
        assert clock.monotonic() - began == pytest.approx(1)
        price(await patient)
        assert len(transport.sent) == 1

    async def test_a_cancelled_caller_is_cancelled_and_takes_its_request_along(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        cut = asyncio.Event()

        async def hang(request: Request) -> Response:
            try:
                await asyncio.sleep(3600)
            finally:
                cut.set()
            return GOOD

        made = bench(ScriptedTransport(hang), clock, nursery)
        caller = nursery.start(made.gateway.fetch(price_call(), within(clock, 30)), name="caller")
        await clock.sleep(1)
        caller.cancel()
        await asyncio.wait([caller])
        await asyncio.wait_for(cut.wait(), 1)
        assert caller.cancelled()


async def test_what_has_not_changed_is_renewed_without_being_sent_again(
    clock: LoopClock, nursery: Nursery
) -> None:
    named_answer = answer({"price": "0.00002"}, etag='W/"7"')
    same = Response(status=304, headers={"etag": 'W/"7"'})
    transport = ScriptedTransport(named_answer, same, same, GOOD)
    made = bench(transport, clock, nursery)
    first = await made.gateway.fetch(price_call(), within(clock, 5))
    for _ in range(2):
        await clock.sleep(PRICE.ttl_s + 1)
        again = await made.gateway.fetch(price_call(), within(clock, 5), fresh=True)
        assert isinstance(again, Answer)
        assert (price(again), again.stale, again.at) == (price(first), False, clock.now())
    kept = await made.gateway.fetch(price_call(), within(clock, 5))
    assert isinstance(kept, Answer) and not kept.stale
    assert [sent.headers.get("if-none-match") for sent in transport.sent] == [None, 'W/"7"', 'W/"7"']
    await made.gateway.fetch(price_call(1), within(clock, 5))
    assert "if-none-match" not in transport.sent[-1].headers


async def test_a_304_that_nobody_asked_for_is_no_answer(clock: LoopClock, nursery: Nursery) -> None:
    made = bench(ScriptedTransport(Response(status=304)), clock, nursery)
    assert gap(await made.gateway.fetch(price_call(), within(clock, 5))).reason is GapReason.UNAVAILABLE
