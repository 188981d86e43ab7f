"""A curve fills up fast, by many hands."""

from __future__ import annotations

from core.signals.conditions import Way, above, at_least
from core.signals.measures import buyers, since
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_WITHIN_S = 300.0


@detector(SignalType.CURVE_RUN, needs=(Part.CURVE, Part.TRADES), filled=0.7, gained=0.1, buyers=40)
def curve_run(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether a curve is more than 70 % full and gained more than 10 points of it in 5 minutes.

    Most curves die far below 70 %. 10 points in 5 minutes fill the rest within a quarter of an hour. 40
    distinct buyers: a run that its maker stages has few.
    """
    curve, trades = window.curve, window.trades
    assert curve is not None and trades is not None
    gained = since(curve, window.now_s, _WITHIN_S)
    return (
        Way(
            conditions=(
                above("curve", curve.last, limit["filled"], Part.CURVE),
                above(
                    "curve_gained_5m",
                    None if gained is None else gained[1] - gained[0],
                    limit["gained"],
                    Part.CURVE,
                    grows=True,
                ),
                at_least(
                    "buyers_5m",
                    buyers(trades, window.now_s - _WITHIN_S, window.now_s),
                    limit["buyers"],
                    Part.TRADES,
                    grows=True,
                ),
            )
        ),
    )
