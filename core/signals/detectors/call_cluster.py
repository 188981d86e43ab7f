"""Chats that have nothing to do with each other call the same coin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from core.signals.conditions import Way, at_least
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import Call, Window

_WITHIN = timedelta(minutes=30)


@detector(SignalType.CALL_CLUSTER, needs=(Part.CALLS,), chats=3)
def call_cluster(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Ask whether it was called in 3 unrelated chats within 30 minutes.

    Two may be chance, three hardly are. Chats of one owner, calls of one author and copied words are one:
    a network of channels is one voice, paid once.
    """
    assert window.calls is not None
    recent = [call for call in window.calls if window.now - call.at < _WITHIN]
    voices = float(unrelated(recent))
    return (
        Way(conditions=(at_least("unrelated_chats_30m", voices, limit["chats"], Part.CALLS, grows=True),)),
    )


def unrelated(calls: Iterable[Call]) -> int:
    """Count the groups of calls that share no chat, owner, author or words, even over others."""
    groups: list[set[tuple[str, str]]] = []
    for call in calls:
        marks = {("chat", call.chat), ("related", call.related)}
        marks |= {("author", call.author)} if call.author else set()
        marks |= {("digest", call.digest)} if call.digest else set()
        apart = [group for group in groups if not group & marks]
        groups = [*apart, marks.union(*(group for group in groups if group & marks))]
    return len(groups)
