"""What trading meets: quotes, orders on a book, fees for a place in a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from data.models.ids import TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapQuote:
    """What a swap would give now: amounts in base units, `impact_ratio` the price moved by it, 0 to 1."""

    sold: TokenKey
    bought: TokenKey
    in_amount: int
    out_amount: int
    impact_ratio: Decimal | None = None
    venues: tuple[str, ...] = ()


class BookLevel(NamedTuple):
    """Orders at one price: the price in quote tokens, the size in base tokens."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """The orders of one market, best first on either side, as of a slot of the chain."""

    market: str
    base: TokenKey
    quote: TokenKey
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]
    slot: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityFees:
    """What others pay to land sooner, in micro-lamports a compute unit, by level."""

    levels: Mapping[str, Decimal]
