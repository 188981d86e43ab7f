"""What is known of the figures that somebody waits for, and who waits where: all in memory, no I/O.

It is made anew from the store at every start; what it has taken out of its ladders, its owner settles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.alerts.gauges import Reading, field_of, reading
from core.alerts.grammar import WINDOWS_S
from core.alerts.match import Matcher
from core.alerts.series import Extremes, Held, Mark
from core.alerts.turn import Sighting, bounds
from data.models.alerts import Alert, Figure, Gauge
from data.models.fields import PRICE_USD, SYMBOL, Field
from data.models.ids import TokenKey
from data.models.market import Resolved, TokenSnapshot

_MOVES = frozenset({Figure.RISE, Figure.FALL})
_STUDIED = frozenset({Figure.RSI, Figure.SECURITY})  # told by a study, not by a snapshot


class AlertMemory:
    """Takes in what is observed, and tells which alerts it reaches."""

    def __init__(self) -> None:
        self._matcher = Matcher()
        self._windows: dict[TokenKey, dict[str, Extremes]] = {}
        self._movers: dict[tuple[TokenKey, str], set[int]] = {}
        self._held: dict[TokenKey, dict[Field[Any], Held]] = {}
        self._latest: dict[TokenKey, dict[Gauge, Sighting]] = {}

    def __len__(self) -> int:
        """How many bounds are waited at."""
        return len(self._matcher)

    @property
    def tokens(self) -> tuple[TokenKey, ...]:
        """The tokens whose figures matter."""
        return tuple(dict.fromkeys((*self._matcher.tokens, *self._windows)))

    def wanted(self, token: TokenKey) -> frozenset[Field[Any]]:
        """Tell which fields of a token matter."""
        watched = {field_of(gauge) for gauge in self._matcher.gauges(token)}
        if token in self._windows:
            watched.add(PRICE_USD)
        return frozenset({SYMBOL, *watched}) if watched else frozenset()

    def studied(self) -> Iterator[tuple[TokenKey, Gauge]]:
        """List the gauges that no snapshot tells."""
        for token in self._matcher.tokens:
            for gauge in self._matcher.gauges(token):
                if gauge.figure in _STUDIED:
                    yield token, gauge

    def arm(self, alert: Alert) -> None:
        """Let an alert wait where it now does."""
        for bound in bounds(alert):
            self._matcher.add(alert.token, alert.rule.gauge, bound, alert.id)

    def disarm(self, alert: Alert) -> None:
        """Let an alert wait there no longer."""
        for bound in bounds(alert):
            self._matcher.remove(alert.token, alert.rule.gauge, bound, alert.id)

    def follow(self, alert: Alert) -> bool:
        """Keep the window that an alert needs, while it lives; True where it is new and knows no past."""
        gauge = alert.rule.gauge
        if gauge.figure not in _MOVES:
            return False
        self._movers.setdefault((alert.token, gauge.span), set()).add(alert.id)
        windows = self._windows.setdefault(alert.token, {})
        if gauge.span in windows:
            return False
        windows[gauge.span] = Extremes(WINDOWS_S[gauge.span])
        return True

    def leave(self, alert: Alert) -> None:
        """Drop what an alert needed and nobody else does."""
        self._leave_window(alert)
        if alert.token not in self._windows and not self._matcher.gauges(alert.token):
            self._latest.pop(alert.token, None)
            self._held.pop(alert.token, None)

    def _leave_window(self, alert: Alert) -> None:
        key = (alert.token, alert.rule.gauge.span)
        movers = self._movers.get(key)
        if movers is None:
            return
        movers.discard(alert.id)
        if not movers:
            del self._movers[key]
            windows = self._windows[alert.token]
            del windows[alert.rule.gauge.span]
            if not windows:
                del self._windows[alert.token]

    def remember(
        self,
        token: TokenKey,
        span: str,
        past: Iterable[tuple[float, Resolved[Decimal]]],
        points: Iterable[Mark] = (),
    ) -> None:
        """Put what was observed earlier before what a window holds; all in seconds, `past` in order."""
        kept = self._windows.get(token, {}).get(span)
        if kept is None:
            return
        held, marks = Held(), [*points, *kept.points]
        for at, resolved in past:
            seen = _sighted(reading(resolved), held)
            if seen is not None:
                marks.append((at, seen.low, seen.high))
        whole = self._windows[token][span] = Extremes(WINDOWS_S[span])
        for mark in sorted(marks):
            whole.add(*mark)

    @property
    def windows(self) -> Mapping[tuple[TokenKey, str], tuple[Mark, ...]]:
        """The points of every window, by token and span."""
        return {
            (token, span): window.points
            for token, windows in self._windows.items()
            for span, window in windows.items()
        }

    def latest(self, token: TokenKey, gauge: Gauge) -> Sighting | None:
        """Give the last value that counted."""
        return self._latest.get(token, {}).get(gauge)

    def see(self, snapshot: TokenSnapshot) -> list[tuple[int, Sighting]]:
        """Take a snapshot in; gives the alerts that it reaches, which wait nowhere from now on."""
        token = snapshot.token
        windows, gauges = self._windows.get(token), self._matcher.gauges(token)
        if windows is None and not gauges:
            return []
        found: list[tuple[int, Sighting]] = []
        seen: dict[Field[Any], Sighting | None] = {}

        def sighted(key: Field[Any]) -> Sighting | None:
            if key not in seen:
                read = reading(snapshot.get(key))
                seen[key] = _sighted(read, self._held.setdefault(token, {}).setdefault(key, Held()))
            return seen[key]

        price = sighted(PRICE_USD) if windows else None
        if windows and price is not None:
            for window in windows.values():
                window.add(snapshot.at.timestamp(), price.low, price.high)
        for gauge in gauges:
            if gauge.figure in _STUDIED:
                continue
            value = sighted(field_of(gauge))
            if value is not None and gauge.figure in _MOVES:
                value = _moved(value, gauge, windows or {})
            if value is not None:
                found += self.told(token, gauge, value)
        return found

    def told(self, token: TokenKey, gauge: Gauge, value: Sighting) -> list[tuple[int, Sighting]]:
        """Take one value in; gives the alerts that it reaches."""
        self._latest.setdefault(token, {})[gauge] = value
        return [(number, value) for number in self._matcher.take(token, gauge, value.low, value.high)]


def _sighted(read: Reading | None, held: Held) -> Sighting | None:
    """Give a value as the range that may move something; what one source tells must have held for a while."""
    if read is None:
        return None
    low = high = read.value
    if read.alone:
        kept = held.add(read.at.timestamp(), read.value)
        if kept is None:
            return None
        low, high = kept
    return Sighting(value=read.value, low=low, high=high, at=read.at, sources=read.sources)


def _moved(price: Sighting, gauge: Gauge, windows: dict[str, Extremes]) -> Sighting | None:
    window = windows.get(gauge.span)
    if window is None:
        return None
    ratio = window.rise(price.low) if gauge.figure is Figure.RISE else window.fall(price.high)
    if ratio is None:
        return None
    return Sighting(value=ratio, low=ratio, high=ratio, at=price.at, sources=price.sources)
