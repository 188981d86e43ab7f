"""What is usual among the tokens that are watched, and the weather of the whole market."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log10

import numpy as np

from core.radar import facts
from core.radar.facts import Entry
from core.signals.baseline import mentioning_1h, spread_of_peers, volume_5m
from core.signals.measures import change
from core.signals.series import Series
from core.signals.window import MarketFigures, Measure, Peers, Spread, Window
from data.models.ids import TokenKey

_HOUR = timedelta(hours=1)
_MARKET_KEPT = timedelta(days=8)
_STALE = timedelta(minutes=15)  # a peer's figure older than this is of another weather
_AGES_H = (1.0, 6.0, 24.0, 24.0 * 7)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A token's figures when it was last judged."""

    at: datetime
    band: tuple[int, int]
    figures: dict[Measure, float]


class Crowd:
    """The watched tokens side by side. Figures are of the last time each was judged."""

    def __init__(self) -> None:
        self._seen: dict[TokenKey, _Seen] = {}
        self._begun: deque[datetime] = deque()
        self._moved: deque[datetime] = deque()
        self._hours: deque[tuple[datetime, int, float | None]] = deque()
        self._from: datetime | None = None
        self._spreads: tuple[datetime, dict[tuple[int, int], dict[Measure, Spread]]] | None = None

    def heard(self, entry: Entry) -> None:
        """Count launches and moves to a pool."""
        fact = entry.fact
        if self._from is None:
            self._from = fact.at
        if isinstance(fact, facts.Launched):
            self._begun.append(fact.at)
        elif isinstance(fact, facts.Migrated):
            self._moved.append(fact.at)

    def left(self, token: TokenKey) -> None:
        """Forget a token."""
        self._seen.pop(token, None)

    def seen(self, window: Window, born_at: datetime | None) -> None:
        """Note the figures of a window for others to be held against."""
        liquidity = window.liquidity_usd
        if born_at is None or liquidity is None:
            return
        bars = window.bars
        found = {
            Measure.VOLUME_5M: None if bars is None else volume_5m(bars),
            Measure.RETURN_1H: None if bars is None else change(bars, 60),
            Measure.MENTIONS_1H: mentioning_1h(window),
        }
        figures = {measure: value for measure, value in found.items() if value is not None}
        self._seen[window.token] = _Seen(window.now, _band(window.now - born_at, liquidity), figures)

    def peers(self, token: TokenKey, now: datetime) -> Peers | None:
        """Tell what is usual among tokens of like age and liquidity; worked out once a minute."""
        mine = self._seen.get(token)
        if mine is None:
            return None
        minute = now.replace(second=0, microsecond=0)
        if self._spreads is None or self._spreads[0] != minute:
            self._spreads = (minute, self._worked_out(now))
        return self._spreads[1].get(mine.band)

    def market(self, now: datetime) -> MarketFigures | None:
        """Tell launches an hour and the share that graduates, hour by hour, since one began to listen."""
        if self._from is None:
            return None
        begin = self._hours[-1][0] + _HOUR if self._hours else self._from + _HOUR
        while begin <= now:
            launches = sum(begin - _HOUR < at <= begin for at in self._begun)
            moves = sum(begin - _HOUR < at <= begin for at in self._moved)
            self._hours.append((begin, launches, moves / launches if launches else None))
            begin += _HOUR
        for kept in (self._begun, self._moved):
            while kept and kept[0] < now - 2 * _HOUR:
                kept.popleft()
        while self._hours and self._hours[0][0] < now - _MARKET_KEPT:
            self._hours.popleft()
        if not self._hours:
            return None
        graduating = ((at, ratio) for at, _, ratio in self._hours if ratio is not None)
        return MarketFigures(
            launches_1h=Series.of(((at, launches) for at, launches, _ in self._hours), now),
            graduation_ratio=Series.of(graduating, now),
        )

    def _worked_out(self, now: datetime) -> dict[tuple[int, int], dict[Measure, Spread]]:
        values: dict[tuple[int, int], dict[Measure, list[float]]] = {}
        for one in self._seen.values():
            if one.at > now - _STALE:
                of_band = values.setdefault(one.band, {})
                for measure, value in one.figures.items():
                    of_band.setdefault(measure, []).append(value)
        spreads = {
            band: {measure: spread_of_peers(np.array(known)) for measure, known in found.items()}
            for band, found in values.items()
        }
        return {
            band: {measure: spread for measure, spread in found.items() if spread is not None}
            for band, found in spreads.items()
        }


def _band(age: timedelta, liquidity_usd: float) -> tuple[int, int]:
    """Sort by age and by powers of ten of the liquidity."""
    hours = age.total_seconds() / 3_600
    return sum(hours >= bound for bound in _AGES_H), int(log10(max(liquidity_usd, 1.0)))
