"""Alerts fire: what is observed is matched in memory, and what comes of it is stored with its notice.

An alert's new state and the notice of it are one transaction: a crash before it leaves the alert armed, so
that the next value beyond its threshold fires it; a crash after it leaves the notice to be carried out. Of
two processes that see the same value, the row's version lets one through.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from core import events
from core.alerts import series
from core.alerts.events import KIND, AlertFired, fired
from core.alerts.grammar import WINDOWS_S
from core.alerts.memory import AlertMemory
from core.alerts.turn import Sighting, asleep_until, lapsed, turned
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from data.clock import Clock
from data.errors import StoreUnavailable, TrenchcoatError
from data.models.alerts import Alert, Gauge
from data.models.delivery import Channel, Lateness, Notice, Stream, Target, Urgency
from data.models.events import StreamEvent, TokenTraded
from data.models.fields import PRICE_USD, Field
from data.models.ids import Chain, TokenKey
from data.models.market import Resolved, TokenSnapshot
from data.store.store import Store

log = structlog.get_logger("alerts")

FRESH = timedelta(minutes=5)  # after that a delivery says how old it is
_IDLE_S = 5.0
_AGAIN_S = 1.0
_AT_ONCE = 200  # alerts in one transaction
_PAST_READ = 300  # snapshots at a time: they are unpacked on the loop
_HURRIED = 200
_OVERLAP = timedelta(minutes=1)  # between processes' clocks


class AlertEngine:
    """Keeps every live alert where the next value finds it."""

    def __init__(
        self, *, store: Store, outbox: Outbox, audience: Audience, clock: Clock, wall: Clock
    ) -> None:
        """`clock` is the market's time, `wall` that of people."""
        self._store = store
        self._outbox = outbox
        self._audience = audience
        self._clock = clock
        self._wall = wall
        self.memory = AlertMemory()
        self._hits: dict[int, Sighting | None] = {}  # None: read anew, nothing was seen
        self._asleep: list[tuple[datetime, int, Alert]] = []  # the number keeps equal instants in order
        self._numbers = itertools.count()
        self._unread: dict[tuple[TokenKey, str], None] = {}  # windows whose past was not read yet
        self._hurried: dict[TokenKey, None] = {}
        self._turn: list[TokenKey] = []
        self._bell = asyncio.Event()
        self._synced_at = wall.now()

    # --- what comes in ------------------------------------------------------------------------------------

    def see(self, snapshot: TokenSnapshot) -> None:
        """Take in what was observed of a token."""
        self._wake()
        self._reached(self.memory.see(snapshot))

    def told(self, token: TokenKey, gauge: Gauge, value: Sighting) -> None:
        """Take in a value that no snapshot tells."""
        self._wake()
        self._reached(self.memory.told(token, gauge, value))

    def heard(self, event: StreamEvent) -> None:
        """Take in what a stream tells: its word alone fires nothing, but the token is asked for soon."""
        if isinstance(event, TokenTraded):
            token = TokenKey(Chain.SOLANA, event.mint)
            if len(self._hurried) < _HURRIED and self.memory.wanted(token):
                self._hurried[token] = None

    def take_up(self, alert: Alert) -> None:
        """Let an alert wait, as it was just stored."""
        if not alert.phase.live:
            self.memory.leave(alert)
            return
        if self.memory.follow(alert):
            self._unread[alert.token, alert.rule.gauge.span] = None
            self._bell.set()
        until = asleep_until(alert, self._wall.now())
        if until is None:
            self.memory.arm(alert)
        for at in (until, alert.expires_at):
            if at is not None:
                heapq.heappush(self._asleep, (at, next(self._numbers), alert))

    def let_go(self, alert: Alert) -> None:
        """Let an alert wait no longer; give it as it was stored before."""
        self.memory.disarm(alert)
        self.memory.leave(alert)

    def exchange(self, before: Alert, after: Alert) -> None:
        """Let an alert wait as it was just changed; the past of a window that it still needs is kept."""
        self.memory.disarm(before)
        if before.rule.gauge != after.rule.gauge:
            self.memory.leave(before)
        self.take_up(after)

    def _reached(self, found: Iterable[tuple[int, Sighting]]) -> None:
        for number, seen in found:
            if self._hits.get(number) is None:
                self._hits[number] = seen
            self._bell.set()

    def _wake(self) -> None:
        """Let those wait again whose rest is over, and end those whose time is."""
        now = self._wall.now()
        while self._asleep and self._asleep[0][0] <= now:
            _, _, alert = heapq.heappop(self._asleep)
            if lapsed(alert, now) is not alert:
                self._hits.setdefault(alert.id, None)
                self._bell.set()
            elif asleep_until(alert, now) is None:
                self.memory.arm(alert)

    # --- what is asked for --------------------------------------------------------------------------------

    def due(self, limit: int) -> list[tuple[TokenKey, frozenset[Field[Any]]]]:
        """List tokens to keep fresh: those just traded, then the others in turn."""
        chosen = [token for token in self._hurried if self.memory.wanted(token)][:limit]
        self._hurried.clear()
        if not self._turn:
            self._turn = list(self.memory.tokens)
        while self._turn and len(chosen) < limit:
            token = self._turn.pop()
            if token not in chosen:
                chosen.append(token)
        return [(token, wanted) for token in chosen if (wanted := self.memory.wanted(token))]

    # --- what comes of it ---------------------------------------------------------------------------------

    async def load(self) -> int:
        """Take up every live alert; count them.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        self._synced_at, after, count = self._wall.now(), 0, 0
        while True:
            async with self._store.read() as tx:
                page = await tx.alerts.live_page(after)
            if not page:
                return count
            for alert in page:
                self.take_up(alert)
            after, count = page[-1].id, count + len(page)

    async def sync(self) -> None:
        """Take up what other processes made or changed, and end what is over.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        now, since = self._wall.now(), self._synced_at - _OVERLAP
        async with self._store.read() as tx:
            changed = await tx.alerts.changed_since(since)
        for alert in changed:
            self.take_up(alert)
        self._synced_at = now

    async def run(self) -> None:
        """Settle what is reached, for good."""
        while True:
            self._bell.clear()
            try:
                await self.settle()
                await self._read_past()
            except TrenchcoatError as error:
                log.warning("alerts_not_settled", waiting=len(self._hits), exc_info=error)
                await self._wall.sleep(_AGAIN_S)
                continue
            try:
                async with asyncio.timeout(_IDLE_S):
                    await self._bell.wait()
            except TimeoutError:
                continue

    async def settle(self) -> None:
        """Store what became of every alert that was reached; what cannot be stored is kept for next time.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        self._wake()
        now = self._wall.now()
        while self._hits:
            part = dict(list(self._hits.items())[:_AT_ONCE])
            for number in part:
                del self._hits[number]
            try:
                await self._settle(part, now)
            except StoreUnavailable:
                self._hits = {**part, **self._hits}
                raise

    async def _settle(self, part: Mapping[int, Sighting | None], now: datetime) -> None:
        async with self._store.read() as tx:
            found = await tx.alerts.some(part)
        turns = [(alert, _turned(alert, part[alert.id], now)) for alert in found]
        changed = [(before, after) for before, after in turns if after != before]
        posts = {
            after.id: await self._post(before, after, part[before.id], now)
            for before, after in changed
            if after.fires > before.fires
        }
        kept: list[Alert] = [before for before, after in turns if after == before]
        if changed:
            async with self._store.begin() as tx:
                for before, after in changed:
                    if not await tx.alerts.turn(before, after):
                        self._hits.setdefault(before.id, None)
                        continue
                    kept.append(replace(after, version=before.version + 1))
                    if after.id in posts:
                        await self._outbox.post(tx, *posts[after.id])
            if posts:
                self._outbox.ring()
                log.info("alerts_fired", count=len(posts))
        for before in found:
            self.memory.disarm(before)
        for alert in kept:
            self.take_up(alert)

    async def _post(
        self, before: Alert, after: Alert, seen: Sighting | None, now: datetime
    ) -> tuple[Notice, Sequence[Target]]:
        assert seen is not None, "nothing fires unseen"
        event: AlertFired = fired(before, after, seen, now)
        notice = Notice(
            key=event.key, kind=KIND, stream=Stream.ALERTS, body=events.encode(event), at=now,
            expires_at=now + FRESH, urgency=Urgency.ALERT, lateness=Lateness.SAY_AGE, about=before.token,
        )  # fmt: skip
        place = before.place
        if place is None:
            return notice, await self._audience.of_people([before.user_id], notice, kind=KIND)
        made_at = Target(channel=Channel(place.channel), address=place.address, topic=place.topic)
        return notice, await self._audience.of_place(place.chat_key, made_at, notice, kind=KIND)

    async def keep(self) -> None:
        """Keep what windows hold, so that a restart forgets no more of it than the time since.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        windows = {
            key: series.written(points)
            for key, points in self.memory.windows.items()
            if key not in self._unread
        }
        async with self._store.begin() as tx:
            await tx.alerts.keep_windows(windows)

    # --- the past of windows ------------------------------------------------------------------------------

    async def _read_past(self) -> None:
        """Let each new window know what was observed before it was there, as far as it is stored."""
        while self._unread:
            token, span = next(iter(self._unread))
            past: list[tuple[float, Resolved[Any]]] = []
            since: datetime | None = self._clock.now() - timedelta(seconds=WINDOWS_S[span])
            while since is not None:
                async with self._store.read() as tx:
                    part, since = await tx.snapshots.history_part(token, PRICE_USD, since, _PAST_READ)
                past += ((at.timestamp(), resolved) for at, resolved in part)
            async with self._store.read() as tx:
                points = series.read(await tx.alerts.window(token, span))
            self.memory.remember(token, span, past, points)
            self._unread.pop((token, span), None)


def _turned(alert: Alert, seen: Sighting | None, now: datetime) -> Alert:
    return lapsed(alert, now) if seen is None else turned(alert, seen, now)
