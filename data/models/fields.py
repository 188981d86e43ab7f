"""What can be known of a token: one typed key a field, with its unit and its words.

A vendor's answer is a set of (field, value) facts; `core.enrichment.policies` says how facts of several
vendors become one value. Adding a field: a line here and its policy there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Span(StrEnum):
    """A look-back window that vendors report activity over."""

    M5 = "5m"
    H1 = "1h"
    H6 = "6h"
    H24 = "24h"

    @property
    def seconds(self) -> int:
        return {"5m": 300, "1h": 3600, "6h": 21600, "24h": 86400}[self.value]


class Unit(StrEnum):
    """How a value is to be read."""

    USD = "usd"
    RATIO = "ratio"  # 0.015 is 1.5 %
    COUNT = "count"
    TOKENS = "tokens"  # whole tokens, not base units
    TIME = "time"
    TEXT = "text"
    AUTHORITY = "authority"
    LINKS = "links"
    LOCKS = "locks"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who may do a thing to a mint; no address means nobody, for good."""

    address: str | None

    @property
    def revoked(self) -> bool:
        return self.address is None


@dataclass(frozen=True, slots=True)
class Link:
    """A page that the token's issuer named; never fetched, shown as theirs."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LpLock:
    """Shares of pools that a locker keeps for somebody.

    `kind` is the vendor's word for the locker and `program` what holds the shares, as far as they are told;
    `share` is the part of the token's liquidity, 0 to 1. No `unlocks_at` is a date that is not told.
    """

    kind: str = ""
    program: str | None = None
    share: Decimal | None = None
    unlocks_at: datetime | None = None

    def __str__(self) -> str:
        return self.kind or self.program or "locker"


class Field(Generic[T]):
    """A typed key: `snapshot.value(PRICE_USD)` is a Decimal or None. Equal by identity."""

    __slots__ = ("label", "name", "unit")

    def __init__(self, name: str, unit: Unit, label: str) -> None:
        self.name = name
        self.unit = unit
        self.label = label
        if name in FIELDS:
            raise ValueError(f"field {name} is declared twice")
        FIELDS[name] = self

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (field_named, (self.name,))


FIELDS: dict[str, Field[Any]] = {}


def field_named(name: str) -> Field[Any]:
    """Find a field.

    Raises:
        KeyError: there is none of that name.
    """
    return FIELDS[name]


PRICE_USD: Field[Decimal] = Field("price", Unit.USD, "Price")
MARKET_CAP_USD: Field[Decimal] = Field("mcap", Unit.USD, "Market cap")
FDV_USD: Field[Decimal] = Field("fdv", Unit.USD, "Fully diluted value")
LIQUIDITY_USD: Field[Decimal] = Field("liquidity", Unit.USD, "Liquidity")

CHANGE: dict[Span, Field[Decimal]] = {
    span: Field(f"change_{span}", Unit.RATIO, f"Change {span}") for span in Span
}
VOLUME_USD: dict[Span, Field[Decimal]] = {
    span: Field(f"volume_{span}", Unit.USD, f"Volume {span}") for span in Span
}
BUYS: dict[Span, Field[int]] = {span: Field(f"buys_{span}", Unit.COUNT, f"Buys {span}") for span in Span}
SELLS: dict[Span, Field[int]] = {span: Field(f"sells_{span}", Unit.COUNT, f"Sells {span}") for span in Span}

SYMBOL: Field[str] = Field("symbol", Unit.TEXT, "Symbol")
NAME: Field[str] = Field("name", Unit.TEXT, "Name")
IMAGE_URL: Field[str] = Field("image", Unit.TEXT, "Logo")
LINKS: Field[tuple[Link, ...]] = Field("links", Unit.LINKS, "Links")
LISTED_ID: Field[str] = Field("listed_id", Unit.TEXT, "Listing")
LAUNCHPAD: Field[str] = Field("launchpad", Unit.TEXT, "Launchpad")
CREATED_AT: Field[datetime] = Field("created", Unit.TIME, "First pool")

DECIMALS: Field[int] = Field("decimals", Unit.COUNT, "Decimals")
SUPPLY: Field[Decimal] = Field("supply", Unit.TOKENS, "Supply")
CIRCULATING: Field[Decimal] = Field("circulating", Unit.TOKENS, "Circulating supply")
HOLDERS: Field[int] = Field("holders", Unit.COUNT, "Holders")
TOP10_RATIO: Field[Decimal] = Field("top10", Unit.RATIO, "Top 10 hold")
DEV_RATIO: Field[Decimal] = Field("dev", Unit.RATIO, "Developer holds")
LARGEST_RATIO: Field[Decimal] = Field("largest", Unit.RATIO, "Largest holder")
CREATOR: Field[str] = Field("creator", Unit.TEXT, "Creator")
CREATOR_TOKENS: Field[int] = Field("creator_tokens", Unit.COUNT, "Tokens of its creator")
SNIPER_RATIO: Field[Decimal] = Field("snipers", Unit.RATIO, "Snipers hold")
INSIDER_RATIO: Field[Decimal] = Field("insiders", Unit.RATIO, "Insiders hold")
CURVE_RATIO: Field[Decimal] = Field("curve", Unit.RATIO, "Bonding curve filled")
GRADUATED: Field[bool] = Field("graduated", Unit.FLAG, "Left its bonding curve")

MINT_AUTHORITY: Field[Authority] = Field("mint_authority", Unit.AUTHORITY, "Mint authority")
FREEZE_AUTHORITY: Field[Authority] = Field("freeze_authority", Unit.AUTHORITY, "Freeze authority")
TOKEN_PROGRAM: Field[str] = Field("token_program", Unit.TEXT, "Token program")
TRANSFER_FEE_RATIO: Field[Decimal] = Field("transfer_fee", Unit.RATIO, "Transfer fee")
NEXT_FEE_RATIO: Field[Decimal] = Field("next_fee", Unit.RATIO, "Transfer fee that is scheduled")
NEXT_FEE_EPOCH: Field[int] = Field("next_fee_epoch", Unit.COUNT, "Epoch of the scheduled fee")
NEXT_FEE_AT: Field[datetime] = Field("next_fee_at", Unit.TIME, "About when that epoch begins")
FEE_AUTHORITY: Field[Authority] = Field("fee_authority", Unit.AUTHORITY, "Transfer fee authority")
PERMANENT_DELEGATE: Field[Authority] = Field("permanent_delegate", Unit.AUTHORITY, "Permanent delegate")
TRANSFER_HOOK: Field[Authority] = Field("transfer_hook", Unit.AUTHORITY, "Transfer hook program")
PAUSE_AUTHORITY: Field[Authority] = Field("pause_authority", Unit.AUTHORITY, "Pause authority")
CLOSE_AUTHORITY: Field[Authority] = Field("close_authority", Unit.AUTHORITY, "Mint close authority")
NON_TRANSFERABLE: Field[bool] = Field("non_transferable", Unit.FLAG, "Cannot be transferred")
DEFAULT_FROZEN: Field[bool] = Field("default_frozen", Unit.FLAG, "New accounts begin frozen")
MUTABLE: Field[bool] = Field("mutable", Unit.FLAG, "Name and picture can change")
HONEYPOT: Field[bool] = Field("honeypot", Unit.FLAG, "Cannot be sold")
BUY_TAX_RATIO: Field[Decimal] = Field("buy_tax", Unit.RATIO, "Tax on buying")
SELL_TAX_RATIO: Field[Decimal] = Field("sell_tax", Unit.RATIO, "Tax on selling")
EXTENSIONS: Field[tuple[str, ...]] = Field("extensions", Unit.TEXT, "Token-2022 extensions")
LP_LOCKED_RATIO: Field[Decimal] = Field("lp_locked", Unit.RATIO, "LP locked or burned")
LP_BURNED_RATIO: Field[Decimal] = Field("lp_burned", Unit.RATIO, "LP burned")
LP_LOCKS: Field[tuple[LpLock, ...]] = Field("lp_locks", Unit.LOCKS, "LP lockers")
RISK_SCORE: Field[int] = Field("risk", Unit.COUNT, "Risk score (0 to 100, higher is riskier)")
RUGGED: Field[bool] = Field("rugged", Unit.FLAG, "Rugged")

ATH_USD: Field[Decimal] = Field("ath", Unit.USD, "All-time high")
ATH_AT: Field[datetime] = Field("ath_at", Unit.TIME, "All-time high on")
