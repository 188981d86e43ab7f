"""The price leaves the range it was in, with volume, and not in one jump."""

from __future__ import annotations

import numpy as np

from core.signals.baseline import usual, volume_5m, z_score
from core.signals.conditions import Way, above, at_most
from core.signals.registry import detector
from core.signals.series import Bars
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Measure, Window

_ATR_BARS = 14  # as Wilder has it


@detector(SignalType.BREAKOUT, needs=(Part.BARS,), bars=60, left_out=3, z=2, ranges=3)
def breakout(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the close is above the highest high of the last 60 bars without the last 3.

    60 bars are an hour: a level that many have seen. The last 3 are left out, so that a breakout under way
    does not raise its own bar. Volume z > 2, since without volume it comes back. The newest bar not wider
    than 3 ATR (14 bars before it): a single huge bar is somebody's market order, bought at the top.
    """
    bars = window.bars
    assert bars is not None
    lookback, left_out = int(limit["bars"]), int(limit["left_out"])
    whole = len(bars) >= lookback > left_out
    high = float(bars.high[len(bars) - lookback : len(bars) - left_out].max()) if whole else 0.0
    volume, spread = volume_5m(bars), usual(window, Measure.VOLUME_5M)
    z = None if volume is None or spread is None else z_score(volume, spread)
    ranges = _true_ranges(bars)
    usual_range = float(ranges[-1 - _ATR_BARS : -1].mean()) if len(ranges) > _ATR_BARS else None
    close = float(bars.close[-1])
    return (
        Way(
            conditions=(
                above("close_to_high", close / high if whole else None, 1.0, Part.BARS),
                above("volume_z", z, limit["z"], Part.DAY, grows=True),
                at_most(
                    "range_usd",
                    None if usual_range is None else float(ranges[-1]),
                    limit["ranges"] * (usual_range or 0.0),
                    Part.BARS,
                ),
            )
        ),
    )


def _true_ranges(bars: Bars) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Tell the newest bars' ranges, each with the gap from the close before; the very first has none."""
    last = slice(-1 - _ATR_BARS, None)
    before = bars.close[:-1][last]
    high, low = bars.high[1:][last], bars.low[1:][last]
    return np.maximum(high, before) - np.minimum(low, before)
