"""Several wallets with a good record buy, each for itself."""

from __future__ import annotations

import numpy as np

from core.signals.conditions import Way, at_least
from core.signals.measures import net_by_owner
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_WITHIN_S = 3_600.0


@detector(SignalType.SMART_MONEY, needs=(Part.TRADES, Part.RECORDS), clusters=3, closed=30)
def smart_money(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether 3 independent clusters of record bought within 60 minutes, net of what they sold.

    Of record: at least 30 closed trades, below which a record is luck, and a positive net expectancy, since
    many wins can lose money. Clusters, not wallets: three wallets of one owner are one opinion.
    """
    trades, records = window.trades, window.records
    assert trades is not None and records is not None
    net = net_by_owner(trades, trades.usd, window.now_s - _WITHIN_S)
    good = [
        owner
        for owner in records.keys() & trades.places.keys()
        if records[owner].closed >= limit["closed"] and records[owner].expectancy_ratio > 0
    ]
    rows = [trades.places[owner] for owner in good]
    count = None if net is None else float(np.count_nonzero(net[rows] > 0))
    return (Way(conditions=(at_least("clusters", count, limit["clusters"], Part.TRADES, grows=True),)),)
