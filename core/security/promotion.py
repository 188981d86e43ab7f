"""What was paid to show a token on a chart site: advertising, which says nothing of the token."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.addresses import TokenRef
from core.enrichment.finder import Found
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from data.gateway.gateway import Gateway
from data.models.fields import NAME, SYMBOL, Field
from data.models.ids import ProviderId
from data.models.launch import Promotion
from data.models.market import Answer, Capability, Gap, TokenSnapshot
from data.ports import Deadline
from data.providers.base import Ask, Provider

WANTED: frozenset[Field[Any]] = frozenset({SYMBOL, NAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """A token with what each site says was paid for it; `gaps` say why others are silent."""

    found: Found
    snapshot: TokenSnapshot
    told: tuple[tuple[Answer, Promotion], ...]
    gaps: tuple[Gap, ...]


class Promotions:
    """Asks the sites that sell attention."""

    def __init__(
        self, *, enricher: Enricher, gateway: Gateway, providers: Mapping[ProviderId, Provider]
    ) -> None:
        self._enricher = enricher
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def of(self, ref: TokenRef, deadline: Deadline) -> Promoted:
        """Tell what was paid to show a token.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found, snapshot = await self._enricher.snapshot(ref, WANTED, deadline)
        ask = Ask(tokens=(snapshot.token,), chain=snapshot.token.chain)
        calls = calls_for(Capability.PROMOTION, ask, self._providers, by="token")
        results = await asyncio.gather(*(self._gateway.fetch(call, deadline) for call in calls))
        told = [
            (result, record)
            for result in results
            if isinstance(result, Answer)
            for record in result.records
            if isinstance(record, Promotion)
        ]
        return Promoted(
            found=found,
            snapshot=snapshot,
            told=tuple(told),
            gaps=tuple(result for result in results if isinstance(result, Gap)),
        )
