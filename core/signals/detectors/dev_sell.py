"""Who made the coin sells it."""

from __future__ import annotations

import numpy as np

from core.signals.conditions import Way, above
from core.signals.measures import ratio
from core.signals.registry import detector
from core.signals.series import Trades
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Deployer, Window

_WITHIN_S = 3_600.0


@detector(SignalType.DEV_SELL, needs=(Part.TRADES, Part.DEPLOYER), of_bag=0.2)
def dev_sell(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the deployer or a wallet linked to it sold more than 20 % of its bag within an hour.

    Net of what it bought, of what it had before: a fifth is more than somebody takes out to live on. Where
    the trades reach back less far, what they tell is enough to warn.
    """
    assert window.trades is not None and window.deployer is not None
    sold = _sold(window.trades, window.deployer, window.now_s - _WITHIN_S)
    share = ratio(sold, window.deployer.held_tokens + sold) if sold > 0 else 0.0
    return (Way(conditions=(above("sold_of_bag", share, limit["of_bag"], Part.DEPLOYER, grows=True),)),)


def _sold(trades: Trades, deployer: Deployer, start_s: float) -> float:
    """Sum the tokens that the deployer's clusters sold since an instant, less what they bought."""
    codes = [trades.places[owner] for owner in deployer.owners if owner in trades.places]
    theirs = np.isin(trades.owner, codes) & (trades.time > start_s)
    tokens = trades.tokens[theirs]
    return float(np.where(trades.buy[theirs], -tokens, tokens).sum())
