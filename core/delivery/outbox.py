"""The outbox as those see it who have something to tell, and those who carry it out.

A fact is stored and its notice posted in one transaction, so that neither is there without the other; then
the workers are rung up. What is posted elsewhere, they find by themselves a little later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from data.models.delivery import Notice, Target
from data.ports import Clock
from data.store.store import Store, Tx

_KEPT = timedelta(days=30)  # how long what was told can be read again


class Outbox:
    """Where to put what shall be told."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []

    async def post(self, tx: Tx, notice: Notice, targets: Sequence[Target]) -> bool:
        """Take up a notice within the transaction that stores its fact; False where its key is known.

        `ring` belongs after the commit.
        """
        return await tx.outbox.post(notice, targets)

    def ring(self) -> None:
        """Tell the workers that there is something to carry."""
        for listener in self._listeners:
            listener()

    async def publish(self, notice: Notice, targets: Sequence[Target]) -> bool:
        """Post a notice that no other fact belongs to, and ring; False where its key is known.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            fresh = await tx.outbox.post(notice, targets)
        self.ring()
        return fresh

    def on_ring(self, listener: Callable[[], None]) -> None:
        """Call a worker with every ring."""
        self._listeners.append(listener)

    async def purge(self) -> None:
        """Drop what was over `_KEPT` ago.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.begin() as tx:
            await tx.outbox.purge(self._clock.now() - _KEPT)
