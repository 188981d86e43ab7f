"""Who made a token: the wallet, its age and first SOL, what it holds, and what became of its other tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.addresses import TokenRef
from core.enrichment.finder import Found
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from core.security import forensics
from core.security.forensics import Forensics
from core.security.launch import Launch
from core.security.listing import Listing
from core.security.record import Record, Sibling, fate
from data.gateway.gateway import Gateway
from data.models.fields import CREATOR as CREATOR_FIELD
from data.models.fields import (
    CREATOR_TOKENS,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    GRADUATED,
    LAUNCHPAD,
    MINT_AUTHORITY,
    RUGGED,
    Field,
)
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.launch import ChainAccount, CreatorTokens, Origin
from data.models.market import Answer, Capability, TokenSnapshot
from data.ports import Deadline
from data.providers.base import Ask, Provider

WANTED: frozenset[Field[Any]] = forensics.WANTED | frozenset[Field[Any]](
    {CREATOR_TOKENS, DEV_RATIO, FREEZE_AUTHORITY, GRADUATED, LAUNCHPAD, MINT_AUTHORITY, RUGGED}
)
_CHECKED = 60
_EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A token's creator; `told_by` None: the chain itself, by the transaction that made it.

    `held` is in base units; None is unknown, as is every other None.
    """

    found: Found
    snapshot: TokenSnapshot
    wallet: str | None
    told_by: tuple[ProviderId, ...]
    launch: Launch | None
    origin: Origin | None
    held: int | None
    supply: int | None
    record: Record


class Makers:
    """Asks the chain and the vendors about creators."""

    def __init__(
        self,
        *,
        enricher: Enricher,
        forensics: Forensics,
        listing: Listing,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
    ) -> None:
        self._enricher = enricher
        self._forensics = forensics
        self._listing = listing
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def of(self, ref: TokenRef, deadline: Deadline) -> Maker:
        """Tell who made a token.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found, snapshot = await self._enricher.snapshot(ref, WANTED, deadline, complete=True)
        launch, record = await asyncio.gather(
            self._forensics.of(snapshot, deadline), self.record(snapshot.token, deadline)
        )
        named = snapshot.get(CREATOR_FIELD)
        made = None if launch is None else launch.creation
        wallet = made.creator if made is not None else None if named is None else named.value
        sources: tuple[ProviderId, ...] = ()
        if made is None and named is not None:
            sources = tuple(seen.source for seen in named.sources)
        on_solana = wallet is not None and snapshot.token.chain is Chain.SOLANA
        origin, held = await asyncio.gather(
            self._forensics.origin(wallet or "", deadline) if on_solana else _nothing(),
            self.held(wallet or "", snapshot.token, deadline) if on_solana else _nothing(),
        )
        return Maker(
            found=found, snapshot=snapshot, wallet=wallet, told_by=sources, launch=launch, origin=origin,
            held=held, supply=forensics.supply_of(snapshot), record=record,
        )  # fmt: skip

    async def held(self, wallet: str, token: TokenKey, deadline: Deadline) -> int | None:
        """Tell what a wallet holds of a token in all its accounts, in base units; None where nobody says."""
        asked = Ask(tokens=(token,), accounts=(wallet,))
        result = await self._forensics.ask(Capability.OWNED, asked, deadline, by="accounts")
        if not isinstance(result, Answer):
            return None
        own = (each for each in result.records if isinstance(each, ChainAccount))
        return sum(each.amount or 0 for each in own if each.mint == token.address)

    async def record(self, token: TokenKey, deadline: Deadline) -> Record:
        """Tell what else the creator of a token made, and what became of it."""
        asked = Ask(tokens=(token,), chain=token.chain)
        for call in calls_for(Capability.CREATED, asked, self._providers, by="token"):
            result = await self._gateway.fetch(call, deadline)
            if isinstance(result, Answer):
                made = next((each for each in result.records if isinstance(each, CreatorTokens)), None)
                if made is not None:
                    return await self._judged(made, token.chain, result.source, deadline)
        return Record()

    async def _judged(
        self, made: CreatorTokens, chain: Chain, source: ProviderId, deadline: Deadline
    ) -> Record:
        newest = sorted(made.tokens, key=lambda each: each.created_at or _EARLIEST, reverse=True)[:_CHECKED]
        listed = await self._listing.of([TokenKey(chain, each.mint) for each in newest], deadline)
        siblings: Sequence[Sibling] = [
            Sibling(listed=known, created_at=each.created_at, fate=fate(known))
            for each in newest
            if (known := listed.get(TokenKey(chain, each.mint))) is not None
        ]
        return Record(siblings=tuple(siblings), total=len(made.tokens), listed_by=source)


async def _nothing() -> None:
    return None
