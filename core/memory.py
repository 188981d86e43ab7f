"""A bounded memory before the store: read once, written through; a read that a write overtook is not kept."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """The values used last, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._kept: LRUCache[K, V] = LRUCache(limit)
        self._writes = 0

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __getitem__(self, key: K) -> V:
        return self._kept[key]

    def get(self, key: K) -> V | None:
        """Give a value; None where it is not known."""
        try:
            return self._kept[key]
        except KeyError:
            return None

    @property
    def writes(self) -> int:
        """How many writes there were: ask before a read, and say so when keeping what it gave."""
        return self._writes

    def read(self, key: K, value: V, writes: int) -> V:
        """Keep what a read gave, unless something was written since it began; gives the value back."""
        if writes == self._writes:
            self._kept[key] = value
        return value

    def wrote(self, key: K, value: V) -> V:
        """Keep what was written."""
        self._writes += 1
        self._kept[key] = value
        return value

    def drop(self, *keys: K) -> None:
        """Forget what was changed, so that it is read anew."""
        self._writes += 1
        for key in keys:
            self._kept.pop(key, None)

    def drop_all(self) -> None:
        """Forget everything."""
        self._writes += 1
        self._kept.clear()
