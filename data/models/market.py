"""What vendors say of tokens and pools, and what becomes of it: observations, gaps, snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from data.models.events import Logged
from data.models.fields import Field, Span
from data.models.holders import HolderList
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.launch import ChainAccount, CreatorTokens, Promotion, SignaturePage, Transaction
from data.models.news import NewsItem
from data.models.rehearsal import Rehearsal
from data.models.trading import OrderBook, PriorityFees, SwapQuote
from data.models.wallets import CoinBalance, WalletHoldings, WalletProfit

T = TypeVar("T")


class Capability(StrEnum):
    """What an endpoint can be asked for."""

    META = "meta"
    PRICE = "price"
    POOLS = "pools"
    CANDLES = "candles"
    TRADES = "trades"
    SECURITY = "security"
    AUTHORITIES = "authorities"
    SEARCH = "search"
    NEW_POOLS = "new_pools"
    TRENDING = "trending"
    RATES = "rates"
    HOLDERS = "holders"
    NEWS = "news"
    FEES = "fees"
    BOOK = "book"
    QUOTE = "quote"
    SIGNATURES = "signatures"
    TRANSACTION = "transaction"
    LOGS = "logs"
    ACCOUNTS = "accounts"
    OWNED = "owned"
    CREATED = "created"
    PROMOTION = "promotion"
    SIMULATION = "simulation"
    BALANCE = "balance"
    WALLET = "wallet"
    WALLET_TRADES = "wallet_trades"
    WALLET_PROFIT = "wallet_profit"


class Timeframe(StrEnum):
    """How long one candle lasts."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def seconds(self) -> int:
        return {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}[self.value]


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One field with its value."""

    field: Field[T]
    value: T


def facts(*pairs: tuple[Field[Any], Any]) -> tuple[Fact[Any], ...]:
    """Keep the pairs that say something: a None is not a fact."""
    return tuple(Fact(key, value) for key, value in pairs if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReport:
    """What one vendor says of one token; `as_of` is the vendor's own time, where it gives one."""

    token: TokenKey
    facts: tuple[Fact[Any], ...]
    as_of: datetime | None = None

    def get(self, key: Field[T]) -> T | None:
        """Look a field up."""
        for fact in self.facts:
            if fact.field is key:
                return fact.value  # type: ignore[no-any-return]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happened in a pool over one span."""

    volume_usd: Decimal | None = None
    buys: int | None = None
    sells: int | None = None
    change_ratio: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSide:
    """One side of a pool, as the vendor names it."""

    token: TokenKey
    symbol: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What one vendor says of one pool: the price is that of the base token in USD.

    `liquidity_usd` None is unknown, as on a bonding curve; zero is a fact. `accounts` are those that its
    order book is asked by, where it has one.
    """

    chain: Chain
    address: str
    dex: str
    base: TokenSide
    quote: TokenSide
    price_usd: Decimal | None = None
    price_quote: Decimal | None = None
    liquidity_usd: Decimal | None = None
    market_cap_usd: Decimal | None = None
    fdv_usd: Decimal | None = None
    activity: Mapping[Span, Activity] = field(default_factory=dict)
    created_at: datetime | None = None
    lp_burned_ratio: Decimal | None = None
    image_url: str | None = None
    accounts: tuple[str, ...] | None = None


class Candle(NamedTuple):
    """One bar in USD: for drawing and indicators, never for money. `time` is its start, unix seconds."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleSeries:
    """Bars of one token in one pool, oldest first, one a time at most; empty bars are left out."""

    token: TokenKey
    pool: str
    timeframe: Timeframe
    candles: tuple[Candle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One swap of the token in a pool."""

    id: str
    token: TokenKey
    pool: str
    at: datetime
    is_buy: bool
    price_usd: Decimal
    volume_usd: Decimal
    owner: str | None = None


class RiskLevel(StrEnum):
    """How a vendor grades one finding, worst first."""

    DANGER = "danger"
    WARN = "warn"
    INFO = "info"
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One finding of a vendor's scan; the words are theirs."""

    name: str
    level: RiskLevel
    description: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityReport:
    """What one vendor's scan says of a token; `score` is 0 to 100, higher is riskier, None unknown."""

    token: TokenKey
    risks: tuple[Risk, ...]
    score: int | None
    rugged: bool | None
    facts: tuple[Fact[Any], ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMatch:
    """A token that a search found."""

    token: TokenKey
    symbol: str
    name: str
    liquidity_usd: Decimal | None = None
    market_cap_usd: Decimal | None = None
    verified: bool = False
    source: ProviderId = ProviderId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class FiatRate:
    """What one US dollar is worth in a currency; `currency` is its ISO 4217 code."""

    currency: str
    per_usd: Decimal
    as_of: datetime | None = None


Record: TypeAlias = (
    TokenReport
    | Pool
    | CandleSeries
    | Trade
    | SecurityReport
    | TokenMatch
    | FiatRate
    | HolderList
    | NewsItem
    | PriorityFees
    | OrderBook
    | SwapQuote
    | SignaturePage
    | Transaction
    | Logged
    | ChainAccount
    | CreatorTokens
    | Promotion
    | Rehearsal
    | CoinBalance
    | WalletHoldings
    | WalletProfit
)


class GapReason(StrEnum):
    """Why a vendor's word is missing."""

    NOT_LISTED = "not listed"
    TIMEOUT = "timed out"
    DEADLINE = "no time left"
    PENDING = "still asking"
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate limited"
    QUOTA = "quota used up"
    OPEN = "down"
    BAD_PAYLOAD = "unreadable answer"
    KEY_REJECTED = "key rejected"
    KEY_MISSING = "no key"
    DISABLED = "switched off"

    @property
    def blames_vendor(self) -> bool:
        """Whether the vendor might have answered on a better day."""
        return self not in {GapReason.NOT_LISTED, GapReason.KEY_MISSING, GapReason.DISABLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something asked for and not got; `since` tells when the vendor was last well, if it is down."""

    source: ProviderId
    capability: Capability
    reason: GapReason
    at: datetime
    detail: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Records that a vendor gave; `at` is when they were received, `stale` that they are past their time."""

    source: ProviderId
    capability: Capability
    records: tuple[Record, ...]
    at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Generic[T]):
    """One value with who said it and when; `trust` is the vendor's weight, 0 to 1."""

    value: T
    source: ProviderId
    at: datetime
    trust: float = 0.5
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Generic[T]):
    """One value out of several observations.

    `sources` stood behind it, `rejected` did not; `spread` is (highest - lowest) / value over the sources;
    `disputed` says that sources contradict each other and trust alone decided. `note` names an oddity that a
    reader must see, such as a market cap without liquidity behind it.
    """

    field: Field[T]
    value: T
    sources: tuple[Observation[T], ...]
    rejected: tuple[Observation[T], ...] = ()
    spread: Decimal | None = None
    disputed: bool = False
    note: str = ""

    @property
    def at(self) -> datetime:
        """When the oldest of the sources was received."""
        return min(source.at for source in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSnapshot:
    """All that is known of a token at one instant, with what is missing and why."""

    token: TokenKey
    at: datetime
    resolved: Mapping[Field[Any], Resolved[Any]]
    gaps: tuple[Gap, ...] = ()
    pools: tuple[Pool, ...] = ()
    scans: tuple[tuple[ProviderId, SecurityReport], ...] = ()
    answered: tuple[ProviderId, ...] = ()
    asked: tuple[ProviderId, ...] = ()

    def __hash__(self) -> int:
        return hash((self.token, self.at))  # equal ones are equal in these; the whole would cost much

    def get(self, key: Field[T]) -> Resolved[T] | None:
        """Look a field up with its provenance."""
        return self.resolved.get(key)

    def value(self, key: Field[T]) -> T | None:
        """Look a field's value up."""
        found = self.resolved.get(key)
        return None if found is None else found.value
