"""What was learned of the vendors' reliability: heeded by every resolution, kept in the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from cachetools import TTLCache

from core.enrichment.trust import KIND_OF, Kind, Tally, counted, judged
from data.clock import Clock
from data.errors import StoreUnavailable
from data.models.fields import Field
from data.models.ids import ProviderId, TokenKey
from data.models.market import TokenSnapshot
from data.store.store import Store

log = structlog.get_logger("reliability")

# A token that everybody looks at says no more of a vendor than one that few look at.
_ONE_TOKEN_EVERY_S = 300.0
_TOKENS = 10_000
# Of so many judgements the older half is let go: a vendor that has mended itself is believed again.
_REMEMBERED = 500.0


class Reliability:
    """Learns from snapshots how far each vendor can be believed."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._tallies: dict[tuple[ProviderId, Kind], Tally] = {}
        self._unsaved: dict[tuple[ProviderId, Kind], Tally] = {}
        self._lately: TTLCache[TokenKey, bool] = TTLCache(_TOKENS, _ONE_TOKEN_EVERY_S, timer=clock.monotonic)

    def of(self, provider: ProviderId, field: Field[Any]) -> float:
        """Tell how far a vendor is to be believed on a field: the factor of its declared trust, at most 1."""
        kind = KIND_OF.get(field)
        tally = None if kind is None else self._tallies.get((provider, kind))
        return 1.0 if tally is None else tally.reliability

    def learn(self, snapshot: TokenSnapshot) -> None:
        """Note who agreed in a snapshot; of one token again only after a while."""
        if snapshot.token in self._lately:
            return
        found = counted(judged(snapshot))
        if not found:
            return
        self._lately[snapshot.token] = True
        for key, tally in found.items():
            self._tallies[key] = self._tallies.get(key, Tally()).plus(tally)
            self._unsaved[key] = self._unsaved.get(key, Tally()).plus(tally)

    def table(self) -> Mapping[tuple[ProviderId, Kind], Tally]:
        """Give all that is known, as counted."""
        return dict(self._tallies)

    async def load(self) -> None:
        """Take up what was learned before, by this process or another.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        async with self._store.read() as tx:
            rows = await tx.reliability.all()
        kinds = {kind.value for kind in Kind}
        kept = {
            (ProviderId(row.provider), Kind(row.kind)): Tally(row.agreed, row.differed)
            for row in rows
            if row.kind in kinds
        }
        for key, tally in self._unsaved.items():
            kept[key] = kept.get(key, Tally()).plus(tally)
        self._tallies = kept

    async def save(self) -> None:
        """Add what is new to the store, and see what other processes have learned.

        Raises:
            StoreUnavailable: the database does not answer; nothing is lost, it is added the next time.
        """
        batch, self._unsaved = self._unsaved, {}
        try:
            async with self._store.begin() as tx:
                await tx.reliability.add(
                    [
                        (name, kind.value, tally.agreed, tally.differed)
                        for (name, kind), tally in batch.items()
                    ]
                )
                await tx.reliability.halve_above(_REMEMBERED)
        except BaseException:
            for key, tally in batch.items():
                self._unsaved[key] = self._unsaved.get(key, Tally()).plus(tally)
            raise
        await self.load()

    async def keep(self) -> None:
        """Save at the end; what cannot be saved is only logged."""
        try:
            await self.save()
        except StoreUnavailable as error:
            log.warning("reliability_not_saved", error=str(error))
