"""What a creator made besides, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.security.listed import Listed
from data.models.ids import ProviderId

_EMPTY_USD = Decimal(500)  # liquidity that nobody can sell into
_WORTHLESS_USD = Decimal(5_000)  # about what a launchpad's token is worth before anybody has bought


class Fate(StrEnum):
    """What became of a token."""

    TRADED = "still worth something"
    GONE = "worth nothing now"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another token of the same creator."""

    listed: Listed
    created_at: datetime | None
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a creator made besides; `listed_by` None: no vendor lists it, so nothing is known."""

    siblings: tuple[Sibling, ...] = ()
    total: int = 0
    listed_by: ProviderId | None = None

    def count(self, fate: Fate) -> int:
        """Count the tokens of a fate."""
        return sum(sibling.fate is fate for sibling in self.siblings)


def fate(known: Listed) -> Fate:
    """Judge what became of a token: nothing is gone because nobody could be asked."""
    if not known.asked:
        return Fate.UNKNOWN
    if not known.sources or (known.liquidity_usd is not None and known.liquidity_usd < _EMPTY_USD):
        return Fate.GONE
    if known.market_cap_usd is None:
        return Fate.UNKNOWN if known.liquidity_usd is None else Fate.TRADED
    return Fate.GONE if known.market_cap_usd < _WORTHLESS_USD else Fate.TRADED
