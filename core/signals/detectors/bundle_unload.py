"""Who bought together at the launch sells."""

from __future__ import annotations

from core.signals.conditions import Way, above
from core.signals.measures import fall
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Window

_WITHIN_S = 900.0


@detector(SignalType.BUNDLE_UNLOAD, needs=(Part.BUNDLE,), dropped=0.05)
def bundle_unload(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether the share that the launch's bundle still holds dropped by more than 5 points in 15 minutes.

    Points of the supply: who sells a twentieth of everything in a quarter of an hour is leaving. From the
    highest of those minutes, so that steps add up.
    """
    assert window.bundle is not None
    dropped = fall(window.bundle, window.now_s, _WITHIN_S)
    return (Way(conditions=(above("bundle_drop_15m", dropped, limit["dropped"], Part.BUNDLE, grows=True),)),)
