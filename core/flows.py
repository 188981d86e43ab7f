"""Who buys and who sells: the last trades of a token's deepest pool, in bars."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core.enrichment.plan import calls_for
from data.gateway.gateway import Gateway
from data.models.fields import (
    BUYS,
    LIQUIDITY_USD,
    NAME,
    PRICE_USD,
    SELLS,
    SYMBOL,
    VOLUME_USD,
    Field,
)
from data.models.ids import ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, Pool, Timeframe, TokenSnapshot, Trade
from data.ports import Deadline
from data.providers.base import Ask, Provider

WANTED: frozenset[Field[Any]] = frozenset[Field[Any]](
    {PRICE_USD, SYMBOL, NAME, LIQUIDITY_USD, *BUYS.values(), *SELLS.values(), *VOLUME_USD.values()}
)
_POOLS_TRIED = 2
_TRADES = 300
_BARS = 60  # more would not be told apart on a phone
_AHEAD = timedelta(minutes=1)  # a trade later than this after its answer is a slip of a clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeBar:
    """The trades of one bar; `time` is its start, unix seconds, `buyers` None where wallets are not told."""

    time: int
    bought_usd: Decimal
    sold_usd: Decimal
    buys: int
    sells: int
    buyers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The trades that one source lists of one pool: nothing is known of what was before `start`.

    `buyers` and `sellers` count wallets, None where a trade does not tell its own.
    """

    pool: Pool
    source: ProviderId
    at: datetime
    stale: bool
    start: datetime
    end: datetime
    timeframe: Timeframe
    bars: tuple[TradeBar, ...]
    buyers: int | None
    sellers: int | None

    @property
    def bought_usd(self) -> Decimal:
        return sum((bar.bought_usd for bar in self.bars), Decimal(0))

    @property
    def sold_usd(self) -> Decimal:
        return sum((bar.sold_usd for bar in self.bars), Decimal(0))

    @property
    def buys(self) -> int:
        return sum(bar.buys for bar in self.bars)

    @property
    def sells(self) -> int:
        return sum(bar.sells for bar in self.bars)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """The window of trades, or why there is none."""

    window: Window | None
    gaps: tuple[Gap, ...]


class Flows:
    """Asks for the last trades of a pool."""

    def __init__(self, gateway: Gateway, providers: Mapping[ProviderId, Provider]) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())

    async def trades(
        self, snapshot: TokenSnapshot, timeframe: Timeframe | None, deadline: Deadline
    ) -> Traded:
        """Find the last trades in the deepest pool that a source has trades of."""
        gaps: list[Gap] = []
        for pool in snapshot.pools[:_POOLS_TRIED]:
            token = snapshot.token
            ask = Ask(tokens=(token,), chain=token.chain, pool=pool.address, limit=_TRADES)
            calls = calls_for(Capability.TRADES, ask, self._providers, by="pool")
            results = await asyncio.gather(*(self._gateway.fetch(call, deadline) for call in calls))
            gaps += [result for result in results if isinstance(result, Gap)]
            answers = [result for result in results if isinstance(result, Answer)]
            window = widest(token, pool, answers, timeframe)
            if window is not None:
                return Traded(window=window, gaps=tuple(gaps))
        return Traded(window=None, gaps=tuple(gaps))


def widest(
    token: TokenKey, pool: Pool, answers: Iterable[Answer], timeframe: Timeframe | None
) -> Window | None:
    """Choose the answer that lists most trades; of equal ones that of who was asked first."""
    lists = [(answer, sound(token, answer)) for answer in answers]
    answer, trades = max(lists, key=lambda item: len(item[1]), default=(None, ()))
    if answer is None or not trades:
        return None
    start, end = trades[0].at, trades[-1].at
    chosen = timeframe or fitting(start, end)
    return Window(
        pool=pool, source=answer.source, at=answer.at, stale=answer.stale, start=start, end=end,
        timeframe=chosen, bars=bars_of(trades, chosen.seconds),
        buyers=_wallets(trade for trade in trades if trade.is_buy),
        sellers=_wallets(trade for trade in trades if not trade.is_buy),
    )  # fmt: skip


def sound(token: TokenKey, answer: Answer) -> tuple[Trade, ...]:
    """List the trades of a token in an answer that can be true, each once, oldest first."""
    found = {
        record.id: record
        for record in answer.records
        if isinstance(record, Trade)
        and record.token == token
        and record.volume_usd.is_finite()
        and record.volume_usd >= 0
        and record.at <= answer.at + _AHEAD
    }
    return tuple(sorted(found.values(), key=lambda trade: (trade.at, trade.id)))


def fitting(start: datetime, end: datetime) -> Timeframe:
    """Choose the shortest bars of which a picture holds as many as there are."""
    seconds = (end - start).total_seconds()
    return next((frame for frame in Timeframe if seconds / frame.seconds <= _BARS), Timeframe.D1)


def bars_of(trades: Sequence[Trade], seconds: int) -> tuple[TradeBar, ...]:
    """Sort trades into bars that begin at multiples of their length; bars without trades are left out."""
    by_start: dict[int, list[Trade]] = {}
    for trade in trades:
        by_start.setdefault(int(trade.at.timestamp()) // seconds * seconds, []).append(trade)
    return tuple(_bar(start, by_start[start]) for start in sorted(by_start))


def _bar(start: int, trades: Sequence[Trade]) -> TradeBar:
    bought = [trade for trade in trades if trade.is_buy]
    sold = [trade for trade in trades if not trade.is_buy]
    return TradeBar(
        time=start,
        bought_usd=sum((trade.volume_usd for trade in bought), Decimal(0)),
        sold_usd=sum((trade.volume_usd for trade in sold), Decimal(0)),
        buys=len(bought),
        sells=len(sold),
        buyers=_wallets(bought),
    )


def _wallets(trades: Iterable[Trade]) -> int | None:
    owners = {trade.owner for trade in trades}
    return None if None in owners else len(owners)
