"""How far a vendor's word stood up to the others': learned from agreement, a kind of figure at a time. Pure.

What is learned only ever takes away from the trust that a provider declares: agreeing with everybody earns
nothing, so that a crowd of copies cannot vote itself above an independent source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from data.models import fields as f
from data.models.fields import Field
from data.models.ids import ProviderId
from data.models.market import TokenSnapshot

# So many agreements are presumed of a vendor that nobody has met: one slip of many weighs little.
_PRESUMED = 20.0
_LEAST = 0.1  # a vendor that always differs is still heard
_QUORUM = 3  # of two that differ nobody knows which is wrong


class Kind(StrEnum):
    """A kind of figure that vendors are right or wrong about together."""

    PRICE = "price"
    CAP = "cap"
    LIQUIDITY = "liquidity"
    FLOW = "flow"


KIND_OF: Mapping[Field[Any], Kind] = {
    f.PRICE_USD: Kind.PRICE,
    f.MARKET_CAP_USD: Kind.CAP,
    f.FDV_USD: Kind.CAP,
    f.LIQUIDITY_USD: Kind.LIQUIDITY,
    **dict.fromkeys(f.VOLUME_USD.values(), Kind.FLOW),
    **dict.fromkeys(f.CHANGE.values(), Kind.FLOW),
}


class Judged(NamedTuple):
    """Whether a vendor's figure stood beside the others' once."""

    provider: ProviderId
    kind: Kind
    agreed: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a vendor agreed with the others on a kind of figure, and how often it did not."""

    agreed: float = 0.0
    differed: float = 0.0

    def plus(self, other: Tally) -> Tally:
        """Add what was counted elsewhere."""
        return Tally(self.agreed + other.agreed, self.differed + other.differed)

    @property
    def seen(self) -> float:
        return self.agreed + self.differed

    @property
    def reliability(self) -> float:
        """The share of agreement, from `_LEAST` to 1; 1 for a vendor of whom nothing is known."""
        return max(_LEAST, (self.agreed + _PRESUMED) / (self.seen + _PRESUMED))


def judged(snapshot: TokenSnapshot) -> Iterator[Judged]:
    """Tell of each figure that enough vendors gave who stood behind it and who did not.

    An old answer proves nothing: prices move, and it is not the vendor's fault that we kept it.
    """
    for key, kind in KIND_OF.items():
        resolved = snapshot.get(key)
        if resolved is None or resolved.disputed:
            continue
        kept = [each for each in resolved.sources if not each.stale]
        out = [each for each in resolved.rejected if not each.stale]
        if len(kept) + len(out) < _QUORUM or len(kept) <= len(out):
            continue
        yield from (Judged(each.source, kind, agreed=True) for each in kept)
        yield from (Judged(each.source, kind, agreed=False) for each in out)


def counted(judgements: Iterable[Judged]) -> dict[tuple[ProviderId, Kind], Tally]:
    """Add judgements up."""
    result: dict[tuple[ProviderId, Kind], Tally] = {}
    for each in judgements:
        key = (each.provider, each.kind)
        one = Tally(agreed=1.0) if each.agreed else Tally(differed=1.0)
        result[key] = result.get(key, Tally()).plus(one)
    return result
