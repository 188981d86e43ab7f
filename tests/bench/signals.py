"""Milliseconds in which all twenty detectors look at a token's day, and in which its window is made."""

from __future__ import annotations

from collections.abc import Callable

from core.signals.registry import detectors, evaluate
from core.signals.spec import Cfg
from tests.bench.measure import Goal, Row, Series, now
from tests.fakes.recording import Recording, calm, crowd, traded

ROUNDS = 15
TIMES = 20
AT_MOST_MS = 2.0
TRADES = 5_000


def measure() -> list[Row]:
    """Look at a calm day, and at one with thousands of trades in its last hour."""
    quiet, busy = calm(), traded(calm(), crowd(TRADES, 60, 30))
    detectors()
    return [
        _row("twenty detectors on a day of a token", quiet),
        _row(f"the same with {TRADES} trades in the last hour", busy),
        Row(subject="window of a day made of rows", unit="ms", ours=_timed(quiet.window, 2)),
    ]


def _row(subject: str, recording: Recording) -> Row:
    window, cfg = recording.window(), Cfg()
    figures = _timed(lambda: evaluate(window, cfg), TIMES)
    return Row(subject=subject, unit="ms", ours=figures, goal=Goal(bound=AT_MOST_MS, of="ours"))


def _timed(call: Callable[[], object], times: int) -> Series:
    rounds = []
    for _ in range(ROUNDS + 1):
        started = now()
        for _ in range(times):
            call()
        rounds.append((now() - started) / times * 1000)
    return tuple(rounds[1:])  # the first one warms up
