"""What a worker has leased, as the store keeps it; a store that does not answer is asked again later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import structlog

from bot.attempts import counted_late
from data.clock import Clock
from data.errors import StoreUnavailable
from data.metrics import Metrics
from data.models.delivery import Channel, Delivery, Settlement, Turn
from data.store.store import Store

log = structlog.get_logger("delivery")

HOLD = timedelta(seconds=15)  # what another worker waits before it takes over
AGAIN_S = 1.0
_RENEWALS = 4  # in the time of one lease
_LOOK_S, _LOOK_SOON_S = 2.0, 0.25
_BARRED_S = 0.5  # what is due, but in places that must wait


class Leases:
    """The leases of the worker called `name`, which no other one is ever called."""

    def __init__(
        self, channel: Channel, name: str, store: Store, clock: Clock, metrics: Metrics, hold: timedelta
    ) -> None:
        self._channel = channel
        self._name = name
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._hold = hold
        self.look_at = self.renew_at = 0.0

    async def more(self, most: int) -> tuple[Delivery, ...]:
        """Take what is due, and end what is too late to be told; sets when to look again."""
        now = self._clock.monotonic()
        try:
            async with self._store.read() as tx:
                soonest = await tx.deliveries.soonest(self._channel, self._name)
            waits_s = _LOOK_S if soonest is None else (soonest - self._clock.now()).total_seconds()
            if waits_s > 0:
                self.look_at = now + min(waits_s, _LOOK_S)
                return ()
            async with self._store.begin() as tx:
                expired = await tx.deliveries.expire()
                leased = await tx.deliveries.lease(self._channel, self._name, most, self._hold)
        except StoreUnavailable as error:
            self._failed("lease", error)
            self.look_at = now + AGAIN_S
            return ()
        counted_late(self._metrics, expired)
        self.look_at = now + (0.0 if len(leased) == most else _LOOK_SOON_S if leased else _BARRED_S)
        return leased

    async def renew(self, *, holding: bool) -> None:
        """Hold what is leased for longer, every few seconds."""
        now = self._clock.monotonic()
        if now < self.renew_at:
            return
        self.renew_at = now + self._hold.total_seconds() / _RENEWALS
        if not holding:
            return
        try:
            async with self._store.begin() as tx:
                await tx.deliveries.renew(self._channel, self._name, self._hold)
        except StoreUnavailable as error:
            self._failed("renew", error)

    async def turn(self, ended: Sequence[Settlement], begin: Sequence[Delivery]) -> Turn | None:
        """Settle and begin; None where the store did not answer, after a while."""
        try:
            async with self._store.begin() as tx:
                return await tx.deliveries.turn(self._name, ended, begin)
        except StoreUnavailable as error:
            self._failed("settle", error)
            await self._clock.sleep(AGAIN_S)
            return None

    async def release(self, held: Collection[Delivery]) -> None:
        """Give back what was not begun; where that fails, the leases lapse."""
        if not held:
            return
        try:
            async with self._store.begin() as tx:
                await tx.deliveries.release(self._name, held)
        except StoreUnavailable as error:
            self._failed("release", error)

    def _failed(self, what: str, error: StoreUnavailable) -> None:
        log.warning("outbox_unavailable", channel=self._channel.value, to=what, reason=str(error))
