"""What vendors say of a wallet: what it holds, and what they reckon it earned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class WalletSpan(StrEnum):
    """How far back somebody looks."""

    D1 = "1d"
    D7 = "7d"
    D30 = "30d"

    @property
    def seconds(self) -> int:
        return {"1d": 86_400, "7d": 604_800, "30d": 2_592_000}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinBalance:
    """What an account holds of the chain's own coin, in lamports."""

    address: str
    lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletHolding:
    """What a wallet holds of one token, in base units; native SOL stands under the mint of wrapped SOL."""

    mint: str
    amount: int
    decimals: int
    symbol: str | None = None
    name: str | None = None
    price_usd: Decimal | None = None
    value_usd: Decimal | None = None


def each_once(rows: Iterable[WalletHolding]) -> tuple[WalletHolding, ...]:
    """Put what is held of one mint together: native SOL and wrapped SOL are one."""
    found: dict[str, WalletHolding] = {}
    for row in rows:
        seen = found.get(row.mint)
        if seen is None:
            found[row.mint] = row
        elif seen.decimals == row.decimals:
            values = (seen.value_usd, row.value_usd)
            worth = None if None in values else sum((value for value in values if value), Decimal(0))
            found[row.mint] = replace(seen, amount=seen.amount + row.amount, value_usd=worth)
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletHoldings:
    """What a vendor lists of a wallet, a mint once at most; `total_usd` is the vendor's own sum."""

    wallet: str
    holdings: tuple[WalletHolding, ...]
    total_usd: Decimal | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletProfit:
    """What a vendor reckons a wallet did over a span, in USD; how it reckons is the vendor's own.

    `buys` and `sells` count trades, `wins` and `losses` those that the vendor calls so.
    """

    wallet: str
    span: WalletSpan
    realised_usd: Decimal | None = None
    unrealised_usd: Decimal | None = None
    invested_usd: Decimal | None = None
    sold_usd: Decimal | None = None
    buys: int | None = None
    sells: int | None = None
    wins: int | None = None
    losses: int | None = None
