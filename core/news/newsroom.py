"""The stream of news: what many readers voted on, told once to whoever listens, and only so much an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from core import events
from core.delivery.audience import Audience
from core.delivery.outbox import Outbox
from core.news.headlines import Headline, Headlines
from core.news.told import KIND, told
from core.news.tone import votes_of
from data.clock import Clock
from data.models.delivery import Lateness, Notice, Stream, Urgency
from data.ports import Deadline
from data.store.store import Store

log = structlog.get_logger("news")

EVERY = timedelta(minutes=5)
FRESH = timedelta(hours=6)  # older headlines are no news
IMPORTANT = 10  # votes
AN_HOUR = 4
_HOUR = timedelta(hours=1)
_GOOD_FOR = timedelta(hours=2)
_PATIENCE_S = 8.0


class Newsroom:
    """Reads the sources and tells what is new; `clock` is the market's time, `wall` that of people."""

    def __init__(
        self,
        *,
        headlines: Headlines,
        store: Store,
        outbox: Outbox,
        audience: Audience,
        clock: Clock,
        wall: Clock,
    ) -> None:
        self._headlines = headlines
        self._store = store
        self._outbox = outbox
        self._audience = audience
        self._clock = clock
        self._wall = wall

    async def run(self) -> None:
        """Tell what is new and important; where nobody listens, no source is asked.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.read() as tx:
            listening = await tx.subscriptions.of_stream(Stream.NEWS)
        if not listening:
            return
        news = await self._headlines.latest(Deadline.after(self._clock, _PATIENCE_S), background=True)
        for gap in news.gaps:
            log.info("news_missing", source=gap.source, reason=gap.reason.value)
        await self._tell(important(news.headlines, self._clock.now()))

    async def _tell(self, found: Iterable[Headline]) -> None:
        now = self._wall.now()
        by_key = {f"news:{each.key}": each for each in found}
        async with self._store.read() as tx:
            known = await tx.held.known(list(by_key))
            lately = await tx.announcements.told(KIND, now + _GOOD_FOR - _HOUR)
        fresh = [(key, each) for key, each in by_key.items() if key not in known]
        for key, each in fresh[: max(0, AN_HOUR - lately)]:
            notice = Notice(
                key=key, kind=KIND, stream=Stream.NEWS, body=events.encode(told(each)), at=now,
                expires_at=now + _GOOD_FOR, urgency=Urgency.NEWS, lateness=Lateness.DROP,
            )  # fmt: skip
            await self._outbox.publish(notice, await self._audience.of_stream(Stream.NEWS, notice))


def important(headlines: Iterable[Headline], now: datetime) -> tuple[Headline, ...]:
    """Keep what is fresh and many voted on, what most voted on first."""
    kept = [
        each
        for each in headlines
        if timedelta() <= now - each.item.at <= FRESH and votes_of(each.item) >= IMPORTANT
    ]
    return tuple(sorted(kept, key=lambda each: (-votes_of(each.item), each.key)))
