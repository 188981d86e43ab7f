"""The enricher: what is known of a token now, first at once and then in full, and kept for later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Set
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog
from cachetools import LRUCache, TTLCache

from core.addresses import RefKind, TokenRef
from core.enrichment import resolve
from core.enrichment.collect import Collected, collect
from core.enrichment.finder import Finder, Found
from core.enrichment.plan import calls_for, plan_calls
from core.enrichment.policies import CHAIN
from data.clock import Clock, Deadline
from data.errors import StoreUnavailable, UnknownToken
from data.gateway.gateway import Gateway
from data.models.fields import PRICE_USD, SYMBOL, Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import (
    CandleSeries,
    Capability,
    Gap,
    GapReason,
    Pool,
    Timeframe,
    TokenSnapshot,
)
from data.nursery import Nursery
from data.providers.base import Ask, Call, Provider
from data.store.store import Store

log = structlog.get_logger("enricher")

# A person reads the first frame within a second; what is not there by then follows in the second frame.
_PATIENCE_S = 0.9
_ENOUGH = 2
# Nobody waits longer for the last source, least of all for its quota.
_BUDGET_S = 4.0
_KEPT_EVERY = timedelta(seconds=30)
# A token that many ask for is resolved once in so long.
_REPEATED_S = 1.0
_REMEMBERED = 2_000

_Question: TypeAlias = tuple[TokenKey, frozenset[Field[Any]]]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A question that is being answered, for all who ask it meanwhile."""

    deadline: Deadline
    first: asyncio.Future[TokenSnapshot]
    last: asyncio.Task[TokenSnapshot]


