"""What a worker has at hand: deliveries by place, each place in its order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from data.models.delivery import Delivery, Living


class Shelf:
    """Leased deliveries that are not under way."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Delivery]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def __iter__(self) -> Iterator[Delivery]:
        return (each for queue in self._queues.values() for each in queue)

    def heads(self) -> Iterable[tuple[str, Delivery, int]]:
        """Give the first of each place, with its address, and how many there are."""
        return ((address, queue[0], len(queue)) for address, queue in self._queues.items())

    def at(self, address: str) -> tuple[Delivery, ...]:
        """List what is meant for a place."""
        return tuple(self._queues.get(address, ()))

    def put(self, delivery: Delivery) -> None:
        """Add a delivery at the end of its place."""
        self._queues.setdefault(delivery.target.address, deque()).append(delivery)

    def drop(self, delivery: Delivery) -> None:
        """Take a delivery away."""
        queue = self._queues[delivery.target.address]
        queue.remove(delivery)
        if not queue:
            del self._queues[delivery.target.address]

    def told(self, delivery: Delivery, living: Living) -> None:
        """Let the rest of a strand know the message that it may be told in."""
        queue = self._queues.get(delivery.target.address, deque())
        for at, each in enumerate(queue):
            if each.strand == delivery.strand:
                queue[at] = replace(each, living=living)

    def clear(self) -> None:
        """Take everything away."""
        self._queues.clear()

    def joining(self, address: str) -> list[Delivery]:
        """List what comes first in a place, and what one message can tell with it.

        What may be there already goes alone, so that its nonce names the same message.
        """
        head, *rest = self.at(address)
        if head.strand is None or head.doubtful:
            return [head]
        return [head, *(each for each in rest if each.strand == head.strand and not each.doubtful)]
