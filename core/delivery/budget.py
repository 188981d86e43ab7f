"""How many messages an hour a place takes, and who goes first: danger, alerts, radar by score, news. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from data.models.delivery import Urgency

WINDOW = timedelta(hours=1)
USUAL = 30
MOST = 500

# The last part of a budget is kept for what matters more: nobody knows what the rest of the hour brings.
_NEWS_SHARE = 0.5
_SIGNAL_SHARE = 0.6
_SCORED_SHARE = 0.3  # on top of it for a signal that is sure; one without a score gets none of it


def open_to(urgency: Urgency, score: float | None, budget: int) -> int:
    """Tell how many messages of an hour a notice may find there and still be sent; danger counts none."""
    match urgency:
        case Urgency.NEWS:
            share = _NEWS_SHARE
        case Urgency.SIGNAL:
            share = _SIGNAL_SHARE + _SCORED_SHARE * min(max(score or 0.0, 0.0), 1.0)
        case Urgency.ALERT | Urgency.DANGER:
            share = 1.0
    return math.ceil(budget * share)


def used(due: Iterable[datetime], at: datetime) -> int:
    """Count the messages that a place has within the hour that ends at an instant."""
    return sum(at - WINDOW < each <= at for each in due)
