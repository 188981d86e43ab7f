"""The delivery of what is pushed: a worker an outlet, kept alive, and what is too late swept away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.attempts import counted_late
from bot.courier import Courier, OnClosed
from bot.leases import HOLD
from bot.outlet import Outlet
from bot.pacing import Pace
from bot.telling import Cards, Stories
from core.delivery.outbox import Outbox
from data.clock import Clock
from data.errors import StoreUnavailable
from data.metrics import Metrics, gauge
from data.models.delivery import Channel, Subscription, Target
from data.nursery import Nursery
from data.store.store import Store

log = structlog.get_logger("delivery")

WAITING = gauge("outbox_waiting", "Deliveries that wait", "channel")
OLDEST = gauge("outbox_oldest_seconds", "For how long the oldest due delivery has waited", "channel")

STOP_S = 10.0
_SWEEP_S = 15.0
_RESTARTS, _RESTART_S = 5, 1.0


class PostOffice:
    """All workers; `on_failed` is told of a channel whose worker cannot be kept alive.

    `hold` is how long what a worker leased stays with it unrenewed: as long waits what a killed one had.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        store: Store,
        cards: Cards,
        clock: Clock,
        rng: random.Random,
        nursery: Nursery,
        metrics: Metrics,
        on_closed: OnClosed | None = None,
        on_failed: Callable[[Channel], None] = lambda _: None,
        hold: timedelta = HOLD,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._stories = Stories(cards, store, nursery)
        self._clock = clock
        self._rng = rng
        self._nursery = nursery
        self._metrics = metrics
        self._on_closed = on_closed or _noted
        self._on_failed = on_failed
        self._hold = hold
        self._couriers: dict[Channel, Courier] = {}
        self._serving: list[asyncio.Task[None]] = []
        self._sweeping: asyncio.Task[None] | None = None

    def start(self, outlets: Sequence[Outlet]) -> None:
        """Begin to carry."""
        for outlet in outlets:
            courier = Courier(
                outlet, outbox=self._outbox, store=self._store, stories=self._stories, clock=self._clock,
                rng=self._rng, nursery=self._nursery, metrics=self._metrics, on_closed=self._on_closed,
                hold=self._hold,
            )  # fmt: skip
            self._couriers[outlet.channel] = courier
            self._serving.append(self._nursery.start(self._kept(courier), name=f"courier {outlet.channel}"))
        self._sweeping = self._nursery.start(self._sweep(), name="sweep outbox")

    def pace(self, channel: Channel) -> Pace | None:
        """Give the pace of a channel, so that answers to people are noted there and go first."""
        courier = self._couriers.get(channel)
        return None if courier is None else courier.pace

    async def stop(self) -> None:
        """Begin nothing more, let what is under way end (`STOP_S` at most), and give the rest back."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for courier in self._couriers.values():
            courier.stop()
        if self._serving:
            await asyncio.wait(self._serving, timeout=STOP_S)
        await asyncio.gather(*(courier.finish(STOP_S) for courier in self._couriers.values()))
        self._couriers.clear()

    async def _kept(self, courier: Courier) -> None:
        """Keep a worker at work; one that dies again and again is given up, and told of."""
        for number in range(1, _RESTARTS + 1):
            work = self._nursery.start(courier.serve(), name=f"carry {courier.channel}")
            try:
                await asyncio.wait({work})
            finally:
                work.cancel()
            if work.cancelled() or work.exception() is None:
                return
            log.error("courier_died", channel=courier.channel, times=number)
            await self._clock.sleep(_RESTART_S * 2**number)
        self._on_failed(Channel(courier.channel))

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(_SWEEP_S)
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.warning("not_swept", reason=str(error))

    async def sweep(self) -> None:
        """End what is too late to be told, and tell how the queues stand.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            expired = await tx.deliveries.expire()
        counted_late(self._metrics, expired)
        async with self._store.read() as tx:
            lines = {line.channel: line for line in await tx.outbox.queue()}
        for channel in self._couriers:
            line = lines.get(channel)
            oldest = None if line is None else line.oldest_due_at
            late_s = 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()
            self._metrics.of(WAITING, channel.value).set(0 if line is None else line.waiting)
            self._metrics.of(OLDEST, channel.value).set(max(0.0, late_s))


async def _noted(place: Target, reason: str, paused: Sequence[Subscription]) -> None:
    log.info("place_closed", channel=place.channel.value, reason=reason, paused=len(paused))
