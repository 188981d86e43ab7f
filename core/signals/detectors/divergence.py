"""What cannot both be true: sources that differ for long, or more volume from fewer people."""

from __future__ import annotations

from core.signals.conditions import Way, above, at_least, below
from core.signals.measures import buyers_exactly, ratio, volume
from core.signals.registry import detector
from core.signals.series import MINUTE_S
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import FRESH_S, Window

_ASKED_S = (0.0, 60.0, 120.0, 180.0)  # ago: three minutes, at both ends and between
_QUARTER = 15


@detector(SignalType.DIVERGENCE, needs=(), apart=0.08, volume=1.5, buyers=0.8, before=10)
def divergence(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether sources differ by more than 8 % for 3 minutes, or volume rises while buyers fall.

    8 % is beyond what pools of one coin can differ without being traded level; for 3 minutes, or a source is
    merely late. Volume of 15 minutes at 1.5 times the 15 before with less than 0.8 times their buyers (at
    least 10, or one person is a tenth) is traded in circles.
    """
    apart = [_spread(window, window.now_s - ago) for ago in _ASKED_S]
    known = [spread for spread in apart if spread is not None]
    least = min(known) if len(known) == len(apart) else None
    more = fewer = before = None
    if window.bars is not None:
        more = ratio(volume(window.bars, _QUARTER), volume(window.bars, _QUARTER, ending=_QUARTER))
    if window.trades is not None:
        quarter_s = _QUARTER * MINUTE_S
        middle_s = window.now_s - quarter_s
        before = buyers_exactly(window.trades, middle_s - quarter_s, middle_s)
        fewer = ratio(buyers_exactly(window.trades, middle_s, window.now_s), before)
    return (
        Way(
            conditions=(above("sources_apart_3m", least, limit["apart"], Part.PRICES, grows=True),),
            words=("sources",),
        ),
        Way(
            conditions=(
                at_least("volume_to_before", more, limit["volume"], Part.BARS, grows=True),
                below("buyers_to_before", fewer, limit["buyers"], Part.TRADES, grows=True),
                at_least("buyers_before", before, limit["before"], Part.TRADES),
            ),
            words=("wash",),
        ),
    )


def _spread(window: Window, at_s: float) -> float | None:
    """Tell how far the sources' prices lay apart at an instant, of the highest; None below two."""
    told = (said.prices.at(at_s, FRESH_S) for said in window.prices or ())
    prices = [price for price in told if price is not None and price > 0]
    return (max(prices) - min(prices)) / max(prices) if len(prices) > 1 else None
