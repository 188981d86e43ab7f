"""Relative strength of the newest close, in plain floats: charts have their own, of whole series."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

PERIOD = 14


def rsi(closes: Sequence[float], period: int = PERIOD) -> float | None:
    """Tell Wilder's relative strength at the last close, 0 to 100; None before there are enough, or any move.

    Gains and losses start as plain averages of the first `period` changes and are then smoothed by
    1 / period, as TA-Lib does it.
    Source: https://ta-lib.org/functions/rsi/
    """
    if len(closes) <= period:
        return None
    changes = [after - before for before, after in pairwise(closes)]
    gain = sum(max(change, 0.0) for change in changes[:period]) / period
    loss = sum(max(-change, 0.0) for change in changes[:period]) / period
    for change in changes[period:]:
        gain += (max(change, 0.0) - gain) / period
        loss += (max(-change, 0.0) - loss) / period
    return 100.0 * gain / (gain + loss) if gain + loss else None
