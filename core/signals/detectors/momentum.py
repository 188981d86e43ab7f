"""It rises on every scale, more than its peers, and does not fall back on the way."""

from __future__ import annotations

import numpy as np

from core.signals.baseline import peers_of
from core.signals.conditions import Way, above, at_least, below
from core.signals.measures import change
from core.signals.registry import detector
from core.signals.series import Bars
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Measure, Window

_HOUR = 60


@detector(SignalType.MOMENTUM, needs=(Part.BARS, Part.PEERS), drawdown=0.4)
def momentum(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether 5 minutes, 15 minutes and an hour all rose, the hour as only a tenth of its peers did.

    All three, or it would fire on the way down from a peak. The top tenth of peers of like age and liquidity,
    since a young coin's 30 % is nothing. Closes fell back by less than 40 % of the hour's move, from any of
    their peaks: what gave back more is a fight, not a trend.
    """
    bars = window.bars
    assert bars is not None
    hour, spread = change(bars, _HOUR), peers_of(window, Measure.RETURN_1H)
    tenth = None if spread is None else spread.p90
    return (
        Way(
            conditions=(
                above("change_5m", change(bars, 5), 0.0, Part.BARS),
                above("change_15m", change(bars, 15), 0.0, Part.BARS),
                above("change_1h", hour, 0.0, Part.BARS),
                at_least(
                    "change_1h_to_peers",
                    None if tenth is None else hour,
                    tenth or 0.0,
                    Part.PEERS,
                    grows=True,
                ),
                below("drawdown_of_move", _given_back(bars), limit["drawdown"], Part.BARS, grows=True),
            )
        ),
    )


def _given_back(bars: Bars) -> float | None:
    """Tell the deepest fall between two closes of the hour as a share of the whole move; None without one."""
    if len(bars) <= _HOUR:
        return None
    closes = bars.close[-1 - _HOUR :]
    move = float(closes[-1] - closes[0])
    deepest = float((np.maximum.accumulate(closes) - closes).max())
    return deepest / move if move > 0 else None
