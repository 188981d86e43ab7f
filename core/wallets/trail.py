"""Reads on in a wallet's history from where it was left: what the chain lists, not what a stream told.

A stream may lose, repeat or shuffle; the chain's own list does not. A part that was read is looked over once
more, for a node may list what it confirmed late behind what it listed before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.enrichment.plan import calls_for
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.following import Reading
from data.models.ids import ProviderId
from data.models.launch import SignaturePage, Signed, Transaction
from data.models.market import Answer, Capability, Gap, GapReason
from data.ports import Deadline
from data.providers.base import Ask, By, Provider

PAGE = 1_000
_FIRST = 100
_PAGES = 4
OPENED = 40  # transactions at a time: the others come with the next reading
OVERLAP = 150  # slots, a minute
_GIVE_UP = timedelta(minutes=10)  # on a transaction that no node shows
_LIST_S, _OPEN_S = 8.0, 20.0
_ABSENT = frozenset({GapReason.NOT_LISTED, GapReason.BAD_PAYLOAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What was read: transactions, oldest first, and how far the wallet is read with them.

    `settled` are the transactions that need not be opened again, by slot; `more` says that some wait.
    """

    reading: Reading
    transactions: tuple[Transaction, ...]
    settled: Mapping[str, int]
    more: bool = False


class Trails:
    """Asks nodes, in the background: people's questions go first."""

    def __init__(self, *, gateway: Gateway, providers: Mapping[ProviderId, Provider], clock: Clock) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._clock = clock

    async def on(self, reading: Reading, settled: Mapping[str, int]) -> Trail | None:
        """Read on; `settled` are transactions that were opened before. None where no node answers."""
        listed = await self._listed(reading)
        if listed is None:
            return None
        rows, whole = listed
        unread = [row for row in rows if not row.failed and row.signature not in settled]
        chosen = unread[:OPENED]
        deadline = Deadline.after(self._clock, _OPEN_S)
        results = await asyncio.gather(*(self._open(row, deadline) for row in chosen))
        opened = {each.signature: each for each in results if isinstance(each, Transaction)}
        absent = {row.signature for row, each in zip(chosen, results, strict=True) if each in _ABSENT}
        return followed_up(reading, rows, opened, settled, absent, now=self._clock.now(), whole=whole)

    async def busy(self, address: str) -> bool | None:
        """Tell whether an address has more than a thousand transactions, as a service has; None unknown."""
        page = await self._page(Ask(accounts=(address,), limit=PAGE))
        return None if page is None else not page.begins

    async def _listed(self, reading: Reading) -> tuple[tuple[Signed, ...], bool] | None:
        """List what happened since it was read, oldest first, and tell whether that is all of it."""
        rows: list[Signed] = []
        before, limit = "", _FIRST
        for _ in range(_PAGES):
            asked = Ask(accounts=(reading.wallet,), query=before, limit=limit)
            page = await self._page(asked)
            if page is None:
                return None
            rows += [row for row in page.rows if is_new(reading, row)]
            if page.begins or not is_new(reading, page.rows[-1]):
                return tuple(reversed(rows)), True
            before, limit = page.rows[-1].signature, PAGE
        return tuple(reversed(rows)), False

    async def _page(self, asked: Ask) -> SignaturePage | None:
        result = await self._ask(
            Capability.SIGNATURES, asked, Deadline.after(self._clock, _LIST_S), by="accounts"
        )
        if not isinstance(result, Answer):
            return None
        return next((each for each in result.records if isinstance(each, SignaturePage)), None)

    async def _open(self, row: Signed, deadline: Deadline) -> Transaction | GapReason | None:
        """Open a transaction, or tell why it cannot be."""
        result = await self._ask(Capability.TRANSACTION, Ask(query=row.signature), deadline, by="query")
        if not isinstance(result, Answer):
            return None if result is None else result.reason
        found = (each for each in result.records if isinstance(each, Transaction))
        # Asked for by its name; what another name stands on is not it.
        return next((each for each in found if each.signature == row.signature), GapReason.NOT_LISTED)

    async def _ask(self, what: Capability, asked: Ask, deadline: Deadline, *, by: By) -> Answer | Gap | None:
        """Ask the nodes in turn until one answers anew."""
        result: Answer | Gap | None = None
        for call in calls_for(what, asked, self._providers, by=by):
            result = await self._gateway.fetch(call, deadline, fresh=True, background=True, keep=False)
            if isinstance(result, Answer) and not result.stale:
                return result
        return result if isinstance(result, Gap) else None


def is_new(reading: Reading, row: Signed) -> bool:
    """Tell whether a row is of what has to be looked at."""
    if reading.slot is not None:
        return row.slot > reading.slot - OVERLAP and (row.at is None or row.at >= reading.since)
    return row.at is None or row.at >= reading.since


def followed_up(
    reading: Reading,
    rows: Sequence[Signed],
    opened: Mapping[str, Transaction],
    settled: Mapping[str, int],
    absent: Set[str],
    *,
    now: datetime,
    whole: bool,
) -> Trail:
    """Tell how far a wallet is read: up to the first transaction that is still to be opened. Pure.

    What nodes list and do not show, `absent`, is given up after ten minutes and counted; so is a list that is
    too long. What could not be asked for waits, however long.
    """
    known, lost, waiting = dict(settled), 0 if whole else 1, []
    for row in rows:
        if row.failed or row.signature in known:
            continue
        if row.signature in opened:
            known[row.signature] = row.slot
        elif row.signature in absent and row.at is not None and now - row.at > _GIVE_UP:
            known[row.signature] = row.slot
            lost += 1
        else:
            waiting.append(row.slot)
    reach = min(waiting) - 1 if waiting else max((row.slot for row in rows), default=reading.slot)
    slot = reading.slot if reach is None else max(reach, reading.slot if reading.slot is not None else reach)
    kept = {name: at for name, at in known.items() if slot is None or at > slot - OVERLAP}
    found = sorted(opened.values(), key=lambda each: each.slot)
    return Trail(
        reading=replace(reading, slot=slot, gaps=reading.gaps + lost),
        transactions=tuple(found),
        settled=kept,
        more=bool(waiting),
    )
