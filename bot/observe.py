"""Counts of what people ask."""

from __future__ import annotations

from collections.abc import Callable

from data.metrics import Metrics, counter, histogram
from data.models.chat import Chat

COMMANDS = counter("commands", "Commands answered", "command", "outcome")
SECONDS = histogram(
    "command_seconds", "Time from a request to its last frame", "command",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
)  # fmt: skip


class Asked:
    """Tells who wants to know that somebody in a chat is about to be answered."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Chat], None]] = []

    def listen(self, listener: Callable[[Chat], None]) -> None:
        """Call a function with every such chat from now on; it must not wait."""
        self._listeners.append(listener)

    def heard(self, chat: Chat) -> None:
        """Tell all who listen."""
        for listener in self._listeners:
            listener(chat)


class CommandMetrics:
    """Record each request."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        """Record one request."""
        self._metrics.of(COMMANDS, command, outcome).inc()
        self._metrics.of(SECONDS, command).observe(seconds)
