"""Streams on the card of the platform's health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.enrichment.alarms import Alarm
from data.models.events import FeedPhase, FeedState
from handlers import figures
from handlers.reply import Field, text


def alarm_field(alarms: Sequence[Alarm], now: datetime) -> Field:
    """Name who finds far less than usual, and since when."""
    rows = [
        f"{alarm.source or 'all sources'} in {alarm.job}: {alarm.found} of {alarm.asked}"
        f"{'' if alarm.usual is None else f', usually {alarm.usual * 100:.0f} %'},"
        f" for {figures.age(now - alarm.since)}"
        for alarm in alarms
    ]
    return Field("Alarms", text("\n".join(rows) or "none"), 85, inline=False)


def feed_fields(feeds: Sequence[FeedState], now: datetime) -> tuple[Field, ...]:
    """Say of each stream how it is doing, and what was lost."""
    return tuple(Field(f"Stream {feed.name}", text(_words(feed, now)), 60) for feed in feeds)


def _words(feed: FeedState, now: datetime) -> str:
    words = [f"{feed.phase.value} for {figures.age(now - feed.since)}"]
    if feed.phase is not FeedPhase.LIVE and feed.problem:
        words.append(feed.problem)
    words.append(f"{figures.count(feed.per_minute)} events/min")
    last = "none yet" if feed.last_at is None else figures.ago(feed.last_at, now)
    words.append(f"last event {last}")
    words.append(_counted(feed.reconnects, "reconnect"))
    words.append(f"{figures.count(feed.dropped)} dropped")
    if feed.refused:
        words.append(f"{figures.count(feed.refused)} unusable")
    if feed.gaps:
        words.append(_counted(feed.gaps, "gap"))
    return " · ".join(words)


def _counted(count: int, what: str) -> str:
    return f"{figures.count(count)} {what}{'' if count == 1 else 's'}"
