"""The largest holders sell while the price is held up."""

from __future__ import annotations

from core.signals.conditions import Way, above, at_least
from core.signals.measures import change
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_MINUTES = 30
_WITHIN_S = _MINUTES * 60.0


@detector(SignalType.DISTRIBUTION, needs=(Part.TOP20, Part.BARS), sold=0.02, flat=-0.02)
def distribution(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the top twenty sold more than 2 % of the supply net in 30 minutes at a price flat or up.

    2 % of a supply is more than most pools hold. Flat is a loss of less than 2 %: in a falling price anybody
    sells, in a standing one somebody buys what they unload.
    """
    top20, bars = window.top20, window.bars
    assert top20 is not None and bars is not None
    watched = float(top20.time[0]) <= window.now_s - _WITHIN_S
    sold = -float(top20.after(window.now_s - _WITHIN_S).sum()) if watched else None
    return (
        Way(
            conditions=(
                above("top20_sold_30m", sold, limit["sold"], Part.TOP20, grows=True),
                at_least("change_30m", change(bars, _MINUTES), limit["flat"], Part.BARS),
            )
        ),
    )
