"""After a deep fall it stops making lower lows, and more people buy than before."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.signals.conditions import Way, above
from core.signals.measures import buyers_exactly, ratio, vwap
from core.signals.registry import detector
from core.signals.series import MINUTE_S, Bars
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_LOOKBACK = 360
_QUARTER = 15
_REACH = 3  # bars on either side that a low is below


@detector(SignalType.REVERSAL, needs=(Part.BARS, Part.TRADES), fall=0.4)
def reversal(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether it fell by more than 40 % from its 6 h high, then made a higher low and is bought again.

    40 % is more than a pause in a coin's rise. A higher low is the lowest of 7 bars, after the bottom and
    above it: one bounce is not enough. The close above the average price of the last 15 minutes says that
    recent buyers are not under water, and more distinct buyers than in the 15 before that they are people.
    """
    bars, trades = window.bars, window.trades
    assert bars is not None and trades is not None
    fell, lift = _turn(bars)
    quarter_s = _QUARTER * MINUTE_S
    now_s = window.now_s
    recent = buyers_exactly(trades, now_s - quarter_s, now_s)
    before = buyers_exactly(trades, now_s - 2 * quarter_s, now_s - quarter_s)
    more = None if recent is None or before is None else recent - before
    average = vwap(bars, _QUARTER)
    return (
        Way(
            conditions=(
                above("fall_from_high", fell, limit["fall"], Part.BARS, grows=True),
                above("higher_low", lift, 1.0, Part.BARS),
                above("close_to_vwap", ratio(float(bars.close[-1]), average), 1.0, Part.BARS),
                above("more_buyers", more, 0.0, Part.TRADES),
            )
        ),
    )


def _turn(bars: Bars) -> tuple[float | None, float | None]:
    """Tell how far it fell, and how its latest low stands to the bottom; 0 where there was none since."""
    if len(bars) < _LOOKBACK:
        return None, None
    high, low = bars.high[-_LOOKBACK:], bars.low[-_LOOKBACK:]
    top = int(np.argmax(high))
    bottom = top + int(np.argmin(low[top:]))
    fell = 1.0 - float(low[bottom] / high[top])
    after = low[bottom + 1 :]
    width = 2 * _REACH + 1
    if len(after) < width:
        return fell, 0.0
    middles = after[_REACH:-_REACH]
    turns = np.flatnonzero(middles <= sliding_window_view(after, width).min(axis=1))
    return fell, float(middles[turns[-1]] / low[bottom]) if len(turns) else 0.0
