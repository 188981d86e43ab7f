"""Who holds a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from data.models.ids import TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One who holds a token: `amount` in whole tokens, `ratio` of the supply; None is unknown.

    `owner` is the wallet, or the program's address that owns a pool; `label` is the vendor's word for it,
    or its own; `pooled` says that the vendor takes it for a pool's.
    """

    owner: str
    account: str | None = None
    amount: Decimal | None = None
    ratio: Decimal | None = None
    label: str = ""
    pooled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderList:
    """Who holds a token, the largest first, as far as a vendor lists them; pools and lockers are among them.

    `total` counts all holders, where the vendor does.
    """

    token: TokenKey
    holders: tuple[Holder, ...]
    total: int | None = None
    as_of: datetime | None = None
