"""The drawing process: reads what to draw, answers with pictures, until its input closes.

Run as `python -m core.charts.worker` by `render`. It holds no secrets, sees no network, and ends by itself:
when the other side goes away its input ends, and the kernel's alarm ends a drawing that hangs. A drawing that
fails ends the process with a traceback on stderr; the other side starts a new one.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import msgspec

from core.charts import bubbles, candles, flow, heatmap, ladder, lines, table
from core.charts.pictures import (
    BubbleSpec,
    FlowSpec,
    HeatmapSpec,
    LadderSpec,
    LinesSpec,
    Picture,
    TableSpec,
)
from core.charts.spec import Chart, ChartSpec
from core.charts.wire import LENGTH, framed, unpacked
from data.models.ids import SOL
from data.models.market import Candle, CandleSeries, Timeframe

_ALARM_S = 30  # only meant for a worker whose parent is gone: a parent's own limit is far below
_FIRST = ChartSpec(
    series=CandleSeries(
        token=SOL, pool="", timeframe=Timeframe.H1, candles=(Candle(0, 1.0, 1.2, 0.9, 1.1, 5.0),)
    ),
    title="Warm up",
)
_DRAWN_BY: Mapping[type[Any], Callable[[Any], Chart]] = {
    ChartSpec: candles.draw,
    LadderSpec: ladder.draw,
    BubbleSpec: bubbles.draw,
    FlowSpec: flow.draw,
    LinesSpec: lines.draw,
    HeatmapSpec: heatmap.draw,
    TableSpec: table.draw,
}


def draw(picture: Picture) -> Chart:
    """Draw any picture; equal ones give equal bytes."""
    return _DRAWN_BY[type(picture)](picture)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request with one picture; the first frame, an empty one, says that all is loaded."""
    draw(_FIRST)
    answers.write(framed(b""))
    answers.flush()
    while (length := requests.read(LENGTH.size)) and len(length) == LENGTH.size:
        picture = unpacked(requests.read(*LENGTH.unpack(length)))
        signal.alarm(_ALARM_S)
        chart = draw(picture)
        signal.alarm(0)
        answers.write(framed(msgspec.msgpack.encode(chart)))
        answers.flush()


def main() -> None:
    """Serve on the pipes of the process; whatever else would print goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
