"""Bounded memory between a stream and its consumer, and the counts that tell what was lost."""

from __future__ import annotations

import asyncio

from data.feeds.outbox import Outbox, Seen
from data.feeds.pulse import Pulse
from data.metrics import Metrics
from data.models.events import CurveCompleted, FeedPhase, StreamEvent
from data.nursery import Nursery
from tests.fakes.clock import VirtualClock


def event(clock: VirtualClock, number: int) -> CurveCompleted:
    return CurveCompleted(source="test", at=clock.now(), mint=str(number), curve_address="c")


async def test_a_consumer_that_is_too_slow_loses_the_oldest_and_it_is_counted() -> None:
    clock, metrics = VirtualClock(), Metrics()
    pulse = Pulse("test", clock, metrics)
    outbox = Outbox(pulse, most=100)
    for number in range(60_000):
        outbox.put(event(clock, number))
        assert len(outbox) <= 100
    events = aiter(outbox)
    first = await anext(events)
    assert isinstance(first, CurveCompleted) and first.mint == "59900"
    assert (pulse.state.events, pulse.state.dropped) == (60_000, 59_900)
    assert b'feed_dropped_total{feed="test"} 59900.0' in metrics.text()


async def test_events_come_in_their_order_and_a_consumer_waits_for_more() -> None:
    clock = VirtualClock()
    outbox = Outbox(Pulse("test", clock, Metrics()))
    events = aiter(outbox)

    async def three() -> list[StreamEvent]:
        return [await anext(events) for _ in range(3)]

    async with Nursery() as nursery:
        waiting = nursery.start(three(), name="consumer")
        await asyncio.sleep(0)
        assert not waiting.done()
        for number in range(3):
            outbox.put(event(clock, number))
        told = await waiting
    assert [each.mint for each in told if isinstance(each, CurveCompleted)] == ["0", "1", "2"]


def test_what_was_seen_is_bounded_and_the_oldest_forgotten() -> None:
    seen = Seen(most=3)
    assert [seen.is_new(key) for key in "abcab"] == [True, True, True, False, False]
    assert seen.is_new("d") and len(seen) == 3
    assert "a" not in seen and "b" in seen


def test_the_pace_is_that_of_the_last_minute() -> None:
    clock = VirtualClock()
    pulse = Pulse("test", clock, Metrics())
    for _ in range(90):
        pulse.told()
        clock.advance(1)
    assert pulse.state.per_minute == 60
    clock.advance(30)
    assert pulse.state.per_minute == 30
    clock.advance(60)
    assert (pulse.state.per_minute, pulse.state.events) == (0, 90)


def test_a_phase_lasts_from_its_beginning_and_only_a_live_stream_counts_as_live() -> None:
    clock, metrics = VirtualClock(), Metrics()
    pulse = Pulse("test", clock, metrics)
    pulse.enter(FeedPhase.DOWN, "closed")
    since = clock.now()
    clock.advance(10)
    pulse.enter(FeedPhase.DOWN, "cannot be reached")
    assert (pulse.state.since, pulse.state.problem) == (since, "cannot be reached")
    assert b'feed_live{feed="test"} 0.0' in metrics.text()
    pulse.enter(FeedPhase.LIVE)
    assert pulse.state.since == clock.now() and pulse.state.problem == ""
    assert b'feed_live{feed="test"} 1.0' in metrics.text()
