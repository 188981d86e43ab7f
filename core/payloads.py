"""Button payloads too long for a platform: kept under a random word until they expire."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from data.ports import Clock
from data.store.store import Store

KEPT_FOR = timedelta(days=30)
_REMEMBERED = 5_000


class Payloads:
    """Put a payload away for a word, and get it back by the word; an equal one is stored once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._words: OrderedDict[str, str] = OrderedDict()

    async def put(self, payload: str) -> str:
        """Keep a payload; gives its word."""
        known = self._words.get(payload)
        if known is not None:
            self._words.move_to_end(payload)
            return known
        async with self._store.begin() as tx:
            word = await tx.payloads.put(payload, self._clock.now() + KEPT_FOR)
        self._words[payload] = word
        while len(self._words) > _REMEMBERED:
            self._words.popitem(last=False)
        return word

    async def get(self, word: str) -> str | None:
        """Find a payload; None where there is none under this word, or no longer."""
        if len(word) > 40:
            return None
        async with self._store.read() as tx:
            return await tx.payloads.get(word)
