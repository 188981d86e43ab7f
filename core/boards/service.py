"""The boards: what sources list, what is stored, what the majors do; lists are kept so that pages hold."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from core.boards.catalogue import Catalogue
from core.boards.filters import Filters
from core.boards.gather import Gathered, Gatherer
from core.boards.listing import ORDERS, Board, Listing, applied, arranged
from core.boards.rows import Row
from core.charts.pictures import Picture
from core.charts.render import Renderer
from core.charts.spec import Chart
from core.enrichment.service import Enricher
from core.memory import Memory
from core.security.known import MONEY, WELL_KNOWN
from core.streams import Launches
from data.clock import Clock, Deadline
from data.gateway.flight import Flights
from data.gateway.gateway import Gateway
from data.models.fields import PRICE_USD, SYMBOL, Field
from data.models.ids import SOL, Chain, ProviderId, TokenKey
from data.models.market import CandleSeries, Capability, Gap, Timeframe
from data.nursery import Nursery
from data.providers.base import Provider
from data.store.store import Store

MAJORS: tuple[TokenKey, ...] = (
    SOL,
    *(TokenKey(Chain.SOLANA, mint) for name, mint in WELL_KNOWN.items() if name not in MONEY),
)
COMPARED = 6  # lines that an eye tells apart
_LISTS: Mapping[Board, tuple[Capability, ...]] = {
    Board.TOP: (Capability.TRENDING, Capability.NEW_POOLS),
    Board.NEW: (Capability.NEW_POOLS,),
    Board.TRENDING: (Capability.TRENDING,),
}
_FRESH_S = 20.0
_BUDGET_S = 4.0
_KEPT_S = 1200.0
_KEPT_MOST = 300
_MAJORS = "majors"

Asking: TypeAlias = Callable[[Deadline], Coroutine[Any, Any, Gathered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The market in short: the majors, how many tokens rise and fall, and what leads each list."""

    majors: tuple[Row, ...]
    top: Listing
    losers: Listing
    new: Listing
    trending: Listing
    known: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    asked: tuple[ProviderId, ...]
    answered: tuple[ProviderId, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars of several tokens under their tickers; `silent` are those of which nobody has any."""

    series: tuple[tuple[str, CandleSeries], ...]
    silent: tuple[str, ...]
    gaps: tuple[Gap, ...]


class Boards:
    """Makes lists, keeps them for their pages, and draws them."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        enricher: Enricher,
        store: Store,
        renderer: Renderer,
        nursery: Nursery,
        clock: Clock,
        launches: Launches,
    ) -> None:
        self._gatherer = Gatherer(
            gateway=gateway, providers=providers, nursery=nursery, clock=clock, launches=launches
        )
        self.catalogue = Catalogue(store)
        self._enricher = enricher
        self._renderer = renderer
        self._clock = clock
        self._fresh: dict[str, tuple[float, Gathered]] = {}
        self._flights: Flights[Gathered] = Flights(nursery)
        self._kept: Memory[int, tuple[float, Listing]] = Memory(_KEPT_MOST)

    async def listing(self, board: Board, filters: Filters, deadline: Deadline) -> Listing:
        """Make a list, and keep it for its pages.

        Raises:
            StoreUnavailable: it is of what is stored, and the database does not answer.
        """
        if board is Board.COINS:
            rows, complete = await self.catalogue.rows(deadline.at_most(_BUDGET_S))
            stored = Gathered(rows=rows, at=self._clock.now())
            return self._freeze(replace(self._made(board, filters, stored), complete=complete))
        return self._freeze(self._made(board, filters, await self._gathered(board)))

    def kept(self, number: int) -> Listing | None:
        """Find a list again; None where it is no longer kept."""
        found = self._kept.get(number)
        return None if found is None or self._clock.monotonic() - found[0] > _KEPT_S else found[1]

    async def overview(self) -> Overview:
        """Put the market's board together."""
        boards = (Board.TOP, Board.NEW, Board.TRENDING)
        majors, top, new, trending = await asyncio.gather(
            self._majors(), *(self._gathered(board) for board in boards)
        )
        falling = Filters(order=replace(ORDERS[Board.TOP], reverse=True))
        every = (majors, top, new, trending)
        known = {row.token: row for part in every for row in part.rows if row.get(PRICE_USD) is not None}
        return Overview(
            majors=majors.rows,
            top=self._made(Board.TOP, Filters(), top),
            losers=self._made(Board.TOP, falling, top),
            new=self._made(Board.NEW, Filters(), new),
            trending=self._made(Board.TRENDING, Filters(), trending),
            known=tuple(known.values()),
            gaps=tuple(gap for part in every for gap in part.gaps),
            asked=tuple(sorted({source for part in every for source in part.asked})),
            answered=tuple(sorted({source for part in every for source in part.answered})),
            made_at=self._clock.now(),
        )

    async def bars(self, tokens: Sequence[TokenKey], timeframe: Timeframe, deadline: Deadline) -> Bars:
        """Fetch the bars of several tokens, each from its deepest pool."""
        chosen = tuple(dict.fromkeys(tokens))[:COMPARED]
        found = await asyncio.gather(*(self._bars_of(token, timeframe, deadline) for token in chosen))
        return Bars(
            series=tuple(
                (name, series) for name, series, _ in found if series is not None and series.candles
            ),
            silent=tuple(name for name, series, _ in found if series is None or not series.candles),
            gaps=tuple(gap for _, series, gaps in found if series is None for gap in gaps),
        )

    async def draw(self, picture: Picture, deadline: Deadline) -> tuple[Chart | None, str]:
        """Draw a picture; gives it with a hash of its content, or None where it is not there in time."""
        chart = await self._renderer.render(picture, deadline)
        return chart, "" if chart is None else hashlib.sha256(chart.png).hexdigest()[:32]

    async def _bars_of(
        self, token: TokenKey, timeframe: Timeframe, deadline: Deadline
    ) -> tuple[str, CandleSeries | None, tuple[Gap, ...]]:
        wanted: frozenset[Field[Any]] = frozenset({PRICE_USD, SYMBOL})
        async with aclosing(self._enricher.snapshots(token, wanted, deadline)) as snapshots:
            async for each in snapshots:
                snapshot = each
                if snapshot.pools:
                    break
        series, _, gaps = await self._enricher.candles(token, snapshot.pools, timeframe, deadline)
        return snapshot.value(SYMBOL) or token.address[:4], series, gaps

    async def _majors(self) -> Gathered:
        return await self._cached(_MAJORS, lambda until: self._gatherer.priced(MAJORS, until))

    async def _gathered(self, board: Board) -> Gathered:
        return await self._cached(board.value, lambda until: self._gatherer.listed(_LISTS[board], until))

    async def _cached(self, name: str, ask: Asking) -> Gathered:
        """Answer from what was gathered a moment ago; who asks at the same time shares one question."""
        at, kept = self._fresh.get(name, (0.0, None))
        if kept is not None and self._clock.monotonic() - at < _FRESH_S:
            return kept
        # A budget of its own, below any asker's: others may join.
        until = Deadline.after(self._clock, _BUDGET_S)
        gathered = await self._flights.join(name, lambda: ask(until))
        if gathered.rows:
            self._fresh[name] = (self._clock.monotonic(), gathered)
        return gathered

    def _made(self, board: Board, filters: Filters, gathered: Gathered) -> Listing:
        now = self._clock.now()
        used, span, _ = applied(board, filters)
        rows, left_out = arranged(board, gathered.rows, filters, now)
        return Listing(
            number=int(now.timestamp() * 1000), board=board, span=span, filters=used, rows=rows, made_at=now,
            left_out=replace(left_out, quotes=gathered.quotes), gaps=gathered.gaps, asked=gathered.asked,
            answered=gathered.answered,
        )  # fmt: skip

    def _freeze(self, listing: Listing) -> Listing:
        """Keep a list under a number of its own."""
        number = listing.number
        while number in self._kept:
            number += 1
        listing = replace(listing, number=number)
        self._kept.wrote(number, (self._clock.monotonic(), listing))
        return listing
