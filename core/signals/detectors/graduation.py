"""A coin sold out its curve and trades in a pool."""

from __future__ import annotations

import numpy as np

from core.signals.conditions import Way, at_least, at_most
from core.signals.measures import ratio
from core.signals.registry import detector
from core.signals.series import MINUTE_S
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window


@detector(SignalType.GRADUATION, needs=(Part.MIGRATION, Part.BARS), bars=3, seen_s=900)
def graduation(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Tell of a move to a pool once the pool's first 3 minute bars are closed.

    The first minutes belong to machines that sell what they bought on the curve: before 3 bars there is no
    price that a person could have had. After 15 minutes it is no news. It is the stronger the less of the
    first bar's open was lost by then: 1 where nothing was.
    """
    bars, moved = window.bars, window.migration
    assert bars is not None and moved is not None
    first = int(np.searchsorted(bars.time, moved.at.timestamp() // MINUTE_S * MINUTE_S))
    count = len(bars) - first
    kept = ratio(float(bars.close[-1]), float(bars.open[first])) if count else None
    return (
        Way(
            conditions=(
                at_least("bars_since_migration", float(count), limit["bars"], Part.BARS),
                at_most(
                    "since_migration_s", window.now_s - moved.at.timestamp(), limit["seen_s"], Part.MIGRATION
                ),
            ),
            given=kept,
        ),
    )
