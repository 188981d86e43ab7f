"""Who wants to hear of every snapshot that stands, whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from data.models.market import TokenSnapshot

Listener: TypeAlias = Callable[[TokenSnapshot], None]


class Observed:
    """Passes on what was resolved out of everything that was answered; never a first look at a part of it."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Let a function hear of every snapshot from now on; it must not wait."""
        self._listeners.append(listener)

    def tell(self, snapshot: TokenSnapshot) -> None:
        """Tell all who listen."""
        for listener in self._listeners:
            listener(snapshot)
