"""What the radar's signals came to, counted: chances by type and strength, and which types go quiet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.radar.grade import Horizon
from core.signals.score import Chance, Outcome, Standing, band_of, chances, standing, tallied
from core.signals.spec import SignalType
from data.models.signals import GradeRow, SignalRecord
from data.ports import Clock
from data.store.store import Store

DECIDES = Horizon.H4
COUNTED = timedelta(days=90)
_TYPES = frozenset(map(str, SignalType))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """One type's standing, and the chance of each band of strength."""

    standing: Standing
    chances: tuple[Chance | None, ...]


def outcome(record: SignalRecord, row: GradeRow) -> Outcome:
    """Take what a graded signal came to."""
    net = None if row.net_ratio is None else float(row.net_ratio)
    return Outcome(strength=record.strength, hit=row.hit, net_ratio=net)


def tallied_by_type(graded: Iterable[tuple[SignalRecord, GradeRow]]) -> dict[SignalType, Tallied]:
    """Count graded signals by their types; a type that is no more is left out."""
    found: defaultdict[SignalType, list[Outcome]] = defaultdict(list)
    for record, row in graded:
        if record.type in _TYPES:
            found[SignalType(record.type)].append(outcome(record, row))
    return {
        kind: Tallied(standing=standing(kind, outcomes), chances=chances(tallied(outcomes)))
        for kind, outcomes in found.items()
    }


class Receipts:
    """The standing of every type, as of the last time it was counted."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._by_type: Mapping[SignalType, Tallied] = {}

    async def count(self) -> None:
        """Count anew what is graded.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.read() as tx:
            since = self._clock.now() - COUNTED
            graded = await tx.signals.outcomes(int(DECIDES.span.total_seconds()), since=since)
        self._by_type = tallied_by_type(graded)

    def chance(self, kind: SignalType, strength: float) -> Chance | None:
        """Tell the chance of a signal of a type and strength; None where none was ever graded."""
        found = self._by_type.get(kind)
        return None if found is None else found.chances[band_of(strength)]

    def standing(self, kind: SignalType) -> Standing:
        """Tell how a type has done."""
        found = self._by_type.get(kind)
        return standing(kind, ()) if found is None else found.standing
