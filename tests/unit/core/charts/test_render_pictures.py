"""Every picture through the drawing process; it stays the same one, and the event loop never draws."""

from __future__ import annotations

import asyncio

import pytest

from core.charts.render import Renderer
from core.charts.worker import draw
from data.clock import Deadline, SystemClock
from tests.unit.core.charts.pictured import MAKERS, MANY, every_kind, unsound


def soon() -> Deadline:
    return Deadline.after(SystemClock(), 60.0)


async def test_one_warm_process_draws_every_kind_as_draw_does() -> None:
    renderer = Renderer(draw_limit_s=30.0)
    try:
        await renderer.warm()
        pid = renderer.pid
        for picture in (*every_kind(), *unsound()):
            assert await renderer.render(picture, soon()) == draw(picture)
        assert renderer.pid == pid
    finally:
        await renderer.aclose()


@pytest.mark.parametrize("kind", sorted(MAKERS))
async def test_the_loop_turns_while_the_largest_picture_is_drawn(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn_here(*_: object) -> None:
        raise AssertionError("drawn in the process of the event loop")

    renderer = Renderer(draw_limit_s=30.0)
    try:
        await renderer.warm()
        monkeypatch.setattr("core.charts.worker.draw", drawn_here)
        monkeypatch.setattr("core.charts.style.Sheet.__init__", drawn_here)
        drawing = asyncio.gather(renderer.render(MAKERS[kind](count=MANY[kind]), soon()))
        turns = 0
        while not drawing.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await drawing)[0] is not None
        assert turns > 20
    finally:
        await renderer.aclose()
