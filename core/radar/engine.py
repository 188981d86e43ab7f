"""The radar: takes facts in, asks the detectors, and records what they see before anybody is told.

A signal is stored with all that it was made from, its horizons, and the messages about it, in one
transaction: none of them is there without the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import structlog

from core import events
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.radar import facts
from core.radar.events import FRESH, KIND, SignalFired, fired, stream_of
from core.radar.facts import Entry, Fact
from core.radar.grade import Horizon, entry_of
from core.radar.judge import Judge
from core.radar.receipts import Receipts
from core.signals.preconditions import COOLDOWN
from core.signals.series import Bars
from core.signals.spec import DANGER, MARKET, Cfg, Signal
from data.models.delivery import Lateness, Notice, Target, Urgency
from data.models.ids import TokenKey, UserId
from data.models.signals import JournalRow, SignalRecord
from data.ports import Clock
from data.store.store import Store

log = structlog.get_logger("radar")

Watchers = Callable[[TokenKey], Awaitable[Collection[UserId]]]


class _Seen(NamedTuple):
    """A signal, what is told of it, and whom it concerns most."""

    event: SignalFired
    signal: Signal
    watchers: frozenset[UserId]
    depth_usd: Decimal | None


class Radar:
    """The radar at work."""

    def __init__(
        self,
        *,
        store: Store,
        outbox: Outbox,
        audience: Audience,
        receipts: Receipts,
        watchers: Watchers,
        cfg: Cfg,
        clock: Clock,
        kept: timedelta = timedelta(hours=48),
    ) -> None:
        """Make it; `watchers` tells who of the people here watches or holds a token.

        The journal is `kept` for so long.
        """
        self._store = store
        self._outbox = outbox
        self._audience = audience
        self._receipts = receipts
        self._watchers = watchers
        self._cfg = cfg
        self._clock = clock
        self._kept_for = kept
        self._judge = Judge(cfg)
        self._unwritten: list[JournalRow] = []
        self._unrecorded: list[_Seen] = []
        self._news: dict[TokenKey, None] = {}
        self._latest = clock.now()
        self.symbols: dict[TokenKey, str] = {}
        self.sol_usd: Decimal | None = None

    @property
    def watched(self) -> tuple[TokenKey, ...]:
        """Every token of which facts are taken in."""
        return tuple(token for token in self._judge.windows if token != MARKET)

    def __contains__(self, token: object) -> bool:
        return token in self._judge.windows

    async def begin(self) -> None:
        """Begin to work, knowing of the last half hour's signals alone.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        now = self._clock.now()
        async with self._store.read() as tx:
            recent = await tx.signals.between(now - COOLDOWN, now + COOLDOWN)
            heard_until = await tx.journal.newest_at()
        await self._receipts.count()
        self._judge = Judge(self._cfg, (signal_of(record) for record in recent))
        self.take(MARKET, facts.Began(at=now, heard_until=heard_until))

    # --- what is known --------------------------------------------------------------------------------------

    def news(self) -> tuple[TokenKey, ...]:
        """List the tokens of which something was taken in since they were judged last."""
        return tuple(self._news)

    def bars(self, token: TokenKey) -> Bars | None:
        """Give the closed minute bars of a token, as the detectors see them."""
        return self._judge.windows.bars(token, self.now())

    def creator(self, token: TokenKey) -> str | None:
        """Tell who made a token, where its launch was heard."""
        return self._judge.windows.creator(token)

    def lately_usd(self, token: TokenKey) -> float:
        """Tell what was traded of a token in the newest minutes that were heard."""
        return self._judge.windows.lately_usd(token)

    def listening(self, token: TokenKey) -> bool:
        """Tell whether every trade of a token is heard."""
        return self._judge.windows.listening(token)

    def migrated(self, token: TokenKey) -> bool:
        """Tell whether a token is known to have left its curve."""
        return self._judge.windows.migrated(token)

    def scanned_at(self, token: TokenKey) -> datetime | None:
        """Tell when a token was last scanned."""
        return self._judge.windows.scanned_at(token)

    def now(self) -> datetime:
        """Tell the market's time, which for the radar never goes back."""
        self._latest = max(self._latest, self._clock.now())
        return self._latest

    # --- what is done ---------------------------------------------------------------------------------------

    def take(self, token: TokenKey, fact: Fact) -> None:
        """Take a fact in; it is written with the next signal or the next `flush`."""
        self._latest = max(self._latest, fact.at)
        self._news[token] = None
        self._judge.hear(Entry(token=token, fact=fact))
        self._unwritten.append(_row(token, fact))

    async def judge(self, token: TokenKey) -> tuple[SignalFired, ...]:
        """Ask the detectors about a token, now; what they see is recorded and sent.

        Raises:
            StoreUnavailable: the database does not answer; what was seen is kept for the next time.
        """
        watchers = frozenset(await self._watchers(token))
        judged = facts.Judged(at=self.now(), held=bool(watchers))
        self._news.pop(token, None)
        found = self._judge.hear(Entry(token=token, fact=judged))
        self._unwritten.append(_row(token, judged))
        if not found:
            return ()
        depth_usd = self._judge.windows.known(token).depth_usd
        seen = [_Seen(self._told(signal), signal, watchers, depth_usd) for signal in found]
        self._unrecorded += seen
        await self.flush()
        return tuple(each.event for each in seen)

    async def flush(self) -> None:
        """Write down the facts taken in since the last time, and the signals with their messages.

        Raises:
            StoreUnavailable: the database does not answer; they are kept for the next time.
        """
        rows, self._unwritten = self._unwritten, []
        seen, self._unrecorded = self._unrecorded, []
        if not rows and not seen:
            return
        try:
            posts = [await self._post(each) for each in seen if not self._quiet(each.signal)]
            async with self._store.begin() as tx:
                await tx.journal.add(rows)
                for each in seen:
                    record = self._kept(each)
                    if await tx.signals.add(record, due(record)) is None:
                        log.warning("signal_known", key=record.key)
                for notice, targets in posts:
                    await self._outbox.post(tx, notice, targets)
        except BaseException:
            self._unwritten[:0], self._unrecorded[:0] = rows, seen
            raise
        if posts:
            self._outbox.ring()
        for each in seen:
            log.info("signal_fired", type=each.signal.type, token=each.signal.token.address)

    async def purge(self) -> None:
        """Drop the journal of long ago.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            await tx.journal.purge(self._clock.now() - self._kept_for)

    def make_room(self, most: int, spared: frozenset[TokenKey]) -> None:
        """Let go of the tokens that promise least, where there are more than `most`."""
        surplus = len(self._judge.windows) - most
        if surplus <= 0:
            return
        for token in self._judge.windows.least_promising(surplus, spared=spared | {MARKET}):
            self.take(token, facts.Dropped(at=self.now()))
            self._news.pop(token, None)
            self.symbols.pop(token, None)

    def _quiet(self, signal: Signal) -> bool:
        return self._receipts.standing(signal.type).quiet

    def _told(self, signal: Signal) -> SignalFired:
        known = self._judge.windows.known(signal.token)
        return fired(
            signal,
            symbol=self.symbols.get(signal.token, ""),
            price_usd=known.price_usd,
            liquidity_usd=known.liquidity_usd,
            verdict=known.verdict,
            chance=self._receipts.chance(signal.type, signal.strength),
        )

    def _kept(self, seen: _Seen) -> SignalRecord:
        event, signal = seen.event, seen.signal
        return SignalRecord(
            key=signal.key, type=signal.type, version=signal.version, token=signal.token, symbol=event.symbol,
            at=signal.at, strength=signal.strength, told=not self._quiet(signal), price_usd=event.price_usd,
            liquidity_usd=seen.depth_usd, sol_usd=self.sol_usd, body=events.encode(signal),
        )  # fmt: skip

    async def _post(self, seen: _Seen) -> tuple[Notice, tuple[Target, ...]]:
        event = seen.event
        danger = event.type in DANGER
        stream = stream_of(event.type)
        notice = Notice(
            key=event.key, kind=KIND, stream=stream, body=events.encode(event), at=event.at,
            expires_at=event.at + FRESH, urgency=Urgency.DANGER if danger else Urgency.SIGNAL,
            lateness=Lateness.SAY_AGE if danger else Lateness.DROP, about=event.token, joins=not danger,
        )  # fmt: skip
        score = event.strength if event.chance is None else event.chance.ratio
        first: tuple[Target, ...] = ()
        if danger and seen.watchers:  # those whom it concerns before those who listen
            first = await self._audience.of_people(seen.watchers, notice, kind=event.type)
        wide = await self._audience.of_stream(stream, notice, kind=event.type, score=score)
        return notice, _once((*first, *wide))


def due(record: SignalRecord) -> tuple[tuple[int, datetime], ...]:
    """Tell when each horizon of a signal can be graded: a minute later, when its last bar is told."""
    begin = entry_of(record.at) + timedelta(minutes=1)
    return tuple((int(each.span.total_seconds()), begin + each.span) for each in Horizon)


def signal_of(record: SignalRecord) -> Signal:
    """Read a signal as it was kept.

    Raises:
        InvariantBroken: it is none.
    """
    return events.decode(Signal, record.body)


def _row(token: TokenKey, fact: Fact) -> JournalRow:
    return JournalRow(token=token, at=fact.at, kind=fact.kind, body=facts.written(fact))


def _once(targets: Iterable[Target]) -> tuple[Target, ...]:
    found: dict[tuple[object, str, str], Target] = {}
    for target in targets:
        found.setdefault((target.channel, target.address, target.topic), target)
    return tuple(found.values())
