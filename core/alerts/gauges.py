"""What a snapshot says of the figures that alerts wait for, and whether it may move anything. Pure.

A value that sources contradict each other about, that another figure speaks against, or that is past its
time, fires nothing: whoever lies does not reach anybody's alert. One that a single source tells counts only
once it has said so for a while (`core.alerts.series.Held`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.models import fields as f
from data.models.alerts import Figure, Gauge
from data.models.fields import Field, Span
from data.models.market import Resolved
from data.models.money import times

_PLAIN: Mapping[Figure, Field[Any]] = {
    Figure.PRICE: f.PRICE_USD,
    Figure.RISE: f.PRICE_USD,
    Figure.FALL: f.PRICE_USD,
    Figure.RSI: f.PRICE_USD,
    Figure.SECURITY: f.PRICE_USD,
    Figure.CAP: f.MARKET_CAP_USD,
    Figure.FDV: f.FDV_USD,
    Figure.LIQUIDITY: f.LIQUIDITY_USD,
    Figure.HOLDERS: f.HOLDERS,
}
# How far another source may be off before it contradicts, where the field's policy asks one source only.
_OFF = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that nothing speaks against; `sources` stand behind it, `at` is when the oldest was heard."""

    value: Decimal
    sources: tuple[str, ...]
    at: datetime

    @property
    def alone(self) -> bool:
        """Whether one source tells it."""
        return len(self.sources) < 2


def field_of(gauge: Gauge) -> Field[Any]:
    """Tell which field of a snapshot a gauge is read from."""
    if gauge.figure is Figure.VOLUME:
        return f.VOLUME_USD[Span(gauge.span)]
    return _PLAIN[gauge.figure]


def reading(found: Resolved[Any] | None) -> Reading | None:
    """Read a figure; None where it is unknown, disputed, spoken against, or old."""
    if found is None or found.disputed or found.note:
        return None
    fresh = [seen for seen in found.sources if not seen.stale]
    value = Decimal(found.value)
    if not fresh or not value.is_finite():
        return None
    if found.rejected and len(fresh) < 2:
        # Of holders the freshest count stands, and the others are near it unless they contradict.
        others = [seen for seen in found.rejected if not seen.stale]
        if found.field is not f.HOLDERS or any(_off(seen.value, value) for seen in others):
            return None
        fresh += others
    names = tuple(dict.fromkeys(str(seen.source) for seen in fresh))
    return Reading(value, names, min(seen.at for seen in fresh))


def _off(other: Any, value: Decimal) -> bool:
    return abs(Decimal(other) - value) > times(_OFF, value)
