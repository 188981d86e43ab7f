"""What alerts wait for is kept fresh within the quotas, and told to the engine as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from core.alerts.engine import AlertEngine
from core.enrichment.service import Enricher
from data.models.fields import Field
from data.models.ids import TokenKey

_Wanted: TypeAlias = frozenset[Field[Any]]


class Vigil:
    """Stands between the engine, which knows who waits, and the refresher, which asks."""

    def __init__(self, engine: AlertEngine, enricher: Enricher) -> None:
        self._engine = engine
        self._enricher = enricher

    def due(self, limit: int) -> Sequence[tuple[TokenKey, _Wanted]]:
        """List tokens that somebody waits for, all in turn."""
        return self._engine.due(limit)

    def renewed(self, token: TokenKey, wanted: _Wanted) -> None:
        """Have everybody hear what is known of a token by now."""
        self._enricher.retell(token, wanted)
