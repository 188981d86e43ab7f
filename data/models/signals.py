"""What the radar keeps: its journal, the signals it told, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from data.models.ids import TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """A fact that the radar took in, as JSON; rows are in the order of their numbers. 0 is not kept yet."""

    token: TokenKey
    at: datetime
    kind: str
    body: str
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRecord:
    """A signal as it was known then; `body` is all of it as JSON.

    `told` says whether it was sent to anybody: a type that has gone quiet is still recorded and graded.
    Prices are in USD, None where unknown. `rugged_at` is when the token was seen to be rugged.
    """

    key: str
    type: str
    version: int
    token: TokenKey
    symbol: str
    at: datetime
    strength: float
    told: bool
    price_usd: Decimal | None
    liquidity_usd: Decimal | None
    sol_usd: Decimal | None
    body: str
    rugged_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """What a signal came to at one horizon, or when that will be known.

    `missing` says why it is not known; `hit` belongs to the horizon that decides it.
    """

    signal_id: int
    horizon_s: int
    due_at: datetime
    graded_at: datetime | None = None
    gross_ratio: Decimal | None = None
    net_ratio: Decimal | None = None
    hit: bool | None = None
    rugged: bool | None = None
    missing: str = ""
