"""What a notice says in a few words, where there is room for a line and not for its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.events import decode
from data.errors import InvariantBroken
from data.models.delivery import Notice
from data.models.text import one_line
from handlers import figures
from handlers.cards.hearing import STREAMS

LIMIT = 90


class Headlines:
    """Words by kind: an event that has a `headline` says it itself, of others the token is named."""

    def __init__(self, events: Mapping[str, type[Any]]) -> None:
        self._events = events

    def __call__(self, notice: Notice) -> str:
        """Say what a notice is about; one that can be read no longer is named by its stream."""
        kind = self._events.get(notice.kind)
        try:
            event = None if kind is None else decode(kind, notice.body)
        except InvariantBroken:
            event = None
        said = getattr(event, "headline", None)
        if isinstance(said, str) and (words := one_line(said, LIMIT)):
            return words
        symbol = getattr(event, "symbol", None)
        about = one_line(symbol, 24) if isinstance(symbol, str) else ""
        if not about and notice.about is not None:
            about = figures.address(notice.about.address)
        name = STREAMS[notice.stream]
        return f"{name}: {about}" if about else name
