"""Digests: what was held back for a place, told together when it is due.

What was held lies in an inbox, under a topic, due when its digest is: so it is committed with its own fact,
and a digest can be made again from there. Its key names place and time: made twice, it is sent once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from core.delivery.audience import HELD, Audience, place_held
from core.delivery.outbox import Outbox
from core.delivery.verdict import Reason
from core.events import encode
from data.models.delivery import Lateness, Notice, Stream, Urgency
from data.models.hearing import Gathered
from data.models.ids import TokenKey
from data.ports import Clock
from data.store.store import Store

KIND = "digest"
EVERY = timedelta(seconds=30)
LINES = 12
_SETTLING = timedelta(seconds=30)  # what was decided before the time may be committed a little after it
_LOOKED_BACK = timedelta(hours=48)  # at the start: what was due while we were away
_WORTH = timedelta(hours=12)

Headline: TypeAlias = Callable[[Notice], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One notice of a digest in a few words."""

    at: datetime
    stream: Stream
    words: str
    about: TokenKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What came together: how many of each stream and for which reason, and the most urgent in words."""

    version: int = 1
    due_at: datetime
    streams: tuple[tuple[Stream, int], ...]
    over_budget: int
    in_quiet: int
    lines: tuple[Line, ...]
    inbox: bool  # whether its reader can find all of it in an inbox

    @property
    def total(self) -> int:
        return sum(count for _, count in self.streams)

    @property
    def headline(self) -> str:
        return f"Digest of {self.total}"


class Digests:
    """Sends digests as they fall due."""

    def __init__(
        self, store: Store, outbox: Outbox, audience: Audience, wall: Clock, headline: Headline
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._audience = audience
        self._wall = wall
        self._headline = headline
        self._since: datetime | None = None

    async def run(self) -> None:
        """Send the digests that fell due since the last run."""
        until = self._wall.now() - _SETTLING
        since = min(self._since or until - _LOOKED_BACK, until)
        async with self._store.read() as tx:
            gathered = await tx.held.gathered(HELD.values(), since, until)
            known = await tx.held.known([_key(each) for each in gathered])
        for each in gathered:
            if _key(each) not in known:
                await self._send(each)
        self._since = until

    async def _send(self, gathered: Gathered) -> None:
        async with self._store.read() as tx:
            newest = await tx.held.newest(gathered, LINES)
        notice = Notice(
            key=_key(gathered), kind=KIND, stream=Stream.UPDATES, at=gathered.due_at,
            body=encode(digest(gathered, newest, self._headline)), urgency=Urgency.NEWS,
            lateness=Lateness.SAY_AGE, expires_at=self._wall.now() + _WORTH,
        )  # fmt: skip
        chat = place_held(gathered.address)
        ways = await self._audience.of_digest(gathered.user_id, chat, notice)
        if ways:
            await self._outbox.publish(notice, ways)


def digest(gathered: Gathered, newest: tuple[Notice, ...], headline: Headline) -> Digest:
    """Say what came together."""
    streams: Counter[Stream] = Counter()
    reasons: Counter[str] = Counter()
    for (stream, topic), count in gathered.counts.items():
        streams[stream] += count
        reasons[topic] += count
    return Digest(
        due_at=gathered.due_at,
        streams=tuple(streams.most_common()),
        over_budget=reasons[HELD[Reason.BUDGET]],
        in_quiet=reasons[HELD[Reason.QUIET]],
        lines=tuple(
            Line(at=each.at, stream=each.stream, words=headline(each), about=each.about) for each in newest
        ),
        inbox=gathered.user_id is not None,
    )


def _key(gathered: Gathered) -> str:
    return f"{KIND}:{gathered.address}:{gathered.due_at.isoformat()}"
