"""One owner buys so much that the pool feels it."""

from __future__ import annotations

import numpy as np

from core.signals.conditions import Way, at_least
from core.signals.measures import net_by_owner, ratio
from core.signals.registry import detector
from core.signals.series import Column
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_WITHIN_S = 600.0


@detector(SignalType.WHALE_BUY, needs=(Part.TRADES,), of_liquidity=0.01, of_supply=0.005)
def whale_buy(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether one cluster of wallets bought much within 10 minutes, net of what it sold.

    1 % of the liquidity moves a constant-product pool by 4 %, which others notice; 0.5 % of the supply
    is a holder of weight. A cluster counts once, or ten wallets would hide one owner; net of sales, or a
    trader in circles would look like one.
    """
    assert window.trades is not None
    start_s = window.now_s - _WITHIN_S
    usd, who = _most(net_by_owner(window.trades, window.trades.usd, start_s), window.trades.owners)
    tokens, whose = _most(net_by_owner(window.trades, window.trades.tokens, start_s), window.trades.owners)
    of_liquidity, of_supply = ratio(usd, window.liquidity_usd), ratio(tokens, window.supply_tokens)
    lacking = Part.TRADES if usd is None else None
    return (
        Way(
            conditions=(
                at_least(
                    "of_liquidity", of_liquidity, limit["of_liquidity"], lacking or Part.LIQUIDITY, grows=True
                ),
            ),
            words=(who,) if who else (),
        ),
        Way(
            conditions=(
                at_least("of_supply", of_supply, limit["of_supply"], lacking or Part.SUPPLY, grows=True),
            ),
            words=(whose,) if whose else (),
        ),
    )


def _most(net: Column | None, owners: tuple[str, ...]) -> tuple[float | None, str]:
    """Tell the most that one owner bought, and who; zero of nobody."""
    if net is None:
        return None, ""
    if not len(net):
        return 0.0, ""
    row = int(np.argmax(net))
    return float(net[row]), owners[row]
