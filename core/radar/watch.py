"""What the radar watches: streams and sources become its facts, and each that matters has it judge.

Everything here is bounded: tokens watched, tokens asked for, bars fetched at a time. Whom people here watch
goes first, then what is traded most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import structlog

from core.boards.filters import Filters
from core.boards.listing import Board
from core.boards.service import Boards
from core.enrichment.service import Enricher
from core.radar import facts, heard
from core.radar.engine import Radar
from core.security.known import MONEY, WELL_KNOWN
from core.security.service import WANTED as SCANNED
from core.signals.spec import MARKET
from data.clock import Clock, Deadline
from data.errors import TrenchcoatError
from data.models import fields as f
from data.models.events import FeedPhase, FeedState, StreamEvent, TokenLaunched, TokenMigrated, TokenTraded
from data.models.fields import Field
from data.models.ids import SOL, Chain, TokenKey
from data.models.market import Pool, Timeframe, TokenSnapshot
from data.models.text import one_line

log = structlog.get_logger("radar")

_Wanted: TypeAlias = frozenset[Field[Any]]
Tokens: TypeAlias = Callable[[], Awaitable[Collection[TokenKey]]]

WANTED: _Wanted = SCANNED | {
    f.LIQUIDITY_USD, f.HOLDERS, f.TOP10_RATIO, f.LP_LOCKED_RATIO, f.CREATED_AT, f.RUGGED,
}  # fmt: skip
_ASKED_FOR = 40  # tokens at a time
_LISTED = 60  # of each board
_CHARTED = 8  # tokens whose bars are fetched each minute
_FIRST_BARS, _NEXT_BARS = 1_000, 10
_ACTIVE_USD = 1_000.0  # traded in a quarter of an hour: below it nobody asks what the sources say
_SCAN_AGAIN = timedelta(minutes=5)
_SCAN_AGAIN_WATCHED = timedelta(minutes=2)
_LOOK_EVERY, _WATCHED_EVERY = timedelta(seconds=15), timedelta(seconds=5)
_DRAINS = Decimal("0.95")
_PATIENCE_S = 6.0
_AGAIN_S = 1.0
_SYMBOL = 32
_MINUTE_S = 60.0
_SETTLES_S = 2.0  # after a minute is over, for its last trades to come in
_QUOTES = frozenset(WELL_KNOWN[name] for name in MONEY)  # what tokens are priced in


class Watch:
    """Keeps the radar fed, and has it judge."""

    def __init__(
        self,
        *,
        radar: Radar,
        enricher: Enricher,
        boards: Boards,
        watched: Tokens,
        feeds: Callable[[], Sequence[FeedState]],
        chain_feed: str,
        clock: Clock,
        most: int,
    ) -> None:
        """Make it; `watched` lists the tokens that people here watch or wait for, `most` bounds all.

        `chain_feed` names the one of the `feeds` that tells every trade on a curve.
        """
        self._radar = radar
        self._enricher = enricher
        self._boards = boards
        self._watched = watched
        self._feeds = feeds
        self._chain_feed = chain_feed
        self._clock = clock
        self._most = most
        self._held: frozenset[TokenKey] = frozenset()
        self._listed: dict[TokenKey, None] = {}
        self._looked: dict[TokenKey, facts.Looked] = {}
        self._pools: dict[TokenKey, tuple[Pool, ...]] = {}
        self._charted: set[TokenKey] = set()
        self._turn: list[TokenKey] = []
        self._renewing: TokenKey | None = None
        self._due: dict[TokenKey, None] = {}
        self._bell = asyncio.Event()
        self._line: tuple[bool, int, int, int] | None = None

    # --- what comes in ------------------------------------------------------------------------------------

    def heard(self, event: StreamEvent) -> None:
        """Take in what a stream tells."""
        match event:
            case TokenLaunched():
                self._launched(event)
            case TokenTraded():
                self._traded(event)
            case TokenMigrated():
                token = TokenKey(Chain.SOLANA, event.mint)
                if token in self._radar:
                    self._radar.take(token, heard.migrated(event))
                    self._ask(token)

    def seen(self, snapshot: TokenSnapshot) -> None:
        """Take in what was observed of a token, where it is one to watch."""
        token, now = snapshot.token, self._clock.now()
        if token == SOL:
            self._radar.sol_usd = snapshot.value(f.PRICE_USD) or self._radar.sol_usd
        if token == MARKET or token.address in _QUOTES:
            return
        if token not in self._radar and token not in self._listed and token not in self._held:
            return
        look = heard.looked(snapshot, now)
        if look is None or not self._worth_it(token, look):
            return
        self._looked[token] = look
        self._radar.take(token, look)
        self._pools[token] = snapshot.pools
        symbol = snapshot.value(f.SYMBOL)
        if symbol:
            self._radar.symbols[token] = one_line(symbol, _SYMBOL)
        if token == self._renewing and self._to_scan(token, now):
            scan = heard.scanned(snapshot, now)
            if scan is not None:
                self._radar.take(token, scan)
        self._ask(token)

    def _launched(self, event: TokenLaunched) -> None:
        token = TokenKey(Chain.SOLANA, event.mint)
        if token in self._radar or event.late or event.quote_mint not in {None, SOL.address}:
            return
        self._radar.take(token, heard.launched(event))
        if event.symbol:
            self._radar.symbols[token] = one_line(event.symbol, _SYMBOL)
        if self._hears_trades() and self._radar.sol_usd is not None:
            self._radar.take(token, facts.Listening(at=event.at))
        if self._radar.sol_usd is not None:
            curve = heard.progressed(event, self._radar.sol_usd)
            if curve is not None:
                self._radar.take(token, curve)
        self._ask(token)

    def _traded(self, event: TokenTraded) -> None:
        """Take a trade of the chain's own telling: another stream's would count it twice."""
        token, sol_usd = TokenKey(Chain.SOLANA, event.mint), self._radar.sol_usd
        if event.source != self._chain_feed or sol_usd is None or token not in self._radar:
            return
        trade, progress = heard.traded(event, sol_usd), heard.progressed(event, sol_usd)
        if trade is not None:
            self._radar.take(token, trade)
            if not trade.is_buy and trade.trader is not None and trade.trader == self._radar.creator(token):
                self._ask(token)  # the one sale that cannot wait for the minute to be over
        if progress is not None:
            self._radar.take(token, progress)

    def _hears_trades(self) -> bool:
        return any(each.name == self._chain_feed and each.phase is FeedPhase.LIVE for each in self._feeds())

    def _worth_it(self, token: TokenKey, look: facts.Looked) -> bool:
        """Tell whether a look tells more than the one before: it is another moment's, or liquidity left."""
        last = self._looked.get(token)
        if last is None or look.at - last.at >= (_WATCHED_EVERY if token in self._held else _LOOK_EVERY):
            return True
        before, now = last.liquidity_usd, look.liquidity_usd
        return before is not None and now is not None and now < before * _DRAINS

    def _to_scan(self, token: TokenKey, now: datetime) -> bool:
        last = self._radar.scanned_at(token)
        again = _SCAN_AGAIN_WATCHED if token in self._held else _SCAN_AGAIN
        return last is None or now - last >= again

    def _ask(self, token: TokenKey) -> None:
        self._due[token] = None
        self._bell.set()

    # --- what is asked for: core.enrichment.refresh.Awaited -------------------------------------------------

    def due(self, limit: int) -> Sequence[tuple[TokenKey, _Wanted]]:
        """List tokens to ask the sources about: those whom people watch each time, the others in turn."""
        room = min(limit, _ASKED_FOR)
        chosen = dict.fromkeys((SOL, *sorted(self._held, key=str)[: room // 2]))
        if not self._turn:
            active = [token for token in self._radar.watched if self._promising(token)]
            self._turn = [token for token in dict.fromkeys((*self._listed, *active)) if token not in chosen]
        while self._turn and len(chosen) < room:
            chosen[self._turn.pop()] = None
        return [(token, WANTED) for token in chosen]

    def renewed(self, token: TokenKey, wanted: _Wanted) -> None:
        """Hear what is known of a token by now."""
        self._renewing = token
        try:
            self._enricher.retell(token, wanted)
        finally:
            self._renewing = None

    def _promising(self, token: TokenKey) -> bool:
        return self._radar.migrated(token) or self._radar.lately_usd(token) >= _ACTIVE_USD

    # --- what is done ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Have the radar judge what has news, one token after the other, for good."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._due:
                token = next(iter(self._due))
                del self._due[token]
                if token not in self._radar:
                    continue
                try:
                    await self._radar.judge(token)
                except TrenchcoatError as error:
                    log.warning("not_judged", token=token.address, exc_info=error)
                    await self._clock.sleep(_AGAIN_S)
                await asyncio.sleep(0)  # others have their turn between two tokens

    async def minutes(self) -> None:
        """Do what belongs to every minute, for good: lists, bars, and a look at all that has news."""
        while True:
            now_s = self._clock.now().timestamp()
            await self._clock.sleep(_MINUTE_S - now_s % _MINUTE_S + _SETTLES_S)
            try:
                await self.minute()
            except TrenchcoatError as error:
                log.warning("minute_failed", exc_info=error)

    async def minute(self) -> None:
        """Do what belongs to a minute that is over.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        self._mind_the_gap()
        self._held = frozenset(await self._watched())
        await self._list()
        self._radar.make_room(self._most, self._held)
        for kept in (self._pools, self._looked, self._due):
            for token in [token for token in kept if token not in self._radar]:
                del kept[token]
        self._charted &= set(self._radar.watched)
        await self._chart()
        for token in self._radar.news():
            self._ask(token)
        self._ask(MARKET)

    def _mind_the_gap(self) -> None:
        """Where the stream of trades was interrupted, claim to hear all from now on alone, or nothing."""
        chain = next((each for each in self._feeds() if each.name == self._chain_feed), None)
        live = chain is not None and chain.phase is FeedPhase.LIVE
        line = None if chain is None else (live, chain.reconnects, chain.gaps, chain.dropped)
        if line == self._line:
            return
        self._line, now = line, self._clock.now()
        for token in self._radar.watched:
            if self._radar.listening(token):
                self._radar.take(token, facts.Listening(at=now) if live else facts.Deaf(at=now))

    async def _list(self) -> None:
        """Take up what the sources list as new and as trending."""
        deadline = Deadline.after(self._clock, _PATIENCE_S)
        found: dict[TokenKey, None] = {}
        for board in (Board.TRENDING, Board.NEW):
            listing = await self._boards.listing(board, Filters(), deadline)
            found |= dict.fromkeys(row.token for row in listing.rows[:_LISTED])
        if found:
            self._listed = {token: None for token in found if token.address not in _QUOTES}

    async def _chart(self) -> None:
        """Fetch bars of a few tokens whose trades nobody tells: those that people watch, then the listed."""
        wanted = dict.fromkeys((*sorted(self._held, key=str), *self._listed))
        chosen = [
            token
            for token in wanted
            if token in self._radar and self._pools.get(token) and not self._radar.listening(token)
        ][:_CHARTED]
        for token in chosen:
            limit = _NEXT_BARS if token in self._charted else _FIRST_BARS
            deadline = Deadline.after(self._clock, _PATIENCE_S)
            series, pool, _ = await self._enricher.candles(
                token, self._pools[token], Timeframe.M1, deadline, limit=limit
            )
            if series is None or pool is None or token not in self._radar:
                continue
            self._charted.add(token)
            told = facts.Candled(at=self._clock.now(), source=pool.dex, rows=heard.rows(series))
            self._radar.take(token, told)
