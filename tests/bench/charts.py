"""Milliseconds of one candle chart, drawn by us and by mplfinance from the same bars at the same size.

The two take turns in one process and so meet the same machine.
Ours is measured once more through the drawing process, and how long the event loop was held up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import matplotlib as mpl
import mplfinance
import pandas as pd
from matplotlib import pyplot
from PIL import Image

from core.charts import candles, style
from core.charts.render import Renderer
from core.charts.spec import ChartSpec
from data.clock import Deadline, SystemClock
from tests.bench.measure import Goal, Row, Series, now
from tests.unit.core.charts.series import spec_of, walk

BARS = 300
ROUNDS = 15
AT_MOST = 0.2


def measure() -> list[Row]:
    """Draw the same bars with both, by turns, and ours once more through the drawing process."""
    spec = spec_of(walk(BARS))
    frame = _frame(spec)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS + 1):
        ours.append(_timed(lambda: candles.draw(spec)))
        with _library_defaults():
            theirs.append(_timed(lambda: _mplfinance(frame)))
    assert _size(candles.draw(spec).png) == _size(_mplfinance(frame))
    through, late = asyncio.run(_through_the_process())
    return [
        Row(
            subject=f"chart of {BARS} bars", unit="ms", against="mplfinance", goal=Goal(bound=AT_MOST),
            ours=tuple(ours[1:]), peer=tuple(theirs[1:]),  # the first of each loads fonts
        ),
        Row(subject="chart through the drawing process", unit="ms", ours=through),
        Row(subject="event loop late while charts are drawn", unit="ms", ours=late),
    ]  # fmt: skip


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png)) as image:
        return image.size


def _timed(draw: Callable[[], object]) -> float:
    started = now()
    draw()
    return (now() - started) * 1000


def _frame(spec: ChartSpec) -> pd.DataFrame:
    frame = pd.DataFrame(spec.series.candles, columns=["time", "Open", "High", "Low", "Close", "Volume"])
    return frame.set_index(pd.to_datetime(frame.pop("time"), unit="s"))


def _mplfinance(frame: pd.DataFrame) -> bytes:
    file = BytesIO()
    figure, _ = mplfinance.plot(
        frame,
        type="candle",
        volume=True,
        style="nightclouds",
        title="BONK / SOL",
        figsize=(style.WIDTH / 100, style.HEIGHT / 100),
        returnfig=True,
    )
    figure.savefig(file, dpi=100)
    pyplot.close(figure)
    return file.getvalue()


@contextmanager
def _library_defaults() -> Iterator[None]:
    """Undo what our style sets for its own process, so that mplfinance is measured as it comes."""
    with mpl.rc_context({"text.hinting": mpl.rcParamsDefault["text.hinting"]}):
        yield


async def _through_the_process() -> tuple[Series, Series]:
    """Time different charts through the renderer, and how late the event loop wakes meanwhile."""
    renderer = Renderer()
    await renderer.warm()
    late: list[float] = []
    watch = asyncio.get_running_loop().create_task(_watch_the_loop(late))
    times = []
    for count in range(BARS, BARS + ROUNDS):
        spec = spec_of(walk(count))
        started = now()
        await renderer.render(spec, Deadline.after(SystemClock(), 10))
        times.append((now() - started) * 1000)
    watch.cancel()
    await renderer.aclose()
    return tuple(times), tuple(late)


async def _watch_the_loop(late: list[float], every_s: float = 0.002) -> None:
    while True:
        started = now()
        await asyncio.sleep(every_s)
        late.append((now() - started - every_s) * 1000)
