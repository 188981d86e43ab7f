"""How frames are paced: the newest at a chat's pace, the last always, and after a wait only the newest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.telegram.answer import deliver
from data.errors import ChatGone, Rejected, Throttled
from data.nursery import Nursery
from handlers.reply import Reply, text
from tests.fakes.clock import LoopClock
from tests.fakes.virtual_loop import virtual_time

pytestmark = virtual_time


async def frames(*steps: tuple[float, str]) -> AsyncGenerator[Reply, None]:
    """Yield words, each after some seconds."""
    for pause_s, word in steps:
        await asyncio.sleep(pause_s)
        yield Reply(body=text(word))


async def shown(
    *steps: tuple[float, str], refusals: dict[str, list[Exception]] | None = None
) -> list[tuple[float, str]]:
    """Deliver frames at three seconds; tell when which were shown. A refusal meets a frame once."""
    seen: list[tuple[float, str]] = []
    clock = LoopClock()
    start = clock.monotonic()

    async def show(frame: Reply) -> None:
        word = frame.body.plain
        if waiting := (refusals or {}).get(word):
            raise waiting.pop(0)
        seen.append((round(clock.monotonic() - start, 3), word))

    async with Nursery() as nursery:
        await deliver(frames(*steps), show, interval_s=3.0, clock=clock, nursery=nursery)
    return seen


async def test_the_first_frame_is_shown_at_once_and_the_last_always() -> None:
    assert await shown((0, "a"), (1, "b"), (1, "c")) == [(0, "a"), (3, "c")]
    assert await shown((0, "a"), (5, "b")) == [(0, "a"), (5, "b")]
    assert await shown((2, "a")) == [(2, "a")]
    assert await shown() == []


async def test_after_a_wait_the_newest_frame_follows() -> None:
    held = {"a": [Throttled(10)]}
    assert await shown((0, "a"), (4, "b"), (2, "c"), (20, "d"), refusals=held) == [(10, "c"), (26, "d")]


async def test_after_a_wait_the_same_frame_follows_where_no_other_came() -> None:
    assert await shown((0, "a"), refusals={"a": [Throttled(10), Throttled(5)]}) == [(15, "a")]
    assert await shown((0, "a"), (40, "b"), refusals={"a": [Throttled(10)]}) == [(10, "a"), (40, "b")]


async def test_patience_ends_and_later_frames_are_still_tried() -> None:
    endless = {"a": [Throttled(50), Throttled(50)]}
    assert await shown((0, "a"), (80, "b"), refusals=endless) == [(80, "b")]


@pytest.mark.parametrize("error", [ChatGone("blocked"), Rejected("odd")])
async def test_a_frame_that_is_refused_does_not_end_the_command(error: Exception) -> None:
    assert await shown((0, "a"), (4, "b"), refusals={"a": [error]}) == [(4, "b")]
