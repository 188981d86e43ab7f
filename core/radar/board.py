"""The record of the radar: what the signals of a time came to, type by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core import events
from core.radar.receipts import DECIDES, outcome
from core.signals.score import Standing, standing
from core.signals.spec import Signal, SignalType
from data.clock import Clock
from data.models.signals import GradeRow, SignalRecord
from data.store.store import Store

MOST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One type: how many were seen, and how those stand that are graded."""

    type: SignalType
    told: int
    standing: Standing


class Records:
    """Looks signals and what became of them up."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def board(self, period: timedelta, kind: SignalType | None = None) -> tuple[Line, ...]:
        """Count the signals of the last time, those types first of which most were seen."""
        since = self._clock.now() - period
        async with self._store.read() as tx:
            seen = await tx.signals.between(since, self._clock.now())
            graded = await tx.signals.outcomes(
                int(DECIDES.span.total_seconds()), kind=None if kind is None else kind.value, since=since
            )
        counted = Counter(record.type for record in seen)
        found = [
            Line(
                type=each,
                told=counted[each.value],
                standing=standing(
                    each, [outcome(record, row) for record, row in graded if record.type == each.value]
                ),
            )
            for each in SignalType
            if counted[each.value] and kind in {None, each}
        ]
        return tuple(sorted(found, key=lambda line: -line.told))

    async def latest(
        self, kind: SignalType | None, period: timedelta | None
    ) -> tuple[Sequence[SignalRecord], dict[int, tuple[GradeRow, ...]]]:
        """List the newest signals, with their grades so far."""
        since = None if period is None else self._clock.now() - period
        async with self._store.read() as tx:
            found = await tx.signals.page(kind=None if kind is None else kind.value, since=since, limit=MOST)
            return found, await tx.signals.grades_of([record.id for record in found])

    async def one(self, key: str) -> tuple[SignalRecord, Signal, tuple[GradeRow, ...]] | None:
        """Find a signal by its key or number, with all that was known of it; None where there is none."""
        async with self._store.read() as tx:
            found = await (tx.signals.get(int(key)) if key.isdecimal() else tx.signals.by_key(key))
            if found is None:
                return None
            grades = await tx.signals.grades_of([found.id])
        return found, events.decode(Signal, found.body), grades.get(found.id, ())
