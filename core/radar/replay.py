"""The radar's work done again over its journal: it must come to the same signals. Pure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.radar import facts
from core.radar.engine import signal_of
from core.radar.facts import Entry
from core.radar.judge import Judge
from core.signals.preconditions import COOLDOWN
from core.signals.spec import Cfg, Signal
from data.models.signals import JournalRow, SignalRecord
from data.store.store import Store

_PAGE = 2_000
WINDOW = timedelta(hours=26)  # windows hold a little less


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a replay came to, beside what was recorded: by key, those that only one of both has, or unlike."""

    facts: int
    same: int
    lost: tuple[str, ...]
    made_up: tuple[str, ...]
    unlike: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether both came to the same."""
        return not (self.lost or self.made_up or self.unlike)


def compare(entries: int, again: Iterable[Signal], recorded: Iterable[SignalRecord]) -> Comparison:
    """Hold what a replay saw against what was recorded."""
    found = {signal.key: signal for signal in again}
    kept = {record.key: record for record in recorded}
    both = [key for key in kept if key in found]
    unlike = tuple(key for key in both if signal_of(kept[key]) != found[key])
    return Comparison(
        facts=entries,
        same=len(both) - len(unlike),
        lost=tuple(key for key in kept if key not in found),
        made_up=tuple(key for key in found if key not in kept),
        unlike=unlike,
    )


async def replay(store: Store, cfg: Cfg, since: datetime, until: datetime) -> Comparison:
    """Do the radar's work of a time again; facts from before it are heard, and not compared.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    async with store.read() as tx:
        begun = await tx.journal.first_at() or since
        told = await tx.signals.between(begun - COOLDOWN, begun)
    judge = Judge(cfg, map(signal_of, told))
    again: list[Signal] = []
    count = 0
    async for row in _journal(store):
        if row.at > until:
            break
        count += 1
        found = judge.hear(Entry(token=row.token, fact=facts.read(row.body)))
        again += [signal for signal in found if signal.at >= since]
    async with store.read() as tx:
        recorded = await tx.signals.between(since, until)
    return compare(count, again, recorded)


async def whole_from(store: Store) -> tuple[datetime, bool] | None:
    """Tell from when on a replay should agree, and whether it is bound to; None of an empty journal.

    It is bound to from the first start of the radar that the journal still has. Where none is left, windows
    are whole a day after its first fact, but for what they hold of older times.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    first: datetime | None = None
    async for row in _journal(store):
        first = first or row.at
        if row.kind == "began":
            return row.at, True
    return None if first is None else (first + WINDOW, False)


async def _journal(store: Store) -> AsyncIterator[JournalRow]:
    last = 0
    while True:
        async with store.read() as tx:
            rows = await tx.journal.after(last, _PAGE)
        if not rows:
            return
        for row in rows:
            yield row
        last = rows[-1].id
