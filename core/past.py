"""What was known of a token over time, from the snapshots that are kept whenever somebody asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from data.clock import Clock
from data.models.fields import Field
from data.models.ids import TokenKey
from data.models.market import Resolved
from data.store.store import Store

T = TypeVar("T")

History: TypeAlias = tuple[tuple[datetime, Resolved[T]], ...]

# The longest first; of a token that is asked for all the time the shorter ones are read.
_WINDOWS = (timedelta(days=30), timedelta(days=3), timedelta(hours=8), timedelta(hours=2))
_READ = 300  # snapshots at most: they are unpacked on the loop; two hours hold 240, one each half minute


class Past:
    """Looks back in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, token: TokenKey, key: Field[T]) -> History[T]:
        """List what was known of one field, oldest first, over the longest window that can be read.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        now = self._clock.now()
        known: History[T] = ()
        async with self._store.read() as tx:
            for window in _WINDOWS:
                known = await tx.snapshots.history(token, key, now - window, _READ)
                # A window that holds too much ends before now: a shorter one does not.
                if known and not await tx.snapshots.history(token, key, known[-1][0], _READ):
                    break
        return known
