"""Lists of coins that are worked through as a whole: their rows as given, and how far each one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.models.ids import ProviderId, TokenKey
from data.models.market import Capability, TokenSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinList:
    """A list under its name; `columns` are the heads of its rows, `digest` says which rows it was made of."""

    id: int
    name: str
    columns: tuple[str, ...]
    digest: str
    begun_at: datetime  # when the work on it was last begun anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row as it was given; `line` is where in the file, from 1. Without a token, `problem` says why."""

    line: int
    cells: tuple[str, ...]
    token: TokenKey | None = None
    problem: str = ""
    enriched_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one source said of one token: a snapshot with no other source in it."""

    token: TokenKey
    lane: str
    source: ProviderId
    capability: Capability
    snapshot: TokenSnapshot
