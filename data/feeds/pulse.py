"""How one stream is doing: its phase, its counts, its pace; kept for people and for the metrics."""

from __future__ import annotations

from collections import deque
from datetime import datetime

import structlog

from data.clock import Clock
from data.metrics import Metrics, counter, gauge
from data.models.events import FeedPhase, FeedState

log = structlog.get_logger("feeds")

EVENTS = counter("feed_events", "Events that a stream told", "feed")
DROPPED = counter("feed_dropped", "Events dropped because they were not taken in time", "feed")
REFUSED = counter("feed_refused", "Frames of a stream that could not be used", "feed")
RECONNECTS = counter("feed_reconnects", "Connections of a stream that were lost", "feed")
GAPS = counter("feed_gaps", "Losses of a stream that could not be made good", "feed")
LIVE = gauge("feed_live", "1 while a stream is live", "feed")

_MINUTE_S = 60


class Pulse:
    """Counts what happens to one stream, and tells its state."""

    def __init__(self, name: str, clock: Clock, metrics: Metrics) -> None:
        self._name = name
        self._clock = clock
        self._phase, self._since, self._problem = FeedPhase.CONNECTING, clock.now(), ""
        self._events = self._dropped = self._refused = self._reconnects = self._gaps = 0
        self._last_at: datetime | None = None
        self._seconds: deque[tuple[int, int]] = deque(maxlen=_MINUTE_S)  # (second, events in it)
        self._metrics = metrics
        self._metrics.of(LIVE, name).set(0)

    def enter(self, phase: FeedPhase, problem: str = "") -> None:
        """Note a phase; `since` stays where it is the same one."""
        if phase is not self._phase:
            self._since = self._clock.now()
            write = log.warning if phase in {FeedPhase.STALLED, FeedPhase.DOWN} else log.info
            write("feed_changed", feed=self._name, phase=phase.value, problem=problem)
        self._phase, self._problem = phase, problem
        self._metrics.of(LIVE, self._name).set(phase is FeedPhase.LIVE)

    def told(self) -> None:
        """Count an event."""
        self._events += 1
        self._last_at = self._clock.now()
        second = int(self._clock.monotonic())
        before = self._seconds.pop()[1] if self._seconds and self._seconds[-1][0] == second else 0
        self._seconds.append((second, before + 1))
        self._metrics.of(EVENTS, self._name).inc()

    def dropped(self) -> None:
        """Count an event that nobody took in time."""
        self._dropped += 1
        self._metrics.of(DROPPED, self._name).inc()

    def refused(self, why: str) -> None:
        """Count a frame that cannot be used."""
        self._refused += 1
        self._metrics.of(REFUSED, self._name).inc()
        log.debug("frame_refused", feed=self._name, why=why)

    def reconnected(self) -> None:
        """Count a connection that was lost."""
        self._reconnects += 1
        self._metrics.of(RECONNECTS, self._name).inc()

    def gap(self, why: str) -> None:
        """Count events that are lost for good."""
        self._gaps += 1
        self._metrics.of(GAPS, self._name).inc()
        log.warning("feed_gap", feed=self._name, why=why)

    @property
    def state(self) -> FeedState:
        """The stream at this instant."""
        since = self._clock.monotonic() - _MINUTE_S
        return FeedState(
            name=self._name,
            phase=self._phase,
            since=self._since,
            events=self._events,
            per_minute=sum(count for second, count in self._seconds if second >= since),
            last_at=self._last_at,
            reconnects=self._reconnects,
            dropped=self._dropped,
            refused=self._refused,
            gaps=self._gaps,
            problem=self._problem,
        )
