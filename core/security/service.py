"""The scan of a token: what all sources say, whether it can be sold now, and the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from decimal import ROUND_UP, Decimal
from typing import Any

from core.addresses import TokenRef
from core.enrichment.finder import Found
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from core.security.facts import TokenFacts
from core.security.forensics import Forensics
from core.security.holders import Holders
from core.security.launch import Launch
from core.security.maker import Makers
from core.security.record import Record
from core.security.registry import rules, wanted
from core.security.rehearsals import Rehearsals, Rehearsed
from core.security.rules import launch as launch_rules
from core.security.score import Assessment, assess
from data.gateway.gateway import Gateway
from data.models.fields import CREATOR_TOKENS, DECIMALS, NAME, PRICE_USD, SUPPLY, SYMBOL, Field
from data.models.ids import ProviderId
from data.models.market import Answer, Capability, Gap, GapReason, TokenSnapshot
from data.models.money import divided
from data.models.trading import SwapQuote
from data.nursery import Nursery
from data.ports import Deadline
from data.providers.base import Ask, Provider

WANTED: frozenset[Field[Any]] = wanted() | {SYMBOL, NAME, PRICE_USD, DECIMALS, SUPPLY}
_SOLD_USD = Decimal(50)  # what a small holder sells
# What rests on more than a card asks for.
_READ = frozenset({"transfers", *launch_rules.NAMES})
_SOON = tuple(item for item in rules() if item.name not in _READ)
_AT_FIRST = tuple(item for item in _SOON if item.name != "sell_route")
_SOON_S = 4.8
_KNOWN_S = 4.0  # leaves time for the quote
_TO_JUDGE_S = 0.5  # kept back to judge and to write
_SERIAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A token with what was found of it; before it is `complete` the chain is still being read."""

    found: Found
    facts: TokenFacts
    assessment: Assessment
    complete: bool = True


class Scanner:
    """Asks everything that the rules look at, and has them judge."""

    def __init__(
        self,
        *,
        enricher: Enricher,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        forensics: Forensics,
        makers: Makers,
        holders: Holders,
        rehearsals: Rehearsals,
        nursery: Nursery,
    ) -> None:
        self._enricher = enricher
        self._forensics = forensics
        self._makers = makers
        self._holders = holders
        self._rehearsals = rehearsals
        self._nursery = nursery
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def scan(self, ref: TokenRef, deadline: Deadline, *, fresh: bool = False) -> Scan:
        """Scan a token, and give what is known at the end.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        async with aclosing(self.looks(ref, deadline, fresh=fresh)) as looks:
            async for scan in looks:
                last = scan
        return last

    async def looks(
        self, ref: TokenRef, deadline: Deadline, *, fresh: bool = False
    ) -> AsyncGenerator[Scan, None]:
        """Scan a token: what the sources say soon, and with it what takes longer to read off the chain.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        soon = deadline.at_most(_SOON_S)
        found, snapshot = await self._enricher.snapshot(
            ref, WANTED, soon.at_most(_KNOWN_S), fresh=fresh, complete=True
        )
        known = TokenFacts(snapshot=snapshot)
        left = deadline.at_most(max(0.0, deadline.remaining_s - _TO_JUDGE_S))
        reading = self._nursery.start(self._read(found, known, left), name=f"read {found.token.address}")
        try:
            facts = await self._with_sale(known, soon)
            if not reading.done():
                yield Scan(found=found, facts=facts, assessment=assess(facts, asked=_SOON), complete=False)
            launch, record, (rehearsals, rehearsed_by) = await reading
        finally:
            reading.cancel()
        facts = replace(facts, launch=launch, record=record, rehearsals=rehearsals, rehearsed_by=rehearsed_by)
        yield Scan(found=found, facts=facts, assessment=assess(facts))

    async def _read(
        self, found: Found, facts: TokenFacts, deadline: Deadline
    ) -> tuple[Launch | None, Record | None, Rehearsed]:
        """Read off the chain what no source tells at once."""
        return await asyncio.gather(
            self._launch(facts, deadline),
            self._record(facts, deadline),
            self._rehearsed(found, facts, deadline),
        )

    async def _rehearsed(self, found: Found, facts: TokenFacts, deadline: Deadline) -> Rehearsed:
        """Rehearse transfers of those who hold it."""
        if not facts.on_solana:
            return None, ()
        held = await self._holders.listed(found, facts.snapshot, deadline)
        if held.listed is None:
            return None, ()
        return await self._rehearsals.of(facts.snapshot, held.listed, held.apart or frozenset(), deadline)

    async def _launch(self, facts: TokenFacts, deadline: Deadline) -> Launch | None:
        """Ask who was there first, of a token that is not long past its beginning."""
        return None if facts.established else await self._forensics.of(facts.snapshot, deadline)

    async def _record(self, facts: TokenFacts, deadline: Deadline) -> Record | None:
        """Ask what else its creator made, where somebody says that there is more."""
        made = facts.value(CREATOR_TOKENS)
        if facts.established or made is None or made < _SERIAL:
            return None
        return await self._makers.record(facts.token, deadline)

    async def _with_sale(self, facts: TokenFacts, deadline: Deadline) -> TokenFacts:
        """Ask for a quote of a small sale: a route, none, or nobody could say."""
        amount = sold_amount(facts.snapshot)
        if amount is None:
            return facts
        ask = Ask(tokens=(facts.token,), chain=facts.token.chain, amount=amount)
        for call in calls_for(Capability.QUOTE, ask, self._providers, by="token"):
            result = await self._gateway.fetch(call, deadline)
            quoted = quote_of(result)
            if quoted is not None:
                return replace(
                    facts, sellable=True, sell_impact=quoted.impact_ratio, sell_asked=(call.provider.id,)
                )
            if isinstance(result, Gap) and result.reason is GapReason.NOT_LISTED:
                facts = replace(facts, sellable=False, sell_asked=(*facts.sell_asked, call.provider.id))
        return facts


def sold_amount(snapshot: TokenSnapshot) -> int | None:
    """Tell how many base units a small holder sells; None where price or decimals are unknown."""
    price, places = snapshot.value(PRICE_USD), snapshot.value(DECIMALS)
    if not price or places is None:
        return None
    tokens = divided(_SOLD_USD, price)
    if tokens is None:
        return None
    return max(1, int(tokens.scaleb(places).to_integral_value(ROUND_UP)))


def quote_of(result: Answer | Gap) -> SwapQuote | None:
    """Take the quote out of an answer; an old one says nothing of now."""
    if isinstance(result, Gap) or result.stale:
        return None
    return next((record for record in result.records if isinstance(record, SwapQuote)), None)


def first_look(snapshot: TokenSnapshot) -> Assessment:
    """Judge what a card knows: everything but whether a sale would go through."""
    return assess(TokenFacts(snapshot=snapshot), asked=_AT_FIRST)