class Enricher:
    """Asks all sources and resolves what they say."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        finder: Finder,
        store: Store,
        nursery: Nursery,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._trust = {provider.id: provider.trust for provider in providers.values()}
        self._finder = finder
        self._store = store
        self._nursery = nursery
        self._clock = clock
        self._looks: dict[_Question, _Look] = {}
        self._repeated: TTLCache[_Question, TokenSnapshot] = TTLCache(
            _REMEMBERED, _REPEATED_S, timer=clock.monotonic
        )
        self._kept_at: LRUCache[TokenKey, datetime] = LRUCache(_REMEMBERED)

    async def look(
        self, ref: TokenRef, wanted: Set[Field[Any]], deadline: Deadline, *, fresh: bool = False
    ) -> AsyncGenerator[tuple[Found, TokenSnapshot], None]:
        """Find a token and give its snapshots: the first soon, the last complete.

        An address that no source knows as a token may be a pool's: then its token is looked at.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        found = await self._finder.identify(ref, deadline)
        async with aclosing(self.snapshots(found.token, wanted, deadline, fresh=fresh)) as snapshots:
            async for snapshot in snapshots:
                if known(snapshot):
                    yield found, snapshot
        if known(snapshot):
            return
        if ref.kind is RefKind.ADDRESS:
            token = await self._finder.of_pool(ref, deadline)
            if token is not None and token != found.token:
                async with aclosing(self.snapshots(token, wanted, deadline, fresh=fresh)) as snapshots:
                    async for snapshot in snapshots:
                        yield Found(token, pool=ref.text), snapshot
                return
        if unheard(snapshot) and (CHAIN in snapshot.answered or not denied(snapshot)):
            # It may well exist, and who could tell is silent: a card of gaps, rather than "unknown".
            yield found, snapshot
            return
        raise UnknownToken(str(ref), detail=unheard(snapshot))

    async def snapshot(
        self,
        ref: TokenRef,
        wanted: Set[Field[Any]],
        deadline: Deadline,
        *,
        fresh: bool = False,
        complete: bool = False,
    ) -> tuple[Found, TokenSnapshot]:
        """Find a token and give one snapshot: the first, or where it must be `complete`, the last.

        Raises:
            UnknownToken: no source knows it.
            AmbiguousToken: several tokens carry the name.
        """
        async with aclosing(self.look(ref, wanted, deadline, fresh=fresh)) as looks:
            async for look in looks:
                last = look
                if not complete:
                    break
        return last

    async def snapshots(
        self, token: TokenKey, wanted: Set[Field[Any]], deadline: Deadline, *, fresh: bool = False
    ) -> AsyncGenerator[TokenSnapshot, None]:
        """Give one or two snapshots of a token; the last is kept in the store.

        Who asks what is being answered, or was a moment ago, hears the same.
        """
        question = (token, frozenset(wanted))
        repeated = None if fresh else self._repeated.get(question)
        if repeated is not None:
            yield repeated
            return
        look = None if fresh else self._looks.get(question)
        if look is None or look.deadline.at > deadline.at:
            look = self._begin(question, deadline.at_most(_BUDGET_S), fresh=fresh)
        first = None
        await asyncio.wait({look.first, look.last}, return_when=asyncio.FIRST_COMPLETED)
        if look.first.done():
            first = look.first.result()
            yield first
        last = await asyncio.shield(look.last)
        if last is not first:
            yield last

    def _begin(self, question: _Question, deadline: Deadline, *, fresh: bool) -> _Look:
        first: asyncio.Future[TokenSnapshot] = asyncio.get_running_loop().create_future()
        answering = self._answer(question, deadline, first, fresh=fresh)
        look = _Look(deadline, first, self._nursery.start(answering, name=f"look {question[0].address}"))
        self._looks[question] = look
        look.last.add_done_callback(lambda _: self._ended(question, look))
        return look

    def _ended(self, question: _Question, look: _Look) -> None:
        if self._looks.get(question) is look:
            del self._looks[question]

    async def _answer(
        self, question: _Question, deadline: Deadline, first: asyncio.Future[TokenSnapshot], *, fresh: bool
    ) -> TokenSnapshot:
        token, wanted = question
        calls = plan_calls(token, wanted, self._providers.values(), down=self._gateway.down())
        collecting = collect(
            calls,
            deadline,
            gateway=self._gateway,
            nursery=self._nursery,
            clock=self._clock,
            patience_s=_PATIENCE_S,
            enough=min(_ENOUGH, len(calls)),
            fresh=fresh,
        )
        async with aclosing(collecting) as rounds:
            async for collected in rounds:
                snapshot = self._resolve(token, calls, collected)
                if not first.done():
                    first.set_result(snapshot)
        if collected.unhurried:
            self._repeated[question] = snapshot
        self._keep_later(snapshot, collected)
        return snapshot

    async def candles(
        self,
        token: TokenKey,
        pools: tuple[Pool, ...],
        timeframe: Timeframe,
        deadline: Deadline,
        *,
        limit: int = 200,
        pool: str = "",
    ) -> tuple[CandleSeries | None, Pool | None, tuple[Gap, ...]]:
        """Fetch a token's bars from its deepest pool that a source has bars of."""
        gaps: list[Gap] = []
        ranked = sorted(pools, key=lambda item: item.address != pool) if pool else list(pools)
        for candidate in ranked[:2]:
            ask = Ask(
                tokens=(token,), chain=token.chain, pool=candidate.address, timeframe=timeframe, limit=limit
            )
            for call in calls_for(Capability.CANDLES, ask, self._providers.values(), by="pool"):
                result = await self._gateway.fetch(call, deadline)
                if isinstance(result, Gap):
                    gaps.append(result)
                    continue
                series = next((r for r in result.records if isinstance(r, CandleSeries)), None)
                if series is not None:
                    return series, candidate, tuple(gaps)
        return None, None, tuple(gaps)

    def _resolve(self, token: TokenKey, calls: tuple[Call, ...], collected: Collected) -> TokenSnapshot:
        return resolve.snapshot(
            token, collected.answers, collected.gaps, trust=self._trust, now=self._clock.now(),
            asked=tuple(dict.fromkeys(call.provider.id for call in calls)),
        )  # fmt: skip

    def _keep_later(self, snapshot: TokenSnapshot, collected: Collected) -> None:
        if not known(snapshot) or all(answer.stale for answer in collected.answers):
            return
        kept_at = self._kept_at.get(snapshot.token)
        if kept_at is None or abs(snapshot.at - kept_at) >= _KEPT_EVERY:
            self._kept_at[snapshot.token] = snapshot.at
            self._nursery.start(self._keep(snapshot), name="keep snapshot")

    async def _keep(self, snapshot: TokenSnapshot) -> None:
        try:
            async with self._store.read() as tx:
                last_at = await tx.snapshots.last_at(snapshot.token)
            if last_at is None or abs(snapshot.at - last_at) >= _KEPT_EVERY:
                async with self._store.begin() as tx:
                    await tx.snapshots.add(snapshot)
        except StoreUnavailable as error:
            log.warning("snapshot_not_kept", error=str(error))


def known(snapshot: TokenSnapshot) -> bool:
    """Tell whether any source knows the token at all."""
    return PRICE_USD in snapshot.resolved or SYMBOL in snapshot.resolved or bool(snapshot.pools)


def denied(snapshot: TokenSnapshot) -> bool:
    """Tell whether a source that works does not know the token, or a market has no more than its address."""
    unlisted = any(gap.reason is GapReason.NOT_LISTED for gap in snapshot.gaps)
    return unlisted or any(source != CHAIN for source in snapshot.answered)


def unheard(snapshot: TokenSnapshot) -> str:
    """Word which sources could not be asked, so that "unknown" is read with care."""
    silent = sorted({gap.source for gap in snapshot.gaps if gap.reason.blames_vendor})
    return f"Not answering now: {', '.join(silent)}." if silent else ""
