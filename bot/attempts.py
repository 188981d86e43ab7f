"""One attempt to put a message somewhere, and what its end means for the deliveries that it stands for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.outlet import Outlet, Unreached
from bot.pacing import Pace
from bot.telling import Form, form_of
from data.clock import Clock
from data.errors import ChatGone, ChatMoved, DeliveryError, Rejected, Throttled
from data.metrics import Metrics, counter, histogram
from data.models.delivery import Channel, Delivery, Living, Outcome, Settlement

ENDED = counter("outbox_ended", "Attempts to deliver, by how they ended", "channel", "outcome")
EXPIRED = counter("outbox_expired", "Notices that came too late to be told", "channel", "kind")
LAG = histogram(
    "outbox_lag_seconds", "From when a delivery was due until it was there", "channel",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)  # fmt: skip

JOIN = timedelta(minutes=30)  # how long a message is edited as more is known
SEND_S = 45.0
_RETRY_S, _LONGEST_RETRY_S = 2.0, 300.0
_OUTAGE_S = 30.0  # the longest that nothing is tried while the platform cannot be reached
_MOST_TOLD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one message tells: a delivery, and older ones of its strand that it stands for."""

    newest: Delivery
    older: tuple[Delivery, ...]
    living: Living | None
    form: Form

    @property
    def address(self) -> str:
        return self.newest.target.address

    @property
    def all(self) -> tuple[Delivery, ...]:
        return (*self.older, self.newest)


def packed(same: Sequence[Delivery], now: datetime) -> Parcel:
    """Make one message of deliveries of a strand, or of a single one, as it is told now."""
    *older, newest = sorted(same, key=lambda each: each.notice_id)
    living = newest.living
    if living is not None and not timedelta() <= now - living.begun_at < JOIN:
        living = None
    before = () if living is None else living.told
    told = tuple(dict.fromkeys((*before, *(each.notice_id for each in older))))[-_MOST_TOLD:]
    doubtful = any(each.doubtful for each in same)
    form = form_of(newest, told, now, doubtful=doubtful)
    return Parcel(newest=newest, older=tuple(older), living=living, form=form)


class Attempts:
    """Sends and edits through an outlet, and judges how it went."""

    def __init__(self, outlet: Outlet, pace: Pace, clock: Clock, rng: random.Random) -> None:
        self._outlet = outlet
        self._pace = pace
        self._clock = clock
        self._rng = rng
        self._unreached = 0

    async def make(self, parcel: Parcel, prepared: Any) -> list[Settlement]:
        """Put a message in its place; tells how each delivery ended, that of the newest last."""
        try:
            async with asyncio.timeout(SEND_S):
                message, edited = await self._put(parcel, prepared)
        except TimeoutError:
            ended = self._again(parcel, "no answer", self._delay_s(parcel), certain=False)
        except ChatGone as error:
            ended = _all(parcel, Outcome.GONE, str(error))
        except ChatMoved as error:
            ended = [Settlement(delivery=each, outcome=Outcome.LATER) for each in parcel.older]
            ended.append(Settlement(delivery=parcel.newest, outcome=Outcome.MOVED, moved_to=error.new_id))
        except Throttled as error:
            ended = self._throttled(parcel, error)
        except Rejected as error:
            ended = _all(parcel, Outcome.REFUSED, str(error))
        except Unreached as error:
            self._unreached += 1
            self._pace.hold_all(min(_OUTAGE_S, 2.0**self._unreached))
            ended = self._again(parcel, str(error), self._delay_s(parcel))
        except DeliveryError as error:
            ended = self._again(parcel, str(error), self._delay_s(parcel), certain=False)
        else:
            self._unreached = 0
            ended = _sent(parcel, message, edited=edited)
        return ended

    async def _put(self, parcel: Parcel, prepared: Any) -> tuple[str, bool]:
        target = parcel.newest.target
        if parcel.living is not None:
            try:
                return await self._outlet.edit(target, prepared, parcel.living.message), True
            except Rejected:  # it is there no more, or too old: what it told is told anew
                self._pace.took(target.address)
        return await self._outlet.send(target, prepared, nonce=parcel.newest.id), False

    def _throttled(self, parcel: Parcel, error: Throttled) -> list[Settlement]:
        if error.everywhere:
            self._pace.hold_all(error.retry_after_s)
        else:
            self._pace.hold(parcel.address, error.retry_after_s)
        return self._again(parcel, f"throttled for {error.retry_after_s:g} s", error.retry_after_s)

    def _again(
        self, parcel: Parcel, problem: str, wait_s: float, *, certain: bool = True
    ) -> list[Settlement]:
        at = self._clock.now() + timedelta(seconds=wait_s)
        return [
            Settlement(delivery=each, outcome=Outcome.LATER, at=at, problem=problem, certain=certain)
            for each in parcel.all
        ]

    def _delay_s(self, parcel: Parcel) -> float:
        """Choose how long to wait after a failure: twice as long each time, and never all at once."""
        doubled = _RETRY_S * 2.0 ** min(parcel.newest.begun, 10)
        return min(_LONGEST_RETRY_S, doubled) * self._rng.uniform(0.5, 1.0)


def _all(parcel: Parcel, outcome: Outcome, problem: str) -> list[Settlement]:
    return [Settlement(delivery=each, outcome=outcome, problem=problem) for each in parcel.all]


def _sent(parcel: Parcel, message: str, *, edited: bool) -> list[Settlement]:
    stood_for = [
        Settlement(delivery=each, outcome=Outcome.SENT, message=message, edited=True) for each in parcel.older
    ]
    told = (*parcel.form.told, parcel.newest.notice_id) if parcel.newest.strand is not None else ()
    newest = Settlement(
        delivery=parcel.newest, outcome=Outcome.SENT, message=message, edited=edited, told=told
    )
    return [*stood_for, newest]


def counted(metrics: Metrics, ended: Settlement, now: datetime) -> None:
    """Count an end; what was given back untried is none."""
    channel, delivery = ended.delivery.target.channel.value, ended.delivery
    if ended.outcome is Outcome.LATER and ended.at is None:
        return
    if ended.outcome is Outcome.EXPIRED:
        counted_late(metrics, {(ended.delivery.target.channel, delivery.notice.kind): 1})
        return
    metrics.of(ENDED, channel, ended.outcome.value).inc()
    if ended.outcome is Outcome.SENT:
        metrics.of(LAG, channel).observe(max(0.0, (now - delivery.due_at).total_seconds()))


def counted_late(metrics: Metrics, expired: Mapping[tuple[Channel, str], int]) -> None:
    """Count what ended untold because it was too late, by channel and kind."""
    for (channel, kind), count in expired.items():
        metrics.of(EXPIRED, channel.value, kind).inc(count)
