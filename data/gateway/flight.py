"""Single-flight: callers that want the same thing at the same time share one piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from data.nursery import Nursery

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiters: int = 0


class Flights(Generic[T]):
    """Work in the air, by key."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._flights: dict[str, _Flight[T]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._flights

    async def join(self, key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the work under `key`, starting it where none is in the air.

        A waiter that is cancelled leaves the others alone; the last one to leave cancels the work.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(self._nursery.start(start(), name=f"flight {key}"))
            self._flights[key] = flight
            flight.task.add_done_callback(partial(self._forget, key, flight))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._forget(
                    key, flight, flight.task
                )  # at once: nobody may join work that is being cancelled
                flight.task.cancel()

    def _forget(self, key: str, flight: _Flight[T], _: asyncio.Task[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
