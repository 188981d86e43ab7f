"""Milliseconds of one candle chart, drawn by us and by mplfinance from the same bars at the same size.

Run with `python -m tests.bench.charts`. The two take turns in one process and so meet the same machine.
Ours is measured once more through the drawing process, with the longest that the event loop was held up.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from statistics import median
from time import perf_counter

import matplotlib as mpl
import mplfinance
import pandas as pd
from matplotlib import pyplot
from PIL import Image

from core.charts import candles, style
from core.charts.render import Renderer
from core.charts.spec import ChartSpec
from data.clock import Deadline, SystemClock
from tests.unit.core.charts.series import spec_of, walk

BARS = 300
ROUNDS = 15
RATIO_AT_MOST = 0.2


def measure() -> dict[str, float]:
    """Draw the same bars with both, by turns; medians in milliseconds."""
    spec = spec_of(walk(BARS))
    frame = _frame(spec)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS + 1):
        ours.append(_timed(lambda: candles.draw(spec)))
        with _library_defaults():
            theirs.append(_timed(lambda: _mplfinance(frame)))
    assert _size(candles.draw(spec).png) == _size(_mplfinance(frame))
    worker_ms, lag_ms = asyncio.run(_through_the_process())
    ours_ms, theirs_ms = median(ours[1:]), median(theirs[1:])  # the first round of each loads fonts
    return {
        "ours_ms": round(ours_ms, 1),
        "mplfinance_ms": round(theirs_ms, 1),
        "ratio": round(ours_ms / theirs_ms, 3),
        "through_process_ms": round(worker_ms, 1),
        "loop_lag_ms": round(lag_ms, 2),
        "ours_bytes": len(candles.draw(spec).png),
        "mplfinance_bytes": len(_mplfinance(frame)),
    }


def _size(png: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(png)) as image:
        return image.size


def _timed(draw: Callable[[], object]) -> float:
    started = perf_counter()
    draw()
    return (perf_counter() - started) * 1000


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


async def _through_the_process() -> tuple[float, float]:
    """Time different charts through the renderer, and how late the event loop wakes meanwhile."""
    renderer = Renderer()
    await renderer.warm()
    late: list[float] = []
    watch = asyncio.get_running_loop().create_task(_watch_the_loop(late))
    times = []
    for count in range(BARS, BARS + ROUNDS):
        spec = spec_of(walk(count))
        started = perf_counter()
        await renderer.render(spec, Deadline.after(SystemClock(), 10))
        times.append((perf_counter() - started) * 1000)
    watch.cancel()
    await renderer.aclose()
    return median(times), max(late)


async def _watch_the_loop(late: list[float], every_s: float = 0.002) -> None:
    while True:
        started = perf_counter()
        await asyncio.sleep(every_s)
        late.append((perf_counter() - started - every_s) * 1000)


if __name__ == "__main__":
    figures = measure()
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    sys.exit(figures["ratio"] > RATIO_AT_MOST)
