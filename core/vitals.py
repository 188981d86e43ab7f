"""How the platform itself is doing: up since when, the store, the sources, the commands answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config import __version__
from core.sources import Source, Sources
from data.clock import Clock
from data.errors import TrenchcoatError
from data.nursery import Nursery
from data.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """The platform at one instant; `store_ms` is None where the store does not answer."""

    version: str
    started_at: datetime
    practice: bool
    store_ms: float | None
    store_problem: str
    people: int | None
    sources: tuple[Source, ...]
    background_tasks: int

    @property
    def down(self) -> tuple[Source, ...]:
        """The sources that do not answer."""
        return tuple(source for source in self.sources if source.state == "down")


class Vitals:
    """Looks at itself."""

    def __init__(
        self, *, store: Store, sources: Sources, nursery: Nursery, clock: Clock, practice: bool
    ) -> None:
        self._store = store
        self._sources = sources
        self._nursery = nursery
        self._clock = clock
        self._practice = practice
        self._started_at = clock.now()

    async def look(self) -> Vital:
        """Take the pulse; a dead store is a finding, not an error."""
        started = self._clock.monotonic()
        people: int | None = None
        problem = ""
        try:
            async with self._store.read() as tx:
                people = await tx.users.count()
        except TrenchcoatError as error:
            problem = type(error).__name__
        elapsed = (self._clock.monotonic() - started) * 1000
        return Vital(
            version=__version__, started_at=self._started_at, practice=self._practice,
            store_ms=None if problem else elapsed, store_problem=problem, people=people,
            sources=self._sources.all(), background_tasks=len(self._nursery),
        )  # fmt: skip
