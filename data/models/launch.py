"""How a token began, as the chain tells it: histories, transactions, accounts, and the first who bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A transaction in a history; `at` None where the node no longer knows its block's time."""

    signature: str
    slot: int
    at: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePage:
    """Transactions that name an address, newest first; fewer than `asked` for means that it began there."""

    address: str
    rows: tuple[Signed, ...]
    asked: int

    @property
    def begins(self) -> bool:
        """Whether nothing is older than this page."""
        return len(self.rows) < self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenChange:
    """What one token account held before and after a transaction, in base units; no row before is zero."""

    account: str
    owner: str
    mint: str
    before: int
    after: int

    @property
    def gained(self) -> int:
        """What came in, in base units; negative for what went out."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinChange:
    """What an account's balance changed by in a transaction, in lamports, fees included."""

    account: str
    lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveTrade:
    """One trade as the launchpad's own program logged it: base units of the token, and lamports.

    `quote` None: it was paid in another token than SOL.
    """

    user: str
    mint: str
    is_buy: bool
    tokens: int
    quote: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one transaction did; a failed one did nothing.

    `signers` begins with who paid the `fee`, in lamports. `created` are the mints that it initialised.
    """

    signature: str
    slot: int
    at: datetime | None
    failed: bool
    signers: tuple[str, ...]
    tokens: tuple[TokenChange, ...]
    coins: tuple[CoinChange, ...]
    created: tuple[str, ...] = ()
    trades: tuple[CurveTrade, ...] = ()
    fee: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainAccount:
    """An account now; `program` None: there is none, so that it holds nothing.

    Of a token account also whose it is, and what it holds in base units of a token with so many `decimals`.
    """

    address: str
    program: str | None
    mint: str | None = None
    owner: str | None = None
    amount: int | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorToken:
    """Another token that a creator made, as a vendor lists it."""

    mint: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorTokens:
    """What else a creator made, as far as a vendor lists it."""

    creator: str | None
    tokens: tuple[CreatorToken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionOrder:
    """Something paid for on a chart site: what, in which state, and when; the words are the site's."""

    kind: str
    status: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What was paid to show a token; `boosts` counts those bought, None where the site does not say."""

    orders: tuple[PromotionOrder, ...]
    boosts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """The transaction that made a token."""

    creator: str
    signature: str
    slot: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyBuy:
    """One of the first purchases; amounts in base units.

    `quote` is what the launchpad logged, or else what left the wallet, fees and rents included; None where
    neither is told. `place` is its place among the token's transactions of that block, from 0.
    """

    buyer: str
    account: str
    signature: str
    slot: int
    at: datetime | None
    tokens: int
    quote: int | None
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a wallet comes from: its first transaction, and who sent it its first SOL; None is unknown."""

    wallet: str
    first_at: datetime | None
    first_slot: int | None
    funder: str | None
