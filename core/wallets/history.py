"""Reads what a wallet did off the chain: from an index in one answer, or else transaction by transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.enrichment.plan import calls_for
from core.security.forensics import Forensics
from data.gateway.gateway import Gateway
from data.models.ids import ProviderId
from data.models.launch import SignaturePage, Transaction
from data.models.market import Answer, Capability, Gap
from data.ports import Deadline
from data.providers.base import Ask, Provider

PAGE = 1_000
OPENED = 40  # what a public node lets through within the time of an answer
_INDEXED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was read of a wallet's past, newest first; `since` is where it was to begin.

    `listed` counts what is known to have happened since then, `unread` what of it could not be opened or was
    too much. `whole`: all of it was read. `began` is the wallet's first transaction, where it was seen.
    """

    since: datetime
    transactions: tuple[Transaction, ...] = ()
    listed: int = 0
    failed: int = 0
    unread: int = 0
    whole: bool = False
    began: datetime | None = None
    source: ProviderId | None = None
    at: datetime | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def start(self) -> datetime:
        """From when on all is known: where it was to begin, or the oldest of what was read without a gap."""
        told = [each.at for each in self.transactions if each.at is not None]
        return self.since if self.whole or not told else max(self.since, min(told))


class Histories:
    """Asks for what wallets did."""

    def __init__(
        self, *, gateway: Gateway, providers: Mapping[ProviderId, Provider], forensics: Forensics
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._forensics = forensics

    async def of(self, wallet: str, since: datetime, deadline: Deadline) -> History:
        """Read what a wallet did since a moment, as far as the deadline allows."""
        gaps: list[Gap] = []
        asked = Ask(accounts=(wallet,), since=int(since.timestamp()), limit=_INDEXED)
        for call in calls_for(Capability.WALLET_TRADES, asked, self._providers, by="accounts"):
            result = await self._gateway.fetch(call, deadline.at_most(deadline.remaining_s / 2))
            if isinstance(result, Answer):
                return _indexed(result, since, tuple(gaps))
            gaps.append(result)
        return await self._opened(wallet, since, deadline, gaps)

    async def _opened(self, wallet: str, since: datetime, deadline: Deadline, gaps: list[Gap]) -> History:
        asked = Ask(accounts=(wallet,), limit=PAGE)
        result = await self._forensics.ask(Capability.SIGNATURES, asked, deadline, by="accounts")
        page = _page(result)
        if not isinstance(result, Answer) or page is None:
            return History(since=since, gaps=(*gaps, *([result] if isinstance(result, Gap) else [])))
        recent = [row for row in page.rows if row.at is None or row.at >= since]
        good = [row for row in recent if not row.failed]
        results = await asyncio.gather(
            *(
                self._forensics.ask(Capability.TRANSACTION, Ask(query=row.signature), deadline, by="query")
                for row in good[:OPENED]
            )
        )
        read = [
            record
            for each in results
            if isinstance(each, Answer)
            for record in each.records
            if isinstance(record, Transaction)
        ]
        reaches = page.begins or len(recent) < len(page.rows)
        missed = [each for each in results if isinstance(each, Gap)]
        return History(
            since=since, transactions=tuple(read), listed=len(recent), failed=len(recent) - len(good),
            unread=len(good) - len(read), whole=reaches and len(read) == len(good),
            began=page.rows[-1].at if page.begins and page.rows else None,
            source=result.source, at=result.at, gaps=(*gaps, *missed[:1]),
        )  # fmt: skip


def _indexed(result: Answer, since: datetime, gaps: tuple[Gap, ...]) -> History:
    read = tuple(each for each in result.records if isinstance(each, Transaction))
    return History(
        since=since, transactions=read, listed=len(read), whole=len(read) < _INDEXED, source=result.source,
        at=result.at, gaps=gaps,
    )  # fmt: skip


def _page(result: Answer | Gap | None) -> SignaturePage | None:
    if not isinstance(result, Answer):
        return None
    return next((each for each in result.records if isinstance(each, SignaturePage)), None)
