"""Gathers a wallet's report within a deadline: what it holds at once, what it did and earned after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.enrichment.plan import calls_for
from core.wallets import report as reports
from core.wallets.copyability import DELAY_S, Copyability, Depth, Followed, follow
from core.wallets.history import Histories, History
from core.wallets.holdings import Holdings, Standing
from core.wallets.labels import labels
from core.wallets.ledger import Closed, Ledger, ledger
from core.wallets.moves import Move, in_lamports, moves_of
from core.wallets.prices import Prices
from core.wallets.report import WalletReport
from core.wallets.stats import record
from data.clock import Clock
from data.gateway.gateway import Gateway
from data.models.fields import PRICE_USD
from data.models.ids import SOL, ProviderId
from data.models.market import Answer, Candle, Capability, Gap, Pool, Timeframe
from data.models.wallets import WalletProfit, WalletSpan
from data.nursery import Nursery
from data.ports import Deadline
from data.providers.base import Ask, Provider

_STANDING_S = 2.0
_HELD_S = 3.0
_HISTORY_S = 5.0
_LAST_S = 0.3  # to lay it all out
_PRICED = 60
_FOLLOWED = 4  # positions: each costs two questions for bars
_BARS = 6


class WalletReports:
    """Tells of wallets."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        providers: Mapping[ProviderId, Provider],
        holdings: Holdings,
        histories: Histories,
        prices: Prices,
        nursery: Nursery,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._providers = tuple(providers.values())
        self._holdings = holdings
        self._histories = histories
        self._prices = prices
        self._nursery = nursery
        self._clock = clock

    async def standing(self, address: str, deadline: Deadline) -> Standing:
        """Tell what stands at an address."""
        return await self._holdings.standing(address, deadline.at_most(_STANDING_S))

    async def look(
        self, wallet: str, span: WalletSpan, deadline: Deadline
    ) -> AsyncGenerator[WalletReport, None]:
        """Give a wallet's report: first what stands at the address and is held, then all of it.

        Where no wallet can be behind the address, the one report says what is there.
        """
        at = self._clock.now()
        since = at - timedelta(seconds=span.seconds)
        told = WalletReport(wallet=wallet, span=span, at=at, standing=await self.standing(wallet, deadline))
        if not told.standing.may_be_a_wallet:
            yield told
            return
        reading = self._nursery.start(
            self._histories.of(wallet, since, deadline.at_most(_HISTORY_S)), name="wallet history"
        )
        reckoning = self._nursery.start(self._profits(wallet, span, deadline), name="wallet profits")
        try:
            told = await self._worth(told, deadline)
            yield told
            profits, gaps = await reckoning
            told = replace(told, profits=profits, gaps=(*told.gaps, *gaps))
            yield await self._judged(told, await reading, deadline)
        finally:
            reading.cancel()
            reckoning.cancel()

    async def moves(
        self, wallet: str, span: WalletSpan, history: History, deadline: Deadline
    ) -> tuple[Move, ...]:
        """Read a wallet's moves out of its history, dollars turned into SOL by the price of then."""
        found = [move for each in history.transactions for move in moves_of(each, wallet)]
        if all(move.micro_usd is None for move in found):
            return tuple(found)
        return in_lamports(found, await self._prices.of_sol(span, deadline))

    async def _worth(self, told: WalletReport, deadline: Deadline) -> WalletReport:
        held = await self._holdings.of(told.wallet, deadline.at_most(_HELD_S))
        return await self._priced(replace(told, held=held, gaps=held.gaps), deadline)

    async def _priced(self, told: WalletReport, deadline: Deadline) -> WalletReport:
        """Price what is held, and put the book beside it where there is one."""
        if told.held is None:
            return told
        wanted = reports.to_price(told.held, told.ledger, _PRICED)
        rows, gaps = await self._prices.now(wanted, deadline)
        sol = rows.get(SOL)
        sol_usd = told.sol_usd if sol is None else sol.get(PRICE_USD) or told.sol_usd
        found = reports.bags(told.held, rows, told.ledger, sol_usd)
        return replace(
            told, bags=found, sol_usd=sol_usd, unpriced=reports.unpriced(found),
            gaps=tuple(dict.fromkeys((*told.gaps, *gaps))),
        )  # fmt: skip

    async def _profits(
        self, wallet: str, span: WalletSpan, deadline: Deadline
    ) -> tuple[tuple[tuple[ProviderId, WalletProfit], ...], tuple[Gap, ...]]:
        asked = Ask(accounts=(wallet,), span=span)
        calls = calls_for(Capability.WALLET_PROFIT, asked, self._providers, by="accounts")
        soon = deadline.at_most(_HISTORY_S)
        results = await asyncio.gather(*(self._gateway.fetch(call, soon) for call in calls))
        told = tuple(
            (result.source, record)
            for result in results
            if isinstance(result, Answer)
            for record in result.records
            if isinstance(record, WalletProfit)
        )
        return told, tuple(result for result in results if isinstance(result, Gap))

    async def _judged(self, told: WalletReport, history: History, deadline: Deadline) -> WalletReport:
        """Keep the book of what was read, price it, and ask what following it would have brought."""
        last = Deadline(deadline.clock, deadline.at - _LAST_S)
        found = await self.moves(told.wallet, told.span, history, last)
        book = ledger(found)
        closed = record(book.closed)
        made = [
            mint
            for each in history.transactions
            if each.signers[:1] == (told.wallet,)
            for mint in each.created
        ]
        told = replace(
            told, history=history, ledger=book, record=closed,
            labels=labels(found, made, closed, history.began, told.at),
            gaps=tuple(dict.fromkeys((*told.gaps, *history.gaps))),
        )  # fmt: skip
        priced, copies = await asyncio.gather(
            self._priced(told, last), self._followed(book, told.sol_usd, last)
        )
        return replace(priced, copies=copies)

    async def _followed(
        self, book: Ledger, sol_usd: Decimal | None, deadline: Deadline
    ) -> Copyability | None:
        """Look at the newest positions that were closed, one a token."""
        newest = {each.mint: each for each in book.closed if each.cost > 0}
        chosen = sorted(newest.values(), key=_closed_at, reverse=True)[:_FOLLOWED]
        if not chosen:
            return None
        found = await asyncio.gather(*(self._follow(each, sol_usd, deadline) for each in chosen))
        return Copyability(followed=tuple(found))

    async def _follow(self, closed: Closed, sol_usd: Decimal | None, deadline: Deadline) -> Followed:
        pool = await self._prices.pool(reports.key_of(closed.mint), deadline)
        if pool is None or closed.opened_at is None or closed.closed_at is None:
            return follow(closed, (), (), None)
        depth = None
        if pool.liquidity_usd is not None and sol_usd is not None:
            depth = Depth(liquidity_usd=pool.liquidity_usd, sol_usd=sol_usd)
        entry, leaving = await asyncio.gather(
            *(self._around(pool, at, deadline) for at in (closed.opened_at, closed.closed_at))
        )
        return follow(closed, entry, leaving, depth)

    async def _around(self, pool: Pool, at: datetime, deadline: Deadline) -> tuple[Candle, ...]:
        """Fetch the bars up to the one in which a follower comes."""
        before = int(at.timestamp()) + DELAY_S + 1
        return await self._prices.bars(pool, Timeframe.M1, deadline, limit=_BARS, before=before)


def _closed_at(closed: Closed) -> float:
    return 0.0 if closed.closed_at is None else closed.closed_at.timestamp()
