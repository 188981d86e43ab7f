"""Conflation under virtual time: at once, then at the platform's pace, and always the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from bot.frames import conflate
from data.nursery import Nursery
from handlers.reply import Reply, text
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


@dataclass
class Source:
    """Frames at given moments; then an error, if there is one."""

    moments: Sequence[float]
    error: BaseException | None = None
    ends: float = 0.0
    closed: list[float] = field(default_factory=list)

    async def frames(self) -> AsyncGenerator[Reply, None]:
        try:
            passed = 0.0
            for moment in self.moments:
                await asyncio.sleep(moment - passed)
                passed = moment
                yield Reply(title=text(f"{moment:g}"))
            await asyncio.sleep(self.ends)
            if self.error is not None:
                raise self.error
        finally:
            self.closed.append(asyncio.get_running_loop().time())


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with Nursery() as nursery:
        yield nursery


async def shown(source: Source, nursery: Nursery, interval_s: float = 1.0) -> list[tuple[float, str]]:
    """List when each frame came out, and which."""
    start = asyncio.get_running_loop().time()
    paced = conflate(source.frames(), interval_s, LoopClock(), nursery)
    return [(round(asyncio.get_running_loop().time() - start, 3), frame.title.plain) async for frame in paced]


async def test_the_first_frame_comes_at_once(nursery: Nursery) -> None:
    assert await shown(Source([0]), nursery) == [(0, "0")]


async def test_frames_that_are_slow_enough_pass_untouched(nursery: Nursery) -> None:
    assert await shown(Source([0, 2, 4]), nursery) == [(0, "0"), (2, "2"), (4, "4")]


async def test_of_a_stream_the_newest_comes_each_interval_and_the_last_always(nursery: Nursery) -> None:
    moments = [round(0.1 * n, 1) for n in range(36)]
    assert await shown(Source(moments), nursery) == [
        (0, "0"),
        (1, "0.9"),
        (2, "1.9"),
        (3, "2.9"),
        (4, "3.5"),
    ]


async def test_a_burst_shows_its_last_frame_alone(nursery: Nursery) -> None:
    assert await shown(Source([0] * 50 + [0.5]), nursery) == [(0, "0"), (1, "0.5")]


async def test_a_source_without_frames_ends(nursery: Nursery) -> None:
    assert await shown(Source([], ends=3), nursery) == []


async def test_an_error_comes_out_after_the_frame_before_it(nursery: Nursery) -> None:
    source = Source([0, 0.5], error=ZeroDivisionError("boom"))
    seen = []
    with pytest.raises(ZeroDivisionError, match="boom"):
        async for frame in conflate(source.frames(), 1.0, LoopClock(), nursery):
            seen.append(frame.title.plain)
    assert seen == ["0", "0.5"]
    assert len(source.closed) == 1


async def test_an_error_at_once_comes_out(nursery: Nursery) -> None:
    with pytest.raises(ZeroDivisionError):
        await shown(Source([], error=ZeroDivisionError()), nursery)


async def test_a_consumer_that_leaves_closes_the_source_and_leaves_nothing_running(nursery: Nursery) -> None:
    source = Source([0, 1, 2], ends=3600)
    paced = conflate(source.frames(), 1.0, LoopClock(), nursery)
    await anext(paced)
    await paced.aclose()
    assert len(source.closed) == 1
    await asyncio.sleep(0)
    assert len(nursery) == 0


async def test_a_consumer_that_is_cancelled_closes_the_source(nursery: Nursery) -> None:
    source = Source([0], ends=3600)
    consumer = nursery.start(shown(source, nursery), name="consumer")
    await asyncio.sleep(5)
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    await asyncio.sleep(0)
    assert len(source.closed) == 1
    assert len(nursery) == 0


async def test_the_end_of_the_program_ends_the_frames() -> None:
    async with Nursery() as closing:
        paced = conflate(Source([0], ends=3600).frames(), 1.0, LoopClock(), closing)
        await anext(paced)
    with pytest.raises(StopAsyncIteration):
        await anext(paced)


async def test_a_frame_that_is_held_comes_again_unless_a_newer_one_does(nursery: Nursery) -> None:
    start = asyncio.get_running_loop().time()
    paced = conflate(Source([0, 0.5], ends=10).frames(), 1.0, LoopClock(), nursery)
    seen = [(await anext(paced)).title.plain]
    seen.append((await paced.asend(0.2)).title.plain)  # nothing newer yet
    seen.append((await paced.asend(3.0)).title.plain)  # meanwhile 0.5 came
    seen.append((await paced.asend(7.0)).title.plain)
    assert seen == ["0", "0", "0.5", "0.5"]
    assert asyncio.get_running_loop().time() - start == pytest.approx(10.2)
    with pytest.raises(StopAsyncIteration):
        await anext(paced)
