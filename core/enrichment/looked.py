"""Which tokens people looked at lately, and what they wanted to know of them."""

from __future__ import annotations

from typing import Any, TypeAlias

from cachetools import LRUCache

from data.clock import Clock
from data.models.fields import Field
from data.models.ids import TokenKey

_REMEMBERED = 2_000

Wanted: TypeAlias = frozenset[Field[Any]]


class Looked:
    """A memory of this process; nothing depends on it but how soon an answer is there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: LRUCache[TokenKey, tuple[float, Wanted]] = LRUCache(_REMEMBERED)

    def at(self, token: TokenKey, wanted: Wanted) -> None:
        """Note that someone looks at a token now."""
        _, before = self._seen.get(token, (0.0, Wanted()))
        self._seen[token] = (self._clock.monotonic(), before | wanted)

    def lately(self, within_s: float) -> tuple[tuple[TokenKey, Wanted], ...]:
        """List what was looked at in the last seconds, the newest first."""
        since = self._clock.monotonic() - within_s
        seen = [(at, token, wanted) for token, (at, wanted) in self._seen.items() if at >= since]
        return tuple((token, wanted) for _, token, wanted in sorted(seen, key=lambda each: -each[0]))
