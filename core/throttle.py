"""How often one person may do one thing: a bounded table of GCRA arrival times."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from data.ports import Clock

_KEPT = 50_000


class Throttle:
    """Tell how long to wait before the next call under a key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, key: Hashable, calls: int, per_s: float) -> float:
        """Take one of `calls` that refill over `per_s` seconds; gives 0, or the seconds until one is free."""
        now = self._clock.monotonic()
        interval = per_s / calls
        due = max(self._due.pop(key, now), now)
        wait = due + interval - per_s - now
        # A hair of tolerance: floats must not make the last free call wait.
        if wait > 1e-9:
            self._due[key] = due
            return wait
        self._due[key] = due + interval
        while len(self._due) > _KEPT:
            self._due.popitem(last=False)
        return 0.0
