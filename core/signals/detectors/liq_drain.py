"""What the price stands on is taken away."""

from __future__ import annotations

from core.signals.conditions import Way, above
from core.signals.measures import fall
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_WITHIN_S = 300.0


@detector(SignalType.LIQ_DRAIN, needs=(), fall=0.25, unlocked=0.05, withdrawn=0.05)
def liq_drain(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether liquidity fell by more than 25 % in 5 minutes, or was unlocked or withdrawn.

    Of its highest of those minutes: a drain in two steps is one. Sales alone take 25 % of a pool's value only
    with a fall of the price by 44 %, which is reason enough. More than 5 points of the pool unlocked, or 5 %
    withdrawn: below that, people who provide liquidity come and go.
    """
    liquidity, locked, withdrawn = window.liquidity, window.lp_locked, window.lp_withdrawn
    lost = None if liquidity is None else fall(liquidity, window.now_s, _WITHIN_S)
    highest = None if lost is None or liquidity is None else lost + liquidity.last
    share = None if lost is None or highest is None else (lost / highest if highest > 0 else 0.0)
    unlocked = None if locked is None else fall(locked, window.now_s, _WITHIN_S)
    taken = None if withdrawn is None else float(withdrawn.after(window.now_s - _WITHIN_S).sum())
    return (
        Way(conditions=(above("liquidity_fall_5m", share, limit["fall"], Part.LIQUIDITY, grows=True),)),
        Way(conditions=(above("lp_unlocked_5m", unlocked, limit["unlocked"], Part.LP, grows=True),)),
        Way(conditions=(above("lp_withdrawn_5m", taken, limit["withdrawn"], Part.LP, grows=True),)),
    )
