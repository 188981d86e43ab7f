"""How each vendor is doing: what was seen lately, and one log line for each change."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from data.models.ids import ProviderId

log = structlog.get_logger("gateway")

LOOKED_BACK = 100  # requests that the success rate and the latency are taken over


class ProviderState(StrEnum):
    """Whether a vendor is asked."""

    IDLE = "not asked yet"
    WELL = "well"
    FAILING = "failing"  # the last request failed; it is still asked
    PAUSED = "paused"  # by its own word: too many requests
    DOWN = "down"
    OFF = "switched off"


class KeyState(StrEnum):
    """What became of our key."""

    NONE = "none"
    MISSING = "missing"
    GIVEN = "given"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHealth:
    """One vendor at one instant.

    `success_rate` and `latency_p50_s` are over the last hundred requests; `free` calls of `burst` could
    go now, of the bucket that has the least left; `quota_left` is the vendor's own word. None was
    never seen.
    """

    provider: ProviderId
    state: ProviderState
    key: KeyState
    calls: int = 0
    success_rate: float | None = None
    latency_p50_s: float | None = None
    last_ok_at: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str = ""
    quota_left: int | None = None
    free: int = 0
    burst: int = 0


class Vitals:
    """What one vendor's answers were lately."""

    def __init__(self, provider: ProviderId) -> None:
        self._provider = provider
        self._recent: deque[bool] = deque(maxlen=LOOKED_BACK)
        self._latencies_s: deque[float] = deque(maxlen=LOOKED_BACK)
        self.calls = 0
        self.down_since: datetime | None = None
        self.last_ok_at: datetime | None = None
        self.last_error_at: datetime | None = None
        self.last_error = ""
        self.quota_left: int | None = None

    @property
    def state(self) -> ProviderState:
        if not self._recent:
            return ProviderState.IDLE
        return ProviderState.WELL if self._recent[-1] else ProviderState.FAILING

    @property
    def success_rate(self) -> float | None:
        return sum(self._recent) / len(self._recent) if self._recent else None

    @property
    def latency_p50_s(self) -> float | None:
        return statistics.median(self._latencies_s) if self._latencies_s else None

    def answered(self, at: datetime, elapsed_s: float) -> None:
        """Note a good answer."""
        self.calls += 1
        self._recent.append(True)
        self._latencies_s.append(elapsed_s)
        self.last_ok_at = at

    def failed(self, at: datetime, detail: str) -> None:
        """Note a failure; `detail` is shown to people."""
        self.calls += 1
        self._recent.append(False)
        self.last_error_at = at
        self.last_error = detail

    def turned(self, *, down: bool, at: datetime) -> None:
        """Note whether the vendor is down now; a change is logged, once."""
        if down and self.down_since is None:
            self.down_since = at
            log.warning(
                "provider_down", provider=self._provider, error=self.last_error, last_ok_at=self.last_ok_at
            )
        elif not down and self.down_since is not None:
            down_s = (at - self.down_since).total_seconds()
            self.down_since = None
            log.info("provider_recovered", provider=self._provider, down_s=round(down_s))
