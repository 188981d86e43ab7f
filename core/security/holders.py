"""Who holds a token: the list of the vendor that tells most of it, beside what all say of concentration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.addresses import TokenRef
from core.enrichment.collect import collect
from core.enrichment.finder import Found
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from core.security.forensics import Forensics
from core.security.known import BURNT, POOL_AUTHORITIES, SYSTEM_PROGRAM
from core.security.owners import with_names
from data.gateway.gateway import Gateway
from data.models.fields import (
    CREATOR,
    DEV_RATIO,
    HOLDERS,
    INSIDER_RATIO,
    LARGEST_RATIO,
    LIQUIDITY_USD,
    NAME,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    Field,
)
from data.models.holders import Holder, HolderList
from data.models.ids import Chain, ProviderId
from data.models.launch import ChainAccount
from data.models.market import Answer, Capability, Gap, TokenSnapshot
from data.models.money import divided
from data.nursery import Nursery
from data.ports import Clock, Deadline
from data.providers.base import Ask, Provider

WANTED: frozenset[Field[Any]] = frozenset(
    {
        HOLDERS,
        TOP10_RATIO,
        LARGEST_RATIO,
        DEV_RATIO,
        INSIDER_RATIO,
        SUPPLY,
        SYMBOL,
        NAME,
        CREATOR,
        LIQUIDITY_USD,  # who tells it names the pools
    }
)


_ANSWERED_S = 4.8  # what a person waits for at most
_KNOWN_S = 3.0
_PATIENCE_S = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBy:
    """Who holds a token; `listed` is None where no vendor lists anybody, `gaps` say why those are silent.

    `apart` are owners that are pools, programs or burnt: they hold for nobody. None where nobody could say.
    """

    found: Found
    snapshot: TokenSnapshot
    listed: HolderList | None
    source: ProviderId | None
    gaps: tuple[Gap, ...]
    apart: frozenset[str] | None = None

    def largest(self, most: int) -> Decimal | None:
        """Add up what the largest hold without pools, programs and burnt tokens; None where that is open."""
        if self.listed is None or self.apart is None:
            return None
        held: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in self.listed.holders:
            if each.ratio is None:
                return None
            if each.owner not in self.apart:
                held[each.owner] += each.ratio
        total = sum(sorted(held.values(), reverse=True)[:most], Decimal(0))
        return total if held and total <= 1 else None


class Holders:
    """Asks everyone who lists holders."""

    def __init__(
        self,
        *,
        enricher: Enricher,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        forensics: Forensics,
        nursery: Nursery,
        clock: Clock,
    ) -> None:
        self._enricher = enricher
        self._forensics = forensics
        self._nursery = nursery
        self._clock = clock
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def of(self, ref: TokenRef, deadline: Deadline) -> HeldBy:
        """Tell who holds a token.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        soon = deadline.at_most(_ANSWERED_S)
        found, snapshot = await self._enricher.snapshot(ref, WANTED, soon.at_most(_KNOWN_S), complete=True)
        return await self.listed(found, snapshot, soon)

    async def listed(self, found: Found, snapshot: TokenSnapshot, deadline: Deadline) -> HeldBy:
        """Tell who holds a token of which the rest is known; one source that hangs is not waited for."""
        token = found.token
        calls = calls_for(
            Capability.HOLDERS, Ask(tokens=(token,), chain=token.chain, limit=20), self._providers, by="token"
        )
        asking = collect(
            calls, deadline, gateway=self._gateway, nursery=self._nursery, clock=self._clock,
            patience_s=_PATIENCE_S, enough=1,
        )  # fmt: skip
        async with aclosing(asking) as rounds:
            async for collected in rounds:
                if collected.answers:
                    break
        best = fullest(collected.answers)
        listed: HolderList | None = None if best is None else with_names(best[0], collected.answers)
        apart: frozenset[str] | None = None
        if listed is not None and token.chain is Chain.SOLANA:
            listed = await self._owned(listed, deadline)
            apart = await self._apart(listed, snapshot, deadline)
        return HeldBy(
            found=found, snapshot=snapshot, source=None if best is None else best[1], apart=apart,
            listed=None if listed is None else with_ratios(listed, snapshot.value(SUPPLY)),
            gaps=collected.gaps,
        )  # fmt: skip

    async def _owned(self, listed: HolderList, deadline: Deadline) -> HolderList:
        """Name the wallets behind accounts that stand for their owners, as the node does not tell them."""
        unnamed = [each.account for each in listed.holders if each.account and not _named(each)]
        known = await self._forensics.accounts(unnamed, deadline)
        return listed if not known else with_owners(listed, known)

    async def _apart(
        self, listed: HolderList, snapshot: TokenSnapshot, deadline: Deadline
    ) -> frozenset[str] | None:
        """Tell which owners are no wallets: the pools themselves, and what a program owns."""
        owners = list(dict.fromkeys(each.owner for each in listed.holders if _named(each)))
        known = await self._forensics.accounts(owners, deadline)
        if known is None or len(owners) < len({each.owner for each in listed.holders}):
            return None
        pools = POOL_AUTHORITIES | BURNT | {pool.address for pool in snapshot.pools}
        pools |= {each.owner for each in listed.holders if each.pooled}
        return frozenset(owner for owner in owners if owner in pools or of_program(known.get(owner)))


def of_program(account: ChainAccount | None) -> bool:
    """Tell whether an account belongs to a program; a wallet belongs to the system's, or is not there."""
    return account is not None and account.program not in {None, SYSTEM_PROGRAM}


def with_owners(listed: HolderList, known: Mapping[str, ChainAccount]) -> HolderList:
    """Put the owners of accounts in; one that cannot be read keeps standing for its owner."""
    holders = tuple(
        replace(holder, owner=found.owner)
        if not _named(holder) and (found := known.get(holder.owner)) is not None and found.owner is not None
        else holder
        for holder in listed.holders
    )
    return replace(listed, holders=holders)


def fullest(answers: Iterable[Answer]) -> tuple[HolderList, ProviderId] | None:
    """Choose the list that names most wallets; of equal ones that of who was asked first."""
    lists = [
        (record, answer.source)
        for answer in answers
        for record in answer.records
        if isinstance(record, HolderList) and record.holders
    ]
    return max(lists, key=lambda item: sum(map(_named, item[0].holders)), default=None)


def _named(holder: Holder) -> bool:
    return holder.owner != holder.account


def with_ratios(listed: HolderList, supply: Decimal | None) -> HolderList:
    """Work out the shares that a vendor left out, from the supply that the chain tells."""
    if not supply:
        return listed
    holders = tuple(
        replace(holder, ratio=divided(holder.amount, supply))
        if holder.ratio is None and holder.amount is not None and holder.amount <= supply
        else holder
        for holder in listed.holders
    )
    return replace(listed, holders=holders)
