"""Reads how a token began off the chain, within a deadline and a bounded number of questions.

A history is paged back to its start, its first transactions are opened one by one, so that each is kept under
its own name, what the first buyers hold now is asked in one question, and last whence their SOL came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from core.addresses import TokenRef
from core.enrichment.finder import Found
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from core.security import launch as reading
from core.security import purchases
from core.security.known import POOL_AUTHORITIES
from core.security.launch import Buyer, Launch
from data.gateway.gateway import Gateway
from data.models.fields import (
    CREATED_AT,
    CREATOR,
    DECIMALS,
    HOLDERS,
    INSIDER_RATIO,
    LIQUIDITY_USD,
    NAME,
    SUPPLY,
    SYMBOL,
    Field,
)
from data.models.ids import Chain, ProviderId
from data.models.launch import ChainAccount, Origin, SignaturePage, Signed, Transaction
from data.models.market import Answer, Capability, Gap, GapReason, TokenSnapshot
from data.models.money import EXACT
from data.ports import Deadline
from data.providers.base import Ask, By, Provider

R = TypeVar("R", SignaturePage, Transaction)

WANTED: frozenset[Field[Any]] = frozenset(
    {SYMBOL, NAME, SUPPLY, DECIMALS, CREATOR, CREATED_AT, HOLDERS, LIQUIDITY_USD, INSIDER_RATIO}
)
PAGE = 1_000
PAGES = 10  # of one history: 10,000 transactions
_READ = 36  # first transactions that are opened
_TRACED = 12  # wallets whose first SOL is looked for
_ACCOUNTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A token with how it began; `launch` None where only another chain would tell."""

    found: Found
    snapshot: TokenSnapshot
    launch: Launch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """The oldest rows of a history, oldest first, as far as it was paged back."""

    reached: bool
    looked: int
    rows: tuple[Signed, ...]
    answer: Answer | None
    gap: Gap | None


