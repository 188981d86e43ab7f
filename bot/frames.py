"""Conflation: the first frame at once, then the newest a platform's pace allows, the last always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from data.clock import Clock
from data.nursery import Nursery
from handlers.reply import Reply


async def conflate(
    frames: AsyncGenerator[Reply, None], interval_s: float, clock: Clock, nursery: Nursery
) -> AsyncGenerator[Reply, float | None]:
    """Pass frames on, at least `interval_s` apart; a frame that a newer one overtakes is dropped.

    An error of the source comes out after the frames before it; a consumer that leaves closes the source.
    Where a frame cannot be shown yet, `asend` the seconds to wait: the newest frame follows then, this one
    again if none came.
    """
    newest: list[Reply] = []
    changed = asyncio.Event()

    async def pump() -> None:
        try:
            async with aclosing(frames) as source:
                async for frame in source:
                    newest[:] = [frame]
                    changed.set()
        finally:
            ended.set()
            changed.set()

    ended = asyncio.Event()
    task = nursery.start(pump(), name="frames")
    try:
        while True:
            await changed.wait()
            changed.clear()
            if newest:
                frame = newest.pop()
                held_s = yield frame
                if held_s is not None:
                    await clock.sleep(held_s)
                    newest[:] = newest or [frame]
                    changed.set()
                elif not ended.is_set():
                    await clock.sleep(interval_s)
            if ended.is_set() and not newest:
                if not task.done():
                    await asyncio.wait({task})
                if not task.cancelled():
                    task.result()
                return
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
