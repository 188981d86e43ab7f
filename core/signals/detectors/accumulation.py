"""Somebody takes what is offered while the price stands still."""

from __future__ import annotations

from core.signals.conditions import Way, above, at_most, below
from core.signals.measures import flow, ratio, since
from core.signals.registry import detector
from core.signals.series import MINUTE_S
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_MINUTES = 360


@detector(
    SignalType.ACCUMULATION,
    needs=(Part.BARS, Part.LIQUIDITY, Part.HOLDERS, Part.TOP10),
    range=0.15, net_flow=0.03,
)  # fmt: skip
def accumulation(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether over 6 hours much was bought net while the price stayed within 15 %.

    15 % is calm for these coins. Net purchases above 3 % of the liquidity alone move a constant-product pool
    by 12 %, which is most of what is allowed: whoever buys does so with patience. Holders rise and the top
    ten's share does not, or it is one insider filling a bag.
    """
    bars, holders, top10 = window.bars, window.holders, window.top10
    assert bars is not None and holders is not None and top10 is not None
    seconds = float(_MINUTES * MINUTE_S)
    width = None
    if len(bars) >= _MINUTES:
        lowest = float(bars.low[-_MINUTES:].min())
        width = (float(bars.high[-_MINUTES:].max()) - lowest) / lowest
    net = flow(window, _MINUTES)
    counted, held = since(holders, window.now_s, seconds), since(top10, window.now_s, seconds)
    return (
        Way(
            conditions=(
                below("range_6h", width, limit["range"], Part.BARS),
                above(
                    "net_flow_of_liquidity",
                    None if net is None else ratio(net.net, window.liquidity_usd),
                    limit["net_flow"],
                    Part.FLOW if net is None else Part.LIQUIDITY,
                    grows=True,
                ),
                above(
                    "more_holders", None if counted is None else counted[1] - counted[0], 0.0, Part.HOLDERS
                ),
                at_most("top10_change", None if held is None else held[1] - held[0], 0.0, Part.TOP10),
            )
        ),
    )