class Forensics:
    """Asks the chain who was there first."""

    def __init__(
        self, *, enricher: Enricher, gateway: Gateway, providers: Mapping[ProviderId, Provider]
    ) -> None:
        self._enricher = enricher
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def look(self, ref: TokenRef, deadline: Deadline) -> Launched:
        """Find a token and tell how it began.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found, snapshot = await self._enricher.snapshot(ref, WANTED, deadline, complete=True)
        return Launched(found=found, snapshot=snapshot, launch=await self.of(snapshot, deadline))

    async def of(self, snapshot: TokenSnapshot, deadline: Deadline) -> Launch | None:
        """Tell how a token began; None on other chains than Solana."""
        if snapshot.token.chain is not Chain.SOLANA:
            return None
        looked = 0
        for address in histories(snapshot):
            past = await self._past(address, deadline)
            looked = max(looked, past.looked)
            if past.reached:
                return await self._opened(snapshot, past, deadline)
        why = "no node answers" if past.answer is None else ""
        if past.gap is not None:
            why = past.gap.reason.value
        source = None if past.answer is None else past.answer.source
        return Launch(reached=False, looked=looked, detail=why, source=source)

    async def origin(self, wallet: str, deadline: Deadline) -> Origin | None:
        """Tell where a wallet comes from; None where nobody says. Of a long history only an age at least."""
        result = await self.ask(
            Capability.SIGNATURES, Ask(accounts=(wallet,), limit=PAGE), deadline, by="accounts"
        )
        page = _first(result, SignaturePage)
        if page is None or not page.rows:
            return None
        oldest = page.rows[-1]
        if not page.begins:
            return Origin(wallet=wallet, first_at=oldest.at, first_slot=None, funder=None)
        told = await self.ask(Capability.TRANSACTION, Ask(query=oldest.signature), deadline, by="query")
        first = _first(told, Transaction)
        if first is None:
            return Origin(wallet=wallet, first_at=oldest.at, first_slot=oldest.slot, funder=None)
        return purchases.origin_of(wallet, first)

    async def ask(
        self, capability: Capability, asked: Ask, deadline: Deadline, *, by: By
    ) -> Answer | Gap | None:
        """Ask the nodes, the most trusted first, until one answers; None where there is none to ask."""
        result: Answer | Gap | None = None
        for call in calls_for(capability, asked, self._providers, by=by):
            result = await self._gateway.fetch(call, deadline)
            if isinstance(result, Answer) or result.reason is GapReason.NOT_LISTED:
                return result
        return result

    async def accounts(self, addresses: Sequence[str], deadline: Deadline) -> dict[str, ChainAccount] | None:
        """Tell what stands at up to a hundred addresses; None where nobody says."""
        if not addresses:
            return {}
        asked = Ask(accounts=tuple(addresses[:_ACCOUNTS]))
        result = await self.ask(Capability.ACCOUNTS, asked, deadline, by="accounts")
        if not isinstance(result, Answer):
            return None
        return {each.address: each for each in result.records if isinstance(each, ChainAccount)}

    async def _past(self, address: str, deadline: Deadline) -> _Past:
        rows: tuple[Signed, ...] = ()
        looked, before, answer = 0, "", None
        for _ in range(PAGES):
            asked = Ask(accounts=(address,), query=before, limit=PAGE)
            result = await self.ask(Capability.SIGNATURES, asked, deadline, by="accounts")
            page = _first(result, SignaturePage)
            if not isinstance(result, Answer) or page is None:
                gap = result if isinstance(result, Gap) else None
                return _Past(reached=False, looked=looked, rows=rows, answer=answer, gap=gap)
            answer = result
            looked += len(page.rows)
            rows = (*reversed(page.rows), *rows[:_READ])
            if page.begins:
                return _Past(reached=bool(looked), looked=looked, rows=rows, answer=answer, gap=None)
            before = page.rows[-1].signature
        return _Past(reached=False, looked=looked, rows=rows, answer=answer, gap=None)

    async def _opened(self, snapshot: TokenSnapshot, past: _Past, deadline: Deadline) -> Launch:
        mint = snapshot.token.address
        chosen = [row.signature for row in past.rows if not row.failed][:_READ]
        results = await asyncio.gather(
            *(
                self.ask(Capability.TRANSACTION, Ask(query=signature), deadline, by="query")
                for signature in chosen
            )
        )
        opened = [first for result in results if (first := _first(result, Transaction)) is not None]
        base = Launch(
            reached=True, looked=past.looked, read=len(opened), unread=len(chosen) - len(opened),
            supply=supply_of(snapshot),
            source=None if past.answer is None else past.answer.source,
            at=None if past.answer is None else past.answer.at,
            venues=POOL_AUTHORITIES | {pool.address for pool in snapshot.pools},
        )  # fmt: skip
        launch = reading.told(base, opened, mint, held=None, origins={})
        if launch.creation is None:  # a node may keep no older history, or not show the very first
            gap = next((result.reason.value for result in results if isinstance(result, Gap)), "")
            detail = gap or "the transaction that made it is not to be had"
            return Launch(reached=False, looked=past.looked, source=base.source, at=base.at, detail=detail)
        accounts = [account for buyer in launch.buyers for account in buyer.accounts]
        held, origins = await asyncio.gather(
            self._held(accounts, mint, deadline), self._origins(launch, deadline)
        )
        return reading.told(base, opened, mint, held=held, origins=origins)

    async def _held(self, accounts: Sequence[str], mint: str, deadline: Deadline) -> dict[str, int] | None:
        known = await self.accounts(accounts, deadline)
        if known is None:
            return None
        return {address: (each.amount or 0) if each.mint == mint else 0 for address, each in known.items()}

    async def _origins(self, launch: Launch, deadline: Deadline) -> dict[str, Origin]:
        traced = to_trace(launch.buyers)
        found = await asyncio.gather(*(self.origin(buyer.wallet, deadline) for buyer in traced))
        return {origin.wallet: origin for origin in found if origin is not None}


def supply_of(snapshot: TokenSnapshot) -> int | None:
    """Tell the supply in base units; None where it is unknown."""
    supply, places = snapshot.value(SUPPLY), snapshot.value(DECIMALS)
    return None if supply is None or places is None else int(EXACT.scaleb(supply, places))


def histories(snapshot: TokenSnapshot) -> tuple[str, ...]:
    """Name the addresses whose history holds the beginning, the shortest first: the curve's, then the mint's.

    Whoever buys for the first time opens an account of the mint, so that its history names every first buyer.
    """
    curves = sorted(
        (pool for pool in snapshot.pools if pool.liquidity_usd is None and pool.created_at is not None),
        key=lambda pool: (pool.created_at, pool.address),
    )
    return (*(pool.address for pool in curves[:1]), snapshot.token.address)


def to_trace(early: Iterable[Buyer]) -> tuple[Buyer, ...]:
    """Choose whose first SOL is looked for: of the first seconds before later ones, then the largest."""
    ranked = sorted(early, key=lambda buyer: (not buyer.is_creator, not buyer.at_once, -buyer.bought))
    return tuple(ranked[:_TRACED])


def _first(result: Answer | Gap | None, kind: type[R]) -> R | None:
    if not isinstance(result, Answer):
        return None
    return next((record for record in result.records if isinstance(record, kind)), None)
