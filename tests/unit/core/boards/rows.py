"""Rows by their figures' names, for tests of boards."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from core.boards.rows import Row
from data.models.fields import Unit, field_named
from data.models.ids import Chain, ProviderId, TokenKey
from tests.fakes.clock import START

_NUMBERS = {Unit.USD, Unit.RATIO, Unit.TOKENS}


def token(number: int) -> TokenKey:
    """Make the key of a token."""
    return TokenKey(Chain.SOLANA, f"{number:x}".rjust(44, "a"))


def row(
    number: int = 1,
    *,
    odd: str = "",
    named_by: tuple[str, ...] = ("jupiter",),
    at: datetime = START,
    **figures: Any,
) -> Row:
    """Make a row; amounts may be written as words."""
    values: dict[Any, Any] = {}
    for name, value in figures.items():
        key = field_named(name)
        values[key] = Decimal(value) if key.unit in _NUMBERS else value
    return Row(
        token=token(number), values=values, at=at, seen_at=at, odd=odd,
        named_by=tuple(map(ProviderId, named_by)), priced_by=1,
    )  # fmt: skip
