"""Success-rate alarms: a source, or a job, that suddenly finds nothing, or far less than it is used to.

A source that answers "not listed" to everything is well by every other measure: what counts here is whether
it told something. Windows are kept by job, since one job's questions can be wrong while another's are right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Gap, GapReason
from data.ports import Clock

log = structlog.get_logger("alarms")

WINDOW = 50
_ENOUGH = 200  # outcomes before a rate counts as usual
_SIGMAS = 5.0  # so far below its usual rate that chance does not explain it
_RARELY = 0.1  # who finds less than this anyway says nothing by finding nothing
_LONGEST = 2_000  # outcomes that the usual rate remembers
# Our own doing, or our haste: these say nothing of what a source knows.
_OURS = frozenset(
    {
        GapReason.PENDING, GapReason.DEADLINE, GapReason.QUOTA, GapReason.DISABLED, GapReason.KEY_MISSING,
        GapReason.OPEN,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Who finds too little since when; `source` is None for a job as a whole, `usual` None where unknown."""

    job: str
    source: ProviderId | None
    since: datetime
    found: int
    asked: int
    usual: float | None


@dataclass(slots=True)
class _Watch:
    """One source in one job: what became of the last coins, each once, and of those before them."""

    recent: dict[TokenKey, bool] = field(default_factory=dict)
    found: float = 0.0
    asked: float = 0.0
    raised_at: datetime | None = None

    @property
    def usual(self) -> float | None:
        return self.found / self.asked if self.asked >= _ENOUGH else None

    def note(self, token: TokenKey, found: bool) -> None:
        """Take an outcome in; what leaves the window becomes what is usual, unless an alarm stands."""
        self.recent[token] = found
        if len(self.recent) <= WINDOW:
            return
        left = self.recent.pop(next(iter(self.recent)))
        if self.raised_at is None:
            self.found += left
            self.asked += 1
            if self.asked > _LONGEST:
                self.found, self.asked = self.found / 2, self.asked / 2

    @property
    def too_few(self) -> bool:
        if len(self.recent) < WINDOW:
            return False
        usual = self.usual
        found = sum(self.recent.values())
        if usual is None:
            return not found
        spread = math.sqrt(WINDOW * usual * (1 - usual))
        nothing = usual >= _RARELY and not found
        return nothing or found < WINDOW * usual - _SIGMAS * spread

    @property
    def recovered(self) -> bool:
        """Whether it finds again what it is used to, give or take; half a window says so."""
        last = list(self.recent.values())[-(WINDOW // 2) :]
        usual = self.usual
        if usual is None:
            return sum(last) >= len(last) * _RARELY
        spread = math.sqrt(len(last) * usual * (1 - usual))
        return sum(last) >= max(1.0, len(last) * usual - 2 * spread)


class Alarms:
    """Watches what every source tells in every job."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._watches: dict[tuple[str, ProviderId | None], _Watch] = {}

    def heard(self, job: str, token: TokenKey, result: Answer | Gap, *, found: bool | None = None) -> None:
        """Note one answer, or its absence; `found` says whether it told what was asked, if that differs."""
        if isinstance(result, Gap):
            if result.reason not in _OURS:
                self._note(job, result.source, token, found=False)
        elif not result.stale:
            told = bool(result.records) if found is None else found
            self._note(job, result.source, token, found=told)

    def done(self, job: str, token: TokenKey, *, known: bool) -> None:
        """Note one coin of a job: whether any source knew it."""
        self._note(job, None, token, found=known)

    def standing(self) -> tuple[Alarm, ...]:
        """List the alarms that are not over, the oldest first."""
        raised = [
            Alarm(
                job=job, source=source, since=watch.raised_at, found=sum(watch.recent.values()),
                asked=len(watch.recent), usual=watch.usual,
            )
            for (job, source), watch in self._watches.items()
            if watch.raised_at is not None
        ]  # fmt: skip
        return tuple(sorted(raised, key=lambda alarm: (alarm.since, alarm.job, alarm.source or "")))

    def _note(self, job: str, source: ProviderId | None, token: TokenKey, *, found: bool) -> None:
        watch = self._watches.setdefault((job, source), _Watch())
        if token in watch.recent:
            return  # asked again, a source says the same: that is no second witness
        watch.note(token, found)
        if watch.raised_at is None and watch.too_few:
            watch.raised_at = self._clock.now()
            log.error(
                "finds_too_little", job=job, source=source, found=sum(watch.recent.values()), asked=WINDOW,
                usual=watch.usual,
            )  # fmt: skip
        elif watch.raised_at is not None and found and watch.recovered:
            lasted_s = (self._clock.now() - watch.raised_at).total_seconds()
            watch.raised_at = None
            log.info("finds_again", job=job, source=source, lasted_s=round(lasted_s))
