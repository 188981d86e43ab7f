from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.charts import candles
from core.charts.render import Renderer
from data.clock import Deadline, SystemClock
from tests.unit.core.charts.series import spec_of, walk

CANARY = "canary-secret-of-the-parent"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    """One process for the tests of this module; those that break it get a new one by themselves."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TRENCHCOAT_TELEGRAM_TOKEN", CANARY)
        shared = Renderer(draw_limit_s=0.5, waiting_limit=8)
        assert shared.pid is None, "nothing is started before it is needed"
        await shared.warm()
    yield shared
    pid = shared.pid
    assert pid is not None
    await shared.aclose()
    assert shared.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def soon(seconds: float = 30.0) -> Deadline:
    return Deadline.after(SystemClock(), seconds)


async def test_a_chart_from_the_process_is_the_chart_that_draw_makes(renderer: Renderer) -> None:
    spec = spec_of(walk(60), title="🚀 $x$ מלך")
    assert await renderer.render(spec, soon()) == candles.draw(spec)


async def test_equal_specs_share_one_drawing_and_are_kept(renderer: Renderer) -> None:
    charts = await asyncio.gather(*(renderer.render(spec_of(walk(61)), soon()) for _ in range(5)))
    again = await renderer.render(spec_of(walk(61)), soon(0.0))
    assert charts[0] is not None
    assert all(chart is charts[0] for chart in (*charts, again))


async def test_the_event_loop_runs_on_while_a_chart_is_drawn(renderer: Renderer) -> None:
    drawing = asyncio.gather(renderer.render(spec_of(walk(1000)), soon()))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 50


async def test_a_passed_deadline_gives_no_chart_and_the_drawing_goes_on_for_the_next_caller(
    renderer: Renderer,
) -> None:
    pid = renderer.pid
    assert await renderer.render(spec_of(walk(62)), soon(0.0)) is None
    assert await renderer.render(spec_of(walk(62)), soon()) is not None
    assert renderer.pid == pid


async def test_a_caller_that_is_cancelled_takes_no_other_with_it(renderer: Renderer) -> None:
    impatient, patient = (asyncio.gather(renderer.render(spec_of(walk(63)), soon())) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert (await patient)[0] is not None


async def test_too_many_different_charts_at_a_time_are_refused(renderer: Renderer) -> None:
    charts = await asyncio.gather(*(renderer.render(spec_of(walk(count)), soon()) for count in range(2, 14)))
    assert [chart is not None for chart in charts] == [True] * 8 + [False] * 4


async def test_the_process_sees_no_secret_and_not_the_keyboard(renderer: Renderer) -> None:
    assert renderer.pid is not None
    environment = Path(f"/proc/{renderer.pid}/environ")
    if sys.platform != "linux":
        pytest.skip("only Linux shows the environment of a process")
    assert CANARY.encode() not in await asyncio.to_thread(environment.read_bytes)
    assert os.getsid(renderer.pid) != os.getsid(0), "Ctrl-C does not reach it"


async def test_a_series_that_cannot_be_drawn_costs_only_its_own_chart(renderer: Renderer) -> None:
    pid = renderer.pid
    assert await renderer.render(spec_of(walk(3, start=10**15)), soon()) is None
    assert await renderer.render(spec_of(walk(64)), soon()) is not None
    assert renderer.pid not in {pid, None}


async def test_a_process_that_is_killed_is_replaced(renderer: Renderer) -> None:
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await renderer.render(spec_of(walk(65)), soon())  # the pipe may break under this one
    assert await renderer.render(spec_of(walk(66)), soon()) is not None
    assert renderer.pid not in {pid, None}


async def test_a_process_that_hangs_is_replaced(renderer: Renderer) -> None:
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert await renderer.render(spec_of(walk(67)), soon()) is None
    assert await renderer.render(spec_of(walk(67)), soon()) is not None
    assert renderer.pid not in {pid, None}


async def test_closing_gives_up_what_is_being_drawn_and_takes_no_more() -> None:
    renderer = Renderer()
    waiting = asyncio.gather(renderer.render(spec_of(walk(68)), soon()))
    await asyncio.sleep(0)
    await renderer.aclose()
    assert await waiting == [None]
    assert renderer.pid is None
    with pytest.raises(RuntimeError):
        await renderer.render(spec_of(walk(69)), soon())


async def test_what_is_kept_is_bounded_in_bytes() -> None:
    renderer = Renderer(cache_bytes=40_000)
    first, second = spec_of(walk(20)), spec_of(walk(21))
    drawn = await renderer.render(first, soon())
    assert drawn is not None
    assert 20_000 < len(drawn.png) < 40_000
    assert await renderer.render(first, soon()) is drawn
    await renderer.render(second, soon())
    assert await renderer.render(first, soon()) is not drawn
    await renderer.aclose()
