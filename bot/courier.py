"""Carries what is pushed to one platform, one worker an outlet.

The order of a place is kept, and at most one message is under way to it. An attempt is on record before it
is made, and its end as soon as it is known, in one commit with the beginning of the next: so a crash leaves
what was under way in doubt, and nothing else.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog

from bot.attempts import Attempts, Parcel, counted, packed
from bot.leases import AGAIN_S, HOLD, Leases
from bot.outlet import Outlet
from bot.pacing import Pace
from bot.shelf import Shelf
from bot.telling import Stories, Telling, Unready
from core.delivery.outbox import Outbox
from data.clock import Clock
from data.metrics import Metrics
from data.models.delivery import Delivery, Living, Outcome, Settlement, Subscription, Target
from data.nursery import Nursery
from data.store.store import Store

log = structlog.get_logger("delivery")

SLOW_S = 5.0  # under way for longer, a message no longer takes the room of others
_BATCH, _FEW, _MOST_HELD = 64, 16, 1024
_SLOWEST = 8  # times as many as may be under way, the slow ones among them
_LOOK_S = 0.25
_LEAD_S, _AHEAD_S = 0.02, 0.1  # how long before its turn one is begun: alone, or along with a settlement
_NEVER = float("inf")

OnClosed: TypeAlias = Callable[[Target, str, Sequence[Subscription]], Coroutine[Any, Any, None]]


class Courier:
    """The worker of one outlet; `on_closed` is told of a place that is closed, with what it listened to."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        outbox: Outbox,
        store: Store,
        stories: Stories,
        clock: Clock,
        rng: random.Random,
        nursery: Nursery,
        metrics: Metrics,
        on_closed: OnClosed,
        hold: timedelta = HOLD,
    ) -> None:
        self._outlet = outlet
        self._clock = clock
        self._nursery = nursery
        self._metrics = metrics
        self._on_closed = on_closed
        self.pace = Pace(outlet.allowance, clock)
        self._leases = Leases(outlet.channel, secrets.token_hex(8), store, clock, metrics, hold)
        self._changed = asyncio.Event()
        self._attempts = Attempts(outlet, self.pace, clock, rng)
        self._telling = Telling(outlet, stories, nursery, self._drawn)
        self._shelf = Shelf()
        self._flying: dict[str, float] = {}
        self._undrawn: set[str] = set()
        self._ended: list[Settlement] = []
        self._stopping = False
        outbox.on_ring(self._rung)

    @property
    def channel(self) -> str:
        return self._outlet.channel.value

    @property
    def held(self) -> int:
        """How many deliveries are in memory."""
        return len(self._shelf) + len(self._flying)

    async def serve(self) -> None:
        """Carry until `stop`."""
        while not self._stopping:
            self._changed.clear()
            await self._leases.renew(holding=self.held > 0)
            look_at = await self._fill()
            parcel, goes_at = self._next()
            now = self._clock.monotonic()
            if parcel is not None and goes_at - now <= (_AHEAD_S if self._ended else _LEAD_S):
                await self._launch(parcel, goes_at)
            elif self._ended:
                await self._turn()
            else:
                await self._wait(min(goes_at - _LEAD_S, look_at, self._leases.renew_at))

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True
        self._changed.set()

    async def finish(self, within_s: float) -> None:
        """After `serve` has ended: let what is under way end, and give the rest back."""
        until = self._clock.monotonic() + within_s
        while self._flying and self._clock.monotonic() < until:
            self._changed.clear()
            await self._wait(until)
        await self._turn()
        held = tuple(self._shelf)
        self._shelf.clear()
        await self._leases.release(held)

    def _rung(self) -> None:
        self._leases.look_at = 0.0
        self._changed.set()

    def _drawn(self) -> None:
        self._undrawn.clear()
        self._changed.set()

    async def _wait(self, until: float) -> None:
        """Wait for a change, or an instant."""
        left = until - self._clock.monotonic()
        try:
            async with asyncio.timeout(max(left, 0.0)):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _launch(self, parcel: Parcel, goes_at: float) -> None:
        """Put an attempt on record, and make it when its time has come."""
        prepared = self._prepared(parcel)
        if prepared is None or not await self._begin(parcel):
            return
        while self._clock.monotonic() < goes_at:
            self._changed.clear()
            if self._ended:
                await self._turn()
            else:
                await self._wait(goes_at)
        self.pace.took(parcel.address)
        self._nursery.start(self._carry(parcel, prepared), name=f"deliver {self.channel}")

    def _room(self) -> bool:
        """Tell whether one more may be under way; what is slow there counts for little."""
        now, most = self._clock.monotonic(), self._outlet.allowance.at_once
        quick = sum(1 for began in self._flying.values() if now - began < SLOW_S)
        return quick < most and len(self._flying) < most * _SLOWEST

    async def _fill(self) -> float:
        """Lease more where little is at hand that could go soon; tells when to look again."""
        now = self._clock.monotonic()
        room = min(_BATCH, _MOST_HELD - self.held)
        if room <= 0 or self._at_hand(now) >= _FEW:
            return _NEVER
        if now >= self._leases.look_at:
            for each in await self._leases.more(room):
                self._shelf.put(each)
        return self._leases.look_at

    def _at_hand(self, now: float) -> int:
        return sum(
            count
            for address, _, count in self._shelf.heads()
            if address not in self._flying and self.pace.at(address) <= now + 1.0
        )

    def _next(self) -> tuple[Parcel | None, float]:
        """Choose what goes next and when: the most urgent of what may go first."""
        slot = max(self.pace.slot(), self._clock.monotonic())
        best: tuple[float, int, datetime, int, str] | None = None
        if not self._room():
            return None, _NEVER if not self._flying else self._clock.monotonic() + _LOOK_S
        for address, head, _ in self._shelf.heads():
            if address not in self._flying and address not in self._undrawn:
                goes_at = max(slot, self.pace.at(address))
                rank = (goes_at, head.notice.urgency, head.due_at, head.id, address)
                best = rank if best is None else min(best, rank)
        if best is None:
            return None, _NEVER
        return self._parcel(best[-1], best[0]), best[0]

    def _parcel(self, address: str, goes_at: float) -> Parcel | None:
        """Make a message of what comes first in a place, and of what joins it; ends what is too late."""
        now = self._clock.now() + timedelta(seconds=goes_at - self._clock.monotonic())
        if any(each.notice.ends_at <= now for each in self._shelf.at(address)):
            for late in [each for each in self._shelf if each.notice.ends_at <= now]:
                self._shelf.drop(late)
                self._note(Settlement(delivery=late, outcome=Outcome.EXPIRED))
        return packed(self._shelf.joining(address), now) if self._shelf.at(address) else None

    def _prepared(self, parcel: Parcel) -> Any | None:
        """Give what to send; where it is not ready yet, its place stands back until it is."""
        try:
            prepared = self._telling.prepared(parcel.form, parcel.newest.notice)
        except Unready as error:
            log.warning("not_drawn", kind=parcel.newest.notice.kind, reason=str(error))
            self.pace.hold(parcel.address, AGAIN_S)
            if error.ever:
                for each in parcel.all:
                    self._shelf.drop(each)
                    self._note(Settlement(delivery=each, outcome=Outcome.REFUSED, problem=str(error)))
            return None
        if prepared is None:
            self._undrawn.add(parcel.address)
        return prepared

    async def _begin(self, parcel: Parcel) -> bool:
        """Put an attempt on record; False where none may be made."""
        begun = await self._turn(parcel.all)
        if begun is None:
            return False
        for each in parcel.all:
            self._shelf.drop(each)
        ours = [each for each in parcel.all if each.id in begun]
        if len(ours) < len(parcel.all):  # another worker has taken some over
            self._ended += [Settlement(delivery=each, outcome=Outcome.LATER) for each in ours]
            return False
        self._flying[parcel.address] = self._clock.monotonic()
        return True

    async def _turn(self, begin: Sequence[Delivery] = ()) -> frozenset[int] | None:
        """Settle what has ended, and begin; None where the database does not answer."""
        ended, self._ended = self._ended, []
        if not ended and not begin:
            return frozenset()
        turn = await self._leases.turn(ended, begin)
        if turn is None:
            self._ended = ended + self._ended
            return None
        closed = {each.delivery.target: each.problem for each in ended if each.outcome is Outcome.GONE}
        for place, problem in closed.items():
            paused = [each for each in turn.paused if each.target.address == place.address]
            self._nursery.start(self._on_closed(place, problem, paused), name="place closed")
        return turn.begun

    async def _carry(self, parcel: Parcel, prepared: Any) -> None:
        ended: list[Settlement] = []
        try:
            ended = await self._attempts.make(parcel, prepared)
        finally:
            # Without an end it stays on record as under way, and comes back as doubtful.
            self._flying.pop(parcel.address, None)
            for each in ended:
                self._note(each)
            if ended:
                self._follow(ended[-1])
            self._changed.set()

    def _follow(self, ended: Settlement) -> None:
        """Let what else is held for the place know how it went there."""
        place, rest = ended.delivery.target, self._shelf.at(ended.delivery.target.address)
        match ended.outcome:
            case Outcome.SENT if ended.told:
                before = ended.delivery.living
                begun_at = before.begun_at if ended.edited and before is not None else self._clock.now()
                living = Living(message=ended.message, begun_at=begun_at, told=ended.told)
                self._shelf.told(ended.delivery, living)
            case Outcome.GONE:
                for each in [each for each in rest if place.topic in {"", each.target.topic}]:
                    self._shelf.drop(each)
                    self._note(replace(ended, delivery=each))
            case Outcome.LATER | Outcome.MOVED:  # given back, and barred until the place may hear again
                for each in rest:
                    self._shelf.drop(each)
                    self._note(Settlement(delivery=each, outcome=Outcome.LATER))

    def _note(self, ended: Settlement) -> None:
        """Keep an end for the next turn, and count it."""
        self._ended.append(ended)
        self._changed.set()
        counted(self._metrics, ended, self._clock.now())
