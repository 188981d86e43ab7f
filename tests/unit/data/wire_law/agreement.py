"""Comparing what was parsed with what is true: every fact that is said must be expected, and the reverse.

Knows no vendor and no world: an expectation is a record spelled out as keys and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeAlias

from data.models.market import CandleSeries, Pool, Record, SecurityReport, TokenReport, TokenSide

Key: TypeAlias = object  # a Field, or the name of a part of a record
Expected: TypeAlias = Mapping[Key, object]

_ROUND_TRIP = 1e-9  # a float through JSON and back, and a few products of floats


class Unsaid:
    """Nothing may be said of it."""

    def __repr__(self) -> str:
        return "nothing"


class Anything:
    """Not the world's to know: a vendor's picture, or its opinion."""

    def __repr__(self) -> str:
        return "anything"


UNSAID, ANYTHING = Unsaid(), Anything()


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A figure, give or take the vendor's rounding: `within` in its unit, `ratio` of itself."""

    value: float
    within: float = 0.0
    ratio: float = 0.0

    def holds(self, said: object) -> bool:
        """Whether a figure, or an instant in unix seconds, is close enough."""
        figure = said.timestamp() if isinstance(said, datetime) else float(str(said))
        allowed = self.within + (self.ratio + _ROUND_TRIP) * abs(self.value)
        return abs(figure - self.value) <= allowed


def said(record: Record) -> dict[Key, object]:
    """Spell a record out; what it leaves out is not among the keys."""
    parts = {item.name: getattr(record, item.name) for item in fields(record)}
    flat: dict[Key, object] = {}
    if isinstance(record, TokenReport | SecurityReport):
        flat |= {fact.field: fact.value for fact in parts.pop("facts")}
    if isinstance(record, SecurityReport):
        flat |= {("risk", risk.name): risk.level.value for risk in parts.pop("risks")}
    if isinstance(record, Pool):
        for span, seen in parts.pop("activity").items():
            flat |= {(span, item.name): getattr(seen, item.name) for item in fields(seen)}
    if isinstance(record, CandleSeries):
        bars = parts.pop("candles")
        flat["times"] = tuple(bar.time for bar in bars)
        flat |= {(bar.time, name): value for bar in bars for name, value in bar._asdict().items()}
    for name, value in parts.items():
        if isinstance(value, TokenSide):
            flat |= {name: value.token, (name, "symbol"): value.symbol, (name, "name"): value.name}
        else:
            flat[name] = value
    return {key: value for key, value in flat.items() if value is not None}


def disagreements(records: Sequence[Record], truth: Sequence[Expected]) -> Iterator[str]:
    """List where records and truth differ, in any part of any record."""
    if len(records) != len(truth):
        yield f"{len(records)} records instead of {len(truth)}"
        return
    for place, (record, expected) in enumerate(zip(records, truth, strict=True)):
        told = said(record)
        for key in {**expected, **told}:
            wanted, found = expected.get(key, UNSAID), told.get(key, UNSAID)
            if not _agrees(found, wanted):
                yield f"[{place}] {key}: {found!r} instead of {wanted!r}"


def _agrees(found: object, wanted: object) -> bool:
    if wanted is ANYTHING:
        return True
    if wanted is UNSAID or found is UNSAID:
        return wanted is found
    return wanted.holds(found) if isinstance(wanted, Near) else bool(found == wanted)
