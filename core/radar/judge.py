"""The detectors at work on facts: a fact goes in, signals come out.

The radar at work and a replay are the same here: the same facts in the same order give the same signals.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.radar import facts
from core.radar.facts import Entry
from core.radar.windows import Windows
from core.signals.preconditions import COOLDOWN, cooled
from core.signals.registry import evaluate
from core.signals.spec import Cfg, Signal


class Judge:
    """Watches tokens by the facts that it is given, and asks the detectors where the facts say so."""

    def __init__(self, cfg: Cfg, past: Iterable[Signal] = ()) -> None:
        """Begin with the signals of the last half hour, which it tells no second time."""
        self._cfg = cfg
        self._past: deque[Signal] = deque(past)
        self.windows = Windows()

    def hear(self, entry: Entry) -> tuple[Signal, ...]:
        """Take a fact in; give the signals that it leads to, none of them told within the last half hour."""
        if isinstance(entry.fact, facts.Began):
            self.windows = Windows()
        self.windows.take(entry)
        if not isinstance(entry.fact, facts.Judged):
            return ()
        window = self.windows.window(entry.token, entry.fact)
        while self._past and entry.fact.at - self._past[0].at >= COOLDOWN:
            self._past.popleft()
        found = tuple(signal for signal in evaluate(window, self._cfg) if cooled(self._past, signal))
        self._past.extend(found)
        return found
