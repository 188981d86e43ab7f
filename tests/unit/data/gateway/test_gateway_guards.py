"""What keeps the gateway from asking: breaker and quota, on virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from data.gateway.transport import Request, Response
from data.models.market import Answer, Gap, GapReason
from data.nursery import Nursery
from data.providers.base import Quota
from tests.fakes.clock import START, LoopClock
from tests.fakes.vendor import (
    BROKEN,
    GOOD,
    PRICE,
    UNLISTED,
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


class TestBreaker:
    async def test_a_dead_vendor_costs_one_probe_an_interval_and_returns_within_two(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        """Goal: ten minutes dead at two calls a second; then alive again."""
        works_from = clock.monotonic() + 600

        async def vendor(request: Request) -> Response:
            return GOOD if clock.monotonic() >= works_from else BROKEN

        transport = ScriptedTransport(vendor)
        made = bench(transport, clock, nursery)
        number = 0
        while clock.monotonic() < works_from:
            number += 1
            result = gap(await made.gateway.fetch(price_call(number), within(clock, 2), attempts=1))
            assert result.reason in {GapReason.UNAVAILABLE, GapReason.OPEN}
            await clock.sleep(0.5)
        probes = transport.times[5:]
        assert len(transport.sent) == 5 + 4  # at 30, 90, 210 and 450 seconds
        spells = [later - earlier for earlier, later in zip(transport.times[4:], probes, strict=False)]
        assert spells == pytest.approx([30, 60, 120, 240], abs=1)
        await clock.sleep(300)
        price(await made.gateway.fetch(price_call(), within(clock, 2)))
        price(await made.gateway.fetch(price_call(1), within(clock, 2)))

    async def test_of_a_hundred_parallel_calls_one_probes(self, clock: LoopClock, nursery: Nursery) -> None:
        transport = ScriptedTransport(*[BROKEN] * 5, after(1))
        made = bench(transport, clock, nursery)
        for number in range(5):
            await made.gateway.fetch(price_call(number), within(clock, 2), attempts=1)
        await clock.sleep(31)
        results = await asyncio.gather(
            *(made.gateway.fetch(price_call(number), within(clock, 5)) for number in range(100, 200))
        )
        assert len(transport.sent) == 6
        assert sum(isinstance(result, Answer) for result in results) == 1
        assert {result.reason for result in results if isinstance(result, Gap)} == {GapReason.OPEN}

    async def test_a_gap_says_since_when_the_vendor_has_been_down(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(ScriptedTransport(GOOD, BROKEN), clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 2))
        await clock.sleep(60)
        for number in range(1, 7):
            result = gap(await made.gateway.fetch(price_call(number), within(clock, 2), attempts=1))
        assert result.reason is GapReason.OPEN
        assert result.since == START
        assert result.detail == "HTTP 500"

    async def test_a_cancelled_probe_makes_room_for_the_next(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(ScriptedTransport(*[BROKEN] * 5, after(3), GOOD), clock, nursery)
        for number in range(5):
            await made.gateway.fetch(price_call(number), within(clock, 2), attempts=1)
        await clock.sleep(31)
        probe = nursery.start(made.gateway.fetch(price_call(7), within(clock, 5)), name="probe")
        await clock.sleep(0.1)
        probe.cancel()
        await asyncio.wait([probe])
        await asyncio.sleep(0)
        price(await made.gateway.fetch(price_call(8), within(clock, 5)))

    async def test_slow_answers_are_given_and_counted_against_the_vendor(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        made = bench(ScriptedTransport(after(3.5)), clock, nursery)
        for number in range(5):
            price(await made.gateway.fetch(price_call(number), within(clock, 5)))
        assert gap(await made.gateway.fetch(price_call(9), within(clock, 5))).reason is GapReason.OPEN

    async def test_calls_that_wait_for_quota_while_it_opens_are_not_sent(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(BROKEN)
        made = bench(transport, clock, nursery)
        slow = named("vendor", quotas={"default": Quota(calls=1, per_s=1)})
        await asyncio.gather(
            *(
                made.gateway.fetch(price_call(number, slow), within(clock, 60), attempts=1)
                for number in range(50)
            )
        )
        assert len(transport.sent) == 5

    @pytest.mark.parametrize("harmless", [UNLISTED, answer({}, 401), answer({}, 429, retry_after="1")])
    async def test_what_a_healthy_vendor_says_does_not_open_it(
        self, clock: LoopClock, nursery: Nursery, harmless: Response
    ) -> None:
        transport = ScriptedTransport(harmless)
        made = bench(transport, clock, nursery)
        for number in range(30):
            await made.gateway.fetch(price_call(number), within(clock, 2), attempts=1)
            await clock.sleep(2)
        assert len(transport.sent) == 30


class TestQuota:
    async def test_a_call_waits_for_its_token_and_no_longer_than_the_deadline_allows(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport()
        made = bench(transport, clock, nursery)
        slow = named("vendor", quotas={"default": Quota(calls=1, per_s=2)})
        results = await asyncio.gather(
            *(made.gateway.fetch(price_call(number, slow), within(clock, 5)) for number in range(5))
        )
        assert [isinstance(result, Answer) for result in results] == [True, True, True, False, False]
        assert {gap(result).reason for result in results[3:]} == {GapReason.QUOTA}
        assert [later - transport.times[0] for later in transport.times] == pytest.approx([0, 2, 4], abs=0.01)

    async def test_retries_pass_the_quota_too(self, clock: LoopClock, nursery: Nursery) -> None:
        transport = ScriptedTransport(BROKEN, GOOD)
        made = bench(transport, clock, nursery)
        slow = named("vendor", quotas={"default": Quota(calls=1, per_s=2)})
        price(await made.gateway.fetch(price_call(0, slow), within(clock, 5)))
        assert transport.times[1] - transport.times[0] >= 2

    async def test_a_dear_endpoint_takes_its_cost_and_another_quota_is_another_bucket(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport()
        made = bench(transport, clock, nursery)
        dear, cheap = replace(PRICE, cost=5), replace(PRICE, path="/cheap/{address}", quota="other")
        provider = named(
            "vendor",
            endpoints=(dear, cheap),
            quotas={"default": Quota(calls=10, per_s=10), "other": Quota(calls=10, per_s=1)},
        )
        calls = [replace(price_call(number, provider), endpoint=dear) for number in range(2)]
        await asyncio.gather(*(made.gateway.fetch(call, within(clock, 60)) for call in calls))
        assert transport.times[1] - transport.times[0] == pytest.approx(10 / 6 * 5, abs=0.01)
        began = clock.monotonic()
        await made.gateway.fetch(replace(calls[0], endpoint=cheap), within(clock, 5))
        assert clock.monotonic() == began

    async def test_a_429_pauses_the_bucket_for_as_long_as_it_says(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(answer({}, 429, retry_after="30"), GOOD)
        made = bench(transport, clock, nursery)
        first = gap(await made.gateway.fetch(price_call(1), within(clock, 5)))
        assert first.reason is GapReason.RATE_LIMITED
        second = gap(await made.gateway.fetch(price_call(2), within(clock, 5)))
        assert second.reason is GapReason.RATE_LIMITED and second.detail == "asks us to wait 30 s"
        price(await made.gateway.fetch(price_call(3), within(clock, 60)))
        assert transport.times[1] - transport.times[0] >= 30

    async def test_a_short_429_is_waited_for_within_the_same_fetch(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(answer({}, 429, retry_after="2"), GOOD)
        made = bench(transport, clock, nursery)
        price(await made.gateway.fetch(price_call(), within(clock, 5)))
        assert transport.times[1] - transport.times[0] == pytest.approx(2, abs=0.01)

    @pytest.mark.parametrize("header", ["0", "-1", "soon", ""])
    async def test_a_429_without_a_usable_pause_still_pauses(
        self, clock: LoopClock, nursery: Nursery, header: str
    ) -> None:
        transport = ScriptedTransport(answer({}, 429, retry_after=header), GOOD)
        made = bench(transport, clock, nursery)
        await made.gateway.fetch(price_call(), within(clock, 30))
        assert transport.times[1] - transport.times[0] >= 1

    async def test_the_vendors_own_count_at_zero_pauses_until_it_is_renewed(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        used_up = answer({"price": "1"}, 200, x_ratelimit_remaining="0", x_ratelimit_reset="7")
        transport = ScriptedTransport(used_up, GOOD)
        made = bench(transport, clock, nursery)
        price(await made.gateway.fetch(price_call(1), within(clock, 5)))
        assert gap(await made.gateway.fetch(price_call(2), within(clock, 5))).reason is GapReason.RATE_LIMITED
        price(await made.gateway.fetch(price_call(3), within(clock, 30)))
        assert transport.times[1] - transport.times[0] == pytest.approx(7, abs=0.01)

    async def test_a_503_with_retry_after_is_left_alone_for_that_long(
        self, clock: LoopClock, nursery: Nursery
    ) -> None:
        transport = ScriptedTransport(answer({}, 503, retry_after="20"), GOOD)
        made = bench(transport, clock, nursery)
        await made.gateway.fetch(price_call(1), within(clock, 5))
        price(await made.gateway.fetch(price_call(2), within(clock, 60)))
        assert transport.times[1] - transport.times[0] >= 20
