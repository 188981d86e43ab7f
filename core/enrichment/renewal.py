"""A token asked for anew, of every source, while one watches; and what that changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Set
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog

from core.addresses import RefKind, TokenRef
from core.enrichment import resolve
from core.enrichment.collect import Asked, watched
from core.enrichment.finder import Finder, Found
from core.enrichment.knowledge import known, unheard
from core.enrichment.plan import candidates, cover, plan_calls
from core.enrichment.reliability import Reliability
from data.clock import Clock, Deadline
from data.errors import StoreUnavailable, UnknownToken
from data.gateway.gateway import Gateway
from data.models.fields import Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Gap, TokenSnapshot
from data.nursery import Nursery
from data.providers.base import Ask, Call, Provider
from data.store.store import Store

log = structlog.get_logger("renewal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """How far it is: every question as it stands; at the end the snapshot, and the last one from before."""

    found: Found
    asked: tuple[Asked, ...]
    snapshot: TokenSnapshot | None = None
    before: TokenSnapshot | None = None


class Renewal:
    """Asks every source that can tell of a token, whatever is kept."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        finder: Finder,
        store: Store,
        nursery: Nursery,
        clock: Clock,
        reliability: Reliability,
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._trust = {provider.id: provider.trust for provider in providers.values()}
        self._finder = finder
        self._store = store
        self._nursery = nursery
        self._clock = clock
        self._reliability = reliability

    async def of(
        self, ref: TokenRef, wanted: Set[Field[Any]], deadline: Deadline
    ) -> AsyncGenerator[Renewed, None]:
        """Give how far it is after each answer, the last time with the snapshot, which is kept.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found = await self._finder.identify(ref, deadline)
        while True:
            async with aclosing(self._asked(found, wanted, deadline)) as rounds:
                async for step in rounds:
                    yield step
            snapshot = self._resolved(found.token, step.asked)
            if known(snapshot):
                break
            token = await self._finder.of_pool(ref, deadline) if ref.kind is RefKind.ADDRESS else None
            if token is None or token == found.token:
                raise UnknownToken(str(ref), detail=unheard(snapshot))
            found = Found(token, pool=ref.text)
        yield Renewed(
            found=found, asked=step.asked, snapshot=snapshot, before=await self._exchanged(snapshot)
        )

    async def _asked(
        self, found: Found, wanted: Set[Field[Any]], deadline: Deadline
    ) -> AsyncGenerator[Renewed, None]:
        calls = every_source(found.token, wanted, self._providers.values())
        watching = watched(calls, deadline, gateway=self._gateway, nursery=self._nursery, clock=self._clock)
        async with aclosing(watching) as rounds:
            async for asked in rounds:
                yield Renewed(found=found, asked=asked)

    def _resolved(self, token: TokenKey, asked: tuple[Asked, ...]) -> TokenSnapshot:
        results = [each.result for each in asked]
        return resolve.snapshot(
            token,
            [result for result in results if isinstance(result, Answer)],
            [result for result in results if isinstance(result, Gap)],
            trust=self._trust, reliability=self._reliability.of, now=self._clock.now(),
            asked=tuple(dict.fromkeys(each.call.provider.id for each in asked)),
        )  # fmt: skip

    async def _exchanged(self, snapshot: TokenSnapshot) -> TokenSnapshot | None:
        """Keep a snapshot; give the one that was the last before it."""
        try:
            async with self._store.read() as tx:
                before = await tx.snapshots.latest(snapshot.token)
            async with self._store.begin() as tx:
                await tx.snapshots.add(snapshot)
        except StoreUnavailable as error:
            log.warning("snapshot_not_kept", error=str(error))
            return None
        return before


def every_source(token: TokenKey, wanted: Set[Field[Any]], providers: Iterable[Provider]) -> tuple[Call, ...]:
    """Choose the calls of a card, and of each vendor that those leave out the one that tells most."""
    listed = tuple(providers)
    calls = plan_calls(token, wanted, listed)
    ask = Ask(tokens=(token,), chain=token.chain)
    left_out = {provider.id for provider in listed} - {call.provider.id for call in calls}
    more = (
        Call(provider=provider, endpoint=endpoint, ask=ask)
        for provider in listed
        if provider.id in left_out
        for endpoint in cover(wanted, candidates(provider, token))[:1]
    )
    return (*calls, *more)
