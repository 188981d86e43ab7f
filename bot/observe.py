"""Counts of what people ask."""

from __future__ import annotations

from data.metrics import Metrics, counter, histogram

COMMANDS = counter("commands", "Commands answered", "command", "outcome")
SECONDS = histogram(
    "command_seconds", "Time from a request to its last frame", "command",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
)  # fmt: skip


class CommandMetrics:
    """Record each request."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def command_ended(self, command: str, outcome: str, seconds: float) -> None:
        """Record one request."""
        self._metrics.of(COMMANDS, command, outcome).inc()
        self._metrics.of(SECONDS, command).observe(seconds)
