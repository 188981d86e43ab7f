"""How a pool's deposits and withdrawals look beside those of pools that fell silent. Pure.

A score over two figures, fitted by `tests/bench/pool_history.py` on half of the pools of SolRPDS (1,718 pool
and token rows of 2021 and 2022). Its label says that a pool went quiet, which its authors take for a sign of
a rug pull; it is no proof of one, so the score orders pools and accuses none.

Source: Alhaidari, Kalal, Palanisamy, Sural: "SolRPDS", ACM CODASPY 2025; data under CC BY 4.0.
"""

from __future__ import annotations

import math
from decimal import Decimal

# Logistic regression with a ridge of 1, the figures standardised for the fit alone. Rounded; the test fits it
# anew and holds these against the result.
BASE = 0.156
PER_TENFOLD_ADDS = -1.075
PER_TENFOLD_REMOVED = 0.821
_FURTHEST = 1.0  # ten times more, or less, taken out than put in: further than that says no more


def balance(added: Decimal, removed: Decimal) -> float | None:
    """Measure log10(removed / added) of one token of the pool, within -1 and 1; None where nothing was added.

    Above zero, more of the token was taken out than depositors put in, by trades that brought it.
    """
    if added <= 0 or removed < 0:
        return None
    if removed == 0:
        return -_FURTHEST
    # As logarithms: amounts in base units go beyond what a ratio of floats can hold.
    far = float(removed.log10() - added.log10())
    return min(_FURTHEST, max(-_FURTHEST, far))


def quiet_score(adds: int, added: Decimal, removed: Decimal) -> float | None:
    """Score from 0 to 1 how much a history looks like a pool's that went quiet; None where it tells nothing.

    `adds` counts deposits; amounts are of one token of the pool, in any one unit. It was fitted where one
    pool in five went quiet; elsewhere its order holds, its size does not.
    """
    tilt = balance(added, removed)
    if tilt is None or adds < 1:
        return None
    odds = BASE + PER_TENFOLD_ADDS * math.log10(adds) + PER_TENFOLD_REMOVED * tilt
    return 1 / (1 + math.exp(-odds))
