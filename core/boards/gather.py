"""Ask every source for what it lists, and two of them for the figures that the lists leave open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from core.boards.rows import FIGURES, Named, Row, named, row_of, snapshots, thin
from core.enrichment.collect import Collected, collect
from core.enrichment.plan import calls_for
from core.streams import Launch, Launches
from data.clock import Clock, Deadline
from data.gateway.gateway import Gateway
from data.models.fields import CREATED_AT, NAME, SYMBOL
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, GapReason, TokenReport, facts
from data.nursery import Nursery
from data.providers.base import Ask, Call, Endpoint, Provider

_LISTED = 100  # tokens asked for from each list
_MOST = 90  # rows of a board
_LISTS_S = 2.5
_FIGURES_S = 1.5
_WITNESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The rows of a board before anybody filters, with who was asked and what is missing."""

    rows: tuple[Row, ...]
    at: datetime
    quotes: int = 0
    gaps: tuple[Gap, ...] = ()
    asked: tuple[ProviderId, ...] = ()
    answered: tuple[ProviderId, ...] = ()


class Gatherer:
    """Reads lists of tokens, and prices tokens in batches."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        nursery: Nursery,
        clock: Clock,
        launches: Launches,
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._trust = {provider.id: provider.trust for provider in self._providers}
        self._nursery = nursery
        self._clock = clock
        self._launches = launches

    async def listed(self, capabilities: Sequence[Capability], deadline: Deadline) -> Gathered:
        """Ask every source for its lists; what fails is a gap, and the others fill in."""
        ask = Ask(limit=_LISTED)
        calls = [
            call
            for capability in capabilities
            for call in calls_for(capability, ask, self._providers, by="nothing")
        ]
        lists = await self._collected(calls, deadline.at_most(_LISTS_S))
        if Capability.NEW_POOLS in capabilities:
            told = heard(self._launches.latest(_LISTED), self._clock.now())
            lists = replace(lists, answers=(*lists.answers, *told))
        found = named(lists.answers)
        tokens = found.first(_MOST)
        known = snapshots(tokens, lists.answers, self._trust, self._clock.now())
        lacking = [token for token in tokens if thin(known[token])]
        silent = frozenset(gap.source for gap in lists.gaps if gap.reason.blames_vendor)
        figures = await self._figures(lacking, silent, deadline)
        return self._gathered(tokens, found, lists, figures)

    async def priced(self, tokens: Sequence[TokenKey], deadline: Deadline) -> Gathered:
        """Ask for the figures of tokens, a few calls for all of them."""
        figures = await self._figures(tokens, frozenset(), deadline)
        return self._gathered(tokens, Named(places={}, quotes=0), Collected((), (), True), figures)

    async def _figures(
        self, tokens: Sequence[TokenKey], silent: frozenset[ProviderId], deadline: Deadline
    ) -> Collected:
        """Ask the vendors that can tell, but not those that were silent a moment ago."""
        calls = batches(tokens, self._providers, self._gateway.down() | silent)
        return await self._collected(calls, deadline.at_most(_FIGURES_S))

    async def _collected(self, calls: Sequence[Call], deadline: Deadline) -> Collected:
        if not calls:
            return Collected((), (), True)
        collecting = collect(
            calls, deadline, gateway=self._gateway, nursery=self._nursery, clock=self._clock,
            patience_s=_LISTS_S, enough=len(calls),
        )  # fmt: skip
        async with aclosing(collecting) as rounds:
            async for collected in rounds:
                last = collected
        return last

    def _gathered(
        self, tokens: Sequence[TokenKey], found: Named, lists: Collected, figures: Collected
    ) -> Gathered:
        now = self._clock.now()
        answers = (*lists.answers, *figures.answers)
        resolved = snapshots(tokens, answers, self._trust, now)
        gaps = (*lists.gaps, *figures.gaps)
        return Gathered(
            rows=tuple(
                row_of(resolved[token], tuple(sorted(found.places.get(token, ())))) for token in tokens
            ),
            at=now,
            quotes=found.quotes,
            gaps=tuple(gap for gap in gaps if gap.reason is not GapReason.NOT_LISTED),
            asked=_sources(answers, gaps),
            answered=_sources(answers, ()),
        )


def _sources(answers: Iterable[Answer], gaps: Iterable[Gap]) -> tuple[ProviderId, ...]:
    told = {answer.source for answer in answers} | {gap.source for gap in gaps}
    return tuple(sorted(told))


def heard(launches: Sequence[Launch], now: datetime) -> tuple[Answer, ...]:
    """Read what streams told of launches as lists of new tokens, one a stream, the newest first."""
    by_source: dict[ProviderId, list[TokenReport]] = defaultdict(list)
    for launch in launches:
        began = launch.launched
        if began is None:
            continue
        said = facts(
            (SYMBOL, began.symbol or None), (NAME, began.name or None), (CREATED_AT, launch.launched_at)
        )
        for source in launch.sources:
            by_source[ProviderId(source)].append(TokenReport(token=launch.token, facts=said))
    return tuple(
        Answer(source=source, capability=Capability.NEW_POOLS, records=tuple(reports), at=now)
        for source, reports in by_source.items()
    )


def batches(
    tokens: Sequence[TokenKey], providers: Iterable[Provider], down: frozenset[ProviderId]
) -> tuple[Call, ...]:
    """Choose the calls that price many tokens: of the vendors that tell most at once, the first two.

    All tokens are of one chain.
    """
    if not tokens:
        return ()
    chain = tokens[0].chain
    able = [
        (provider, endpoint)
        for provider in providers
        if provider.id not in down
        for endpoint in provider.endpoints_for(Capability.PRICE, chain)
        if endpoint.batch > 1 and endpoint.by == "token"
    ]
    able.sort(key=lambda each: (-len(each[1].fields & FIGURES), -each[0].trust, each[0].id))
    return tuple(
        Call(provider=provider, endpoint=endpoint, ask=Ask(tokens=part, chain=chain))
        for provider, endpoint in able[:_WITNESSES]
        for part in _parts(tokens, endpoint)
    )


def _parts(tokens: Sequence[TokenKey], endpoint: Endpoint) -> Iterable[tuple[TokenKey, ...]]:
    return (tuple(tokens[at : at + endpoint.batch]) for at in range(0, len(tokens), endpoint.batch))
