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
from core.enrichment.alarms import Alarms
from core.enrichment.collect import Collected, collect
from core.enrichment.continuity import LastPrices
from core.enrichment.finder import Finder, Found
from core.enrichment.knowledge import denied, known, unheard
from core.enrichment.looked import Looked
from core.enrichment.observed import Observed
from core.enrichment.parts import series_of
from core.enrichment.plan import calls_for, plan_calls
from core.enrichment.policies import CHAIN
from core.enrichment.reliability import Reliability
from core.enrichment.turns import in_turn
from data.clock import Clock, Deadline
from data.errors import StoreUnavailable, UnknownToken
from data.gateway.gateway import Gateway
from data.models.fields import Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, CandleSeries, Capability, Gap, Pool, Timeframe, TokenSnapshot
from data.nursery import Nursery
from data.providers.base import Ask, Call, Provider
from data.store.store import Store

log = structlog.get_logger("enricher")

# A person reads the first frame within a second; what is not there by then follows in the second frame.
_PATIENCE_S = 0.9
_ENOUGH = 2
_BUDGET_S = 4.0  # nobody waits longer for the last source, least of all for its quota
_ANSWERED_S = 4.8  # a person hears something by then
_POOL_S = 1.5  # what it takes to look a pool up
_KEPT_EVERY = timedelta(seconds=30)
_JOB = "cards"
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
        reliability: Reliability,
        alarms: Alarms,
    ) -> None:
        self._gateway = gateway
        self._providers = providers
        self._trust = {provider.id: provider.trust for provider in providers.values()}
        self._finder = finder
        self._store = store
        self._nursery = nursery
        self._clock = clock
        self._reliability = reliability
        self._last = LastPrices()
        self._alarms = alarms
        self._looks: dict[_Question, _Look] = {}
        self._repeated: TTLCache[_Question, TokenSnapshot] = TTLCache(
            _REMEMBERED, _REPEATED_S, timer=clock.monotonic
        )
        self._kept_at: LRUCache[TokenKey, datetime] = LRUCache(_REMEMBERED)
        self.looked = Looked(clock)
        self.observed = Observed()
        self.observed.listen(self._last.note)

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
        async with aclosing(self._look_at(found, ref, wanted, deadline, fresh=fresh)) as looks:
            async for look in looks:
                yield look

    async def _look_at(
        self, found: Found, ref: TokenRef, wanted: Set[Field[Any]], deadline: Deadline, *, fresh: bool
    ) -> AsyncGenerator[tuple[Found, TokenSnapshot], None]:
        pooled: TokenKey | None = None
        may_be_a_pool = ref.kind is RefKind.ADDRESS
        soon = deadline.at_most(_ANSWERED_S)
        async with aclosing(self.snapshots(found.token, wanted, deadline, fresh=fresh)) as snapshots:
            async for snapshot in snapshots:
                if known(snapshot):
                    yield found, snapshot
                elif may_be_a_pool and denied(snapshot):
                    # Not after the last source: one that hangs would keep everybody from the pool's token.
                    may_be_a_pool = False
                    if soon.remaining_s >= _POOL_S:
                        pooled = await self._finder.of_pool(ref, soon)
                    if pooled is not None and pooled != found.token:
                        break
        if known(snapshot):
            return
        if pooled is not None and pooled != found.token:
            async with aclosing(self.snapshots(pooled, wanted, deadline, fresh=fresh)) as snapshots:
                async for snapshot in snapshots:
                    yield Found(pooled, pool=ref.text), snapshot
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
        found = await self._finder.identify(ref, deadline)
        repeated = None if fresh else self._repeated.get((found.token, frozenset(wanted)))
        if repeated is not None and known(repeated):
            self.looked.at(found.token, frozenset(wanted))
            return found, repeated
        async with aclosing(self._look_at(found, ref, wanted, deadline, fresh=fresh)) as looks:
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
        self.looked.at(*question)
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

    def retell(self, token: TokenKey, wanted: Set[Field[Any]]) -> None:
        """Tell who listens what is fresh in memory; nobody is asked."""
        calls = plan_calls(token, wanted, self._providers.values(), down=self._gateway.down())
        kept = [self._gateway.at_hand(call) for call in calls if self._gateway.fresh_s(call)]
        answers = tuple(each for each in kept if isinstance(each, Answer))
        self.observed.tell(self._resolve(token, calls, Collected(answers, (), complete=True)))

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
            self._reliability.learn(snapshot)
            self.observed.tell(snapshot)
        for result in collected.results:
            self._alarms.heard(_JOB, token, result)
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
            results = await in_turn(
                calls_for(Capability.CANDLES, ask, self._providers.values(), by="pool"), deadline,
                gateway=self._gateway, nursery=self._nursery,
                enough=lambda result: series_of(result) is not None,
            )  # fmt: skip
            gaps += [result for result in results if isinstance(result, Gap)]
            series = next((found for result in results if (found := series_of(result)) is not None), None)
            if series is not None:
                return series, candidate, tuple(gaps)
        return None, None, tuple(gaps)

    def _resolve(self, token: TokenKey, calls: tuple[Call, ...], collected: Collected) -> TokenSnapshot:
        return resolve.snapshot(
            token, collected.answers, collected.gaps, trust=self._trust,
            reliability=self._reliability.of, last=self._last.of(token, self._clock.now()),
            now=self._clock.now(),
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
