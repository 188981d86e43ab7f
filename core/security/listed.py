"""What is said of one token among many. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from data.models.ids import ProviderId, TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is said of one token; None is unknown.

    `sources` are the markets that know it, of the `asked` that answered or denied it.
    """

    token: TokenKey
    symbol: str | None = None
    name: str | None = None
    image: str | None = None
    market_cap_usd: Decimal | None = None
    liquidity_usd: Decimal | None = None
    created_at: datetime | None = None
    creator: str | None = None
    sources: tuple[ProviderId, ...] = ()
    asked: int = 0
