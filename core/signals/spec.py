"""What a signal is, what it needs, and why there is none. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from data.errors import InvariantBroken
from data.models.ids import SOL, TokenKey

# What a REGIME is told of: the chain's own coin stands for its market.
MARKET: TokenKey = SOL

Limits: TypeAlias = Mapping[str, float]


class SignalType(StrEnum):
    """What the radar looks for."""

    VOLUME_SPIKE = "volume_spike"
    WHALE_BUY = "whale_buy"
    BREAKOUT = "breakout"
    SOCIAL_BUZZ = "social_buzz"
    SMART_MONEY = "smart_money"
    MOMENTUM = "momentum"
    REVERSAL = "reversal"
    ACCUMULATION = "accumulation"
    LAUNCH = "launch"
    GRADUATION = "graduation"
    CURVE_RUN = "curve_run"
    LIQ_DRAIN = "liq_drain"
    DEV_SELL = "dev_sell"
    RISK_CHANGE = "risk_change"
    DISTRIBUTION = "distribution"
    BUNDLE_UNLOAD = "bundle_unload"
    WALLET_MOVE = "wallet_move"
    CALL_CLUSTER = "call_cluster"
    DIVERGENCE = "divergence"
    REGIME = "regime"


DANGER: frozenset[SignalType] = frozenset(
    {
        SignalType.LIQ_DRAIN,
        SignalType.DEV_SELL,
        SignalType.RISK_CHANGE,
        SignalType.DISTRIBUTION,
        SignalType.BUNDLE_UNLOAD,
    }
)


class Part(StrEnum):
    """A part of a window, as a person reads that it is missing."""

    BARS = "minute bars"
    DAY = "a day of minute bars, or peers"
    TRADES = "trades"
    FLOW = "buys and sells by minute"
    LIQUIDITY = "liquidity"
    SUPPLY = "supply"
    HOLDERS = "holders over time"
    TOP10 = "the top ten's share over time"
    TOP20 = "the top twenty's purchases and sales"
    DEPLOYER = "the deployer's wallets"
    BUNDLE = "the bundle's share over time"
    LP = "locked and withdrawn liquidity"
    CURVE = "the curve's progress"
    LAUNCH = "the launch"
    MIGRATION = "the move to a pool"
    SCAN = "a scan"
    SCAN_BEFORE = "an earlier scan"
    PRICES = "prices by source"
    AGE = "the data's age"
    MENTIONS = "mentions"
    CALLS = "calls"
    RECORDS = "wallets with a record"
    MOVES = "moves of followed wallets"
    MARKET = "figures of the whole market"
    PEERS = "peers of like age and liquidity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why it fired: a key, and its numbers as exact text (value, sense and bound; or words)."""

    key: str
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something a detector saw, with all that was known then, so that it can be replayed and graded.

    `strength` is 0 to 1 and no chance of anything: `core.signals.score` tells that from outcomes. `features`
    are finite, None where unknown. `subject` tells two firings of one type about one token apart.
    """

    type: SignalType
    version: int
    token: TokenKey
    pool: str | None
    at: datetime
    strength: float
    reasons: tuple[Reason, ...]
    features: Mapping[str, float | None] = field(hash=False)
    subject: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise InvariantBroken(f"a strength of {self.strength}")
        wrong = [
            name for name, value in self.features.items() if value is not None and not math.isfinite(value)
        ]
        if wrong:
            raise InvariantBroken(f"features that are no numbers: {', '.join(sorted(wrong))}")

    @property
    def danger(self) -> bool:
        """Whether it warns."""
        return self.type in DANGER

    @property
    def key(self) -> str:
        """The same for the same firing: to know it again."""
        told = ":".join((self.type, str(self.token), self.subject))
        return f"signal:{told}:{int(self.at.timestamp())}"


class RefusalKind(StrEnum):
    """What every signal needs and this window lacks."""

    NOT_SCANNED = "not scanned"
    BLOCKED = "the scan says block"
    THIN = "too little liquidity"
    STALE = "data too old"
    ONE_SOURCE = "fewer than two sources"
    DISAGREE = "sources disagree on the price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why no signal of this kind is told of this window; `value` None is unknown."""

    kind: RefusalKind
    value: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cfg:
    """What an operator can tune: what all signals need, and thresholds of single types.

    `floor_usd` is the least liquidity; `agree_ratio` how far two sources' prices may lie apart. `limits`
    replace a detector's own by name; those left out stay as declared.
    """

    floor_usd: float = 10_000.0
    max_age_s: float = 90.0
    agree_ratio: float = 0.03
    limits: Mapping[SignalType, Limits] = field(default_factory=dict, hash=False)
