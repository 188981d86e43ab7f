"""What was taken in about one token, and its window."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import assert_never

from core.radar import facts
from core.radar.minutes import Minutes
from core.signals.series import Number, Series, Swap, Trades
from core.signals.window import (
    Call,
    Deployer,
    LaunchFacts,
    MarketFigures,
    Migration,
    Peers,
    ScanState,
    SourcePrices,
    WalletMove,
    Window,
)
from data.models.ids import TokenKey
from data.models.money import EXACT

_DAY = timedelta(days=1)
_TRADES_KEPT = timedelta(hours=2)
_PRICES_KEPT = timedelta(minutes=15)
_CALLS_KEPT = timedelta(hours=2)
_MOST_TRADES = 20_000  # beyond it the oldest go, and with them the claim to be complete so far back
_FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The newest of a token that a message tells; each None where unknown.

    `depth_usd` is what an order meets: the liquidity, or on a curve its reserves, virtual ones included.
    """

    price_usd: Decimal | None = None
    liquidity_usd: Decimal | None = None
    depth_usd: Decimal | None = None
    verdict: str | None = None


@dataclass(slots=True)
class Track:
    """All that is kept of one token, oldest first."""

    minutes: Minutes = field(default_factory=Minutes)
    trades: deque[facts.Traded] = field(default_factory=deque)
    since: datetime | None = None  # from when on the trades are complete
    looks: deque[facts.Looked] = field(default_factory=deque)
    curve: deque[facts.Progressed] = field(default_factory=deque)
    scans: deque[facts.Scanned] = field(default_factory=lambda: deque(maxlen=2))
    calls: deque[facts.Called] = field(default_factory=lambda: deque(maxlen=200))
    moves: list[facts.Moved] = field(default_factory=list)
    launched: facts.Launched | None = None
    migrated: facts.Migrated | None = None
    dev_tokens: float | None = None  # what its deployer holds by the trades heard since the launch

    @property
    def born_at(self) -> datetime | None:
        """When the token began: as the launch told, else as the sources say."""
        if self.launched is not None:
            return self.launched.born_at
        return next((look.born_at for look in reversed(self.looks) if look.born_at is not None), None)

    @property
    def lately_usd(self) -> float:
        """What was traded of it lately."""
        return self.minutes.lately_usd

    @property
    def known(self) -> Known:
        """What a message says of it: the middle of the newest prices, else what was paid last."""
        priced = next((look.prices for look in reversed(self.looks) if look.prices), None)
        price = None if priced is None else median(sorted(priced.values()))
        if price is None and self.trades and self.trades[-1].tokens > 0:
            price = EXACT.divide(self.trades[-1].usd, self.trades[-1].tokens)
        liquid = (look.liquidity_usd for look in reversed(self.looks) if look.liquidity_usd is not None)
        liquidity = next(liquid, None)
        on_curve = self.curve[-1].depth_usd if self.curve and self.migrated is None else None
        return Known(
            price_usd=price,
            liquidity_usd=liquidity,
            depth_usd=on_curve or liquidity,
            verdict=self.scans[-1].verdict if self.scans else None,
        )

    def take(self, fact: facts.Fact) -> None:
        """Take a fact in."""
        match fact:
            case facts.Traded():
                self._traded(fact)
            case facts.Looked():
                self.looks.append(fact)
            case facts.Progressed():
                self.curve.append(fact)
            case facts.Candled():
                self.minutes.told(fact)
            case facts.Listening():
                self.since = fact.at
                self.minutes.listening(fact.at)
            case facts.Launched():
                self.launched = self.launched or fact
            case facts.Migrated():
                self.migrated = self.migrated or fact
                self._deaf()
            case facts.Deaf():
                self._deaf()
            case facts.Scanned():
                self.scans.append(fact)
            case facts.Called():
                self.calls.append(fact)
            case facts.Moved():
                self.moves.append(fact)
            case facts.Judged() | facts.Began() | facts.Dropped() | facts.Followed():
                pass
            case _:
                assert_never(fact)

    def window(
        self, token: TokenKey, judged: facts.Judged, *, market: MarketFigures | None, peers: Peers | None
    ) -> Window:
        """Give the window at the instant when it is judged; moves of wallets are told to one window alone."""
        now = judged.at
        self._forget(now)
        moves, self.moves = self.moves, []
        return Window(
            token=token,
            now=now,
            pool=next((look.pool for look in reversed(self.looks) if look.pool is not None), None),
            bars=self.minutes.bars(now),
            trades=self._trades(now),
            liquidity=Series.of(self._looked("liquidity_usd"), now),
            supply_tokens=self._supply(),
            holders=Series.of(self._looked("holders"), now),
            top10=Series.of(self._looked("top10_ratio"), now),
            lp_locked=Series.of(self._looked("lp_locked_ratio"), now),
            deployer=self._deployer(),
            curve=Series.of(((one.at, one.ratio) for one in self.curve), now),
            launch=self._launch(),
            migration=self._migration(),
            scan=self._scan(1),
            scan_before=self._scan(2),
            prices=self._prices(now),
            calls=self._calls(now),
            moves=tuple(WalletMove(at=one.at, owner=one.owner, kind=one.move, usd=one.usd) for one in moves)
            or None,
            market=market,
            peers=peers,
            data_age_s=self._age_s(now),
            held=judged.held,
        )

    def _traded(self, trade: facts.Traded) -> None:
        self.trades.append(trade)
        self.minutes.traded(trade)
        if len(self.trades) > _MOST_TRADES:
            gone = self.trades.popleft()
            if self.since is not None:
                self.since = max(self.since, gone.traded_at + timedelta(microseconds=1))
        creator = None if self.launched is None else self.launched.creator
        if creator is not None and creator in {trade.trader, trade.owner}:
            amount = float(trade.tokens) if trade.is_buy else -float(trade.tokens)
            self.dev_tokens = max(0.0, (self.dev_tokens or 0.0) + amount)

    def _deaf(self) -> None:
        """Let go of the claim to hear every trade: a pool's are not told where a curve's were."""
        self.since = None
        self.minutes.deaf()

    def _forget(self, now: datetime) -> None:
        while self.trades and self.trades[0].traded_at < now - _TRADES_KEPT:
            self.trades.popleft()
        if self.since is not None:
            self.since = max(self.since, now - _TRADES_KEPT)
        while self.looks and self.looks[0].at < now - _DAY:
            self.looks.popleft()
        while self.curve and self.curve[0].at < now - _DAY:
            self.curve.popleft()
        self.minutes.forget(now)

    def _looked(self, name: str) -> Iterable[tuple[datetime, Number]]:
        for look in self.looks:
            value = getattr(look, name)
            if value is not None:
                yield look.at, value

    def _supply(self) -> float | None:
        told = next((each.supply_tokens for each in reversed(self.looks) if each.supply_tokens), None)
        return None if told is None else float(told)

    def _trades(self, now: datetime) -> Trades | None:
        if self.since is None:
            return None
        swaps = (
            Swap(one.traded_at, one.is_buy, one.usd, one.tokens, one.trader, one.owner)
            for one in self.trades
            if one.at <= now
        )
        return Trades.of(swaps, since=self.since, until=now)

    def _deployer(self) -> Deployer | None:
        if self.launched is None or self.launched.creator is None or self.dev_tokens is None:
            return None
        return Deployer(owners=frozenset({self.launched.creator}), held_tokens=self.dev_tokens)

    def _launch(self) -> LaunchFacts | None:
        told = self.launched
        if told is None:
            return None
        return LaunchFacts(
            at=told.born_at,
            creator_tokens=told.creator_tokens,
            dev_ratio=told.dev_ratio,
            bundle_ratio=told.bundle_ratio,
            mint_revoked=told.mint_revoked,
            freeze_revoked=told.freeze_revoked,
            has_links=told.has_links,
        )

    def _migration(self) -> Migration | None:
        told = self.migrated
        return None if told is None else Migration(at=told.moved_at, pool=told.pool)

    def _scan(self, back: int) -> ScanState | None:
        if len(self.scans) < back:
            return None
        told = self.scans[-back]
        return ScanState(at=told.at, verdict=told.verdict, severities=told.severities)

    def _prices(self, now: datetime) -> tuple[SourcePrices, ...] | None:
        recent = [look for look in self.looks if look.at > now - _PRICES_KEPT and look.prices]
        if not recent:
            return None
        sources = dict.fromkeys(source for look in recent for source in look.prices)
        series = {
            source: Series.of(
                ((look.at, look.prices[source]) for look in recent if source in look.prices), now
            )
            for source in sources
        }
        told = (
            SourcePrices(source=name, prices=known) for name, known in series.items() if known is not None
        )
        return tuple(told) or None

    def _calls(self, now: datetime) -> tuple[Call, ...] | None:
        kept = tuple(
            Call(at=one.at, chat=one.chat, related=one.related, author=one.author, digest=one.digest)
            for one in self.calls
            if one.at > now - _CALLS_KEPT
        )
        return kept or None

    def _age_s(self, now: datetime) -> float | None:
        """Tell how old the older of the newest price and the newest liquidity is; else how old news is."""
        priced = [look.at for look in self.looks if look.prices]
        priced += [self.trades[-1].at] if self.trades else []
        liquid = [look.at for look in self.looks if look.liquidity_usd is not None]
        if priced and liquid:
            return max(0.0, (now - min(max(priced), max(liquid))).total_seconds())
        news = [one.at for one in (self.launched, self.migrated) if one is not None]
        news += [self.curve[-1].at] if self.curve else []
        return max(0.0, (now - max(news)).total_seconds()) if news else None
