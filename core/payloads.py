"""Button payloads too long for a platform: kept under a random word until they expire."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.memory import Memory
from data.ports import Clock
from data.store.store import Store

KEPT_FOR = timedelta(days=30)
_REMEMBERED = 5_000


class Payloads:
    """Put a payload away for a word, and get it back by the word; an equal one is stored once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._words: Memory[str, tuple[str, datetime]] = Memory(_REMEMBERED)

    async def put(self, payload: str) -> str:
        """Keep a payload; gives its word."""
        now = self._clock.now()
        if payload in self._words:
            word, expires_at = self._words[payload]
            if expires_at - now > KEPT_FOR / 2:
                return word
        async with self._store.begin() as tx:
            word = await tx.payloads.put(payload, now + KEPT_FOR)
        self._words.wrote(payload, (word, now + KEPT_FOR))
        return word

    async def get(self, word: str) -> str | None:
        """Find a payload; None where there is none under this word, or no longer."""
        if len(word) > 40:
            return None
        async with self._store.read() as tx:
            return await tx.payloads.get(word)
