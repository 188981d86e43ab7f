"""Headlines of every source that has any, each once; what is missing is said, with the reason."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.addresses import RefKind, TokenRef, parse_ref
from core.enrichment.plan import calls_for
from core.enrichment.service import Enricher
from data.clock import Clock
from data.errors import UnknownToken
from data.gateway.gateway import Gateway
from data.models.fields import SYMBOL
from data.models.ids import ProviderId
from data.models.market import Answer, Capability, Gap
from data.models.news import NewsItem
from data.ports import Deadline
from data.providers.base import Ask, Provider


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline and the source that lists it."""

    item: NewsItem
    source: ProviderId

    @property
    def key(self) -> str:
        """What makes it one, wherever it is listed: its page."""
        return hashlib.sha256(self.item.url.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Headlines, the newest first; `ticker` is what the sources were asked by, empty for everything.

    With `words` they are those of all headlines that hold the words.
    """

    headlines: tuple[Headline, ...]
    at: datetime
    ticker: str = ""
    words: str = ""
    gaps: tuple[Gap, ...] = ()
    answered: tuple[ProviderId, ...] = ()
    stale: bool = False


class Headlines:
    """Asks the sources that have news, keyless ones too, so that what is missing is told."""

    def __init__(
        self, *, gateway: Gateway, providers: Mapping[ProviderId, Provider], enricher: Enricher, clock: Clock
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._enricher = enricher
        self._clock = clock

    async def about(self, words: str, deadline: Deadline) -> News:
        """Find headlines about a token or a topic; without words, all of them.

        Raises:
            UnknownToken: an address is nobody's, or its ticker is not known.
        """
        words = words.strip()
        ref = parse_ref(words) if words and " " not in words else None
        if ref is None:
            return _holding(await self.latest(deadline), words)
        ticker = await self._ticker(ref, deadline)
        named = await self.latest(deadline, ticker=ticker)
        if named.headlines or not named.answered or ref.kind is not RefKind.TICKER:
            return named
        return _holding(await self.latest(deadline), ref.text)

    async def latest(self, deadline: Deadline, *, ticker: str = "", background: bool = False) -> News:
        """Ask for the newest headlines, of one ticker if it is named."""
        calls = calls_for(Capability.NEWS, Ask(query=ticker), self._providers, by="query")
        results = await asyncio.gather(
            *(self._gateway.fetch(call, deadline, background=background) for call in calls)
        )
        answers = [each for each in results if isinstance(each, Answer)]
        return News(
            headlines=_once(answers),
            at=max((each.at for each in answers), default=self._clock.now()),
            ticker=ticker,
            gaps=tuple(each for each in results if isinstance(each, Gap)),
            answered=tuple(each.source for each in answers),
            stale=any(each.stale for each in answers),
        )

    async def _ticker(self, ref: TokenRef, deadline: Deadline) -> str:
        if ref.kind is RefKind.TICKER:
            return ref.text.upper()
        _, snapshot = await self._enricher.snapshot(ref, frozenset({SYMBOL}), deadline)
        symbol = snapshot.value(SYMBOL)
        if symbol is None:
            raise UnknownToken(ref.text, detail="No source knows its ticker, and headlines go by tickers.")
        return symbol.lstrip("$").upper()


def _once(answers: Sequence[Answer]) -> tuple[Headline, ...]:
    found: dict[str, Headline] = {}
    for answer in answers:
        for record in answer.records:
            if isinstance(record, NewsItem):
                headline = Headline(record, answer.source)
                found.setdefault(headline.key, headline)
    return tuple(sorted(found.values(), key=lambda each: (each.item.at, each.key), reverse=True))


def _holding(news: News, words: str) -> News:
    """Keep the headlines that hold all of the words."""
    wanted = words.casefold().split()
    held = tuple(
        each for each in news.headlines if all(word in each.item.title.casefold() for word in wanted)
    )
    return News(
        headlines=held, at=news.at, words=words, gaps=news.gaps, answered=news.answered, stale=news.stale
    )
