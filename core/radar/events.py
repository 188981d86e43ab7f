"""What a signal tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.signals.score import Chance
from core.signals.spec import DANGER, Reason, Signal, SignalType
from data.models.delivery import Stream
from data.models.ids import TokenKey
from data.models.text import one_line

KIND = "signal"
_SYMBOL_LIMIT = 64
FRESH = timedelta(minutes=10)  # a signal later than that has moved nobody

_HUNTED = frozenset({SignalType.LAUNCH, SignalType.GRADUATION, SignalType.CURVE_RUN})
NAMES = {kind: kind.name.replace("_", " ").capitalize() for kind in SignalType}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFired:
    """The radar saw something. `chance` is of +20 % before -20 % within 4 h, as counted until then.

    `verdict` is the scan's, None where nobody scanned; prices in USD, None where unknown.
    """

    version: int = 1
    key: str
    type: SignalType
    token: TokenKey
    symbol: str
    at: datetime
    strength: float
    reasons: tuple[Reason, ...]
    pool: str | None = None
    price_usd: Decimal | None = None
    liquidity_usd: Decimal | None = None
    verdict: str | None = None
    chance: Chance | None = None

    @property
    def danger(self) -> bool:
        """Whether it warns."""
        return self.type in DANGER

    @property
    def headline(self) -> str:
        """Say it in a line."""
        return f"{NAMES[self.type]}: {self.symbol or self.token.address}"


def stream_of(kind: SignalType) -> Stream:
    """Tell where signals of a type are told."""
    if kind in DANGER:
        return Stream.DANGER
    return Stream.HUNT if kind in _HUNTED else Stream.RADAR


def fired(
    signal: Signal,
    *,
    symbol: str,
    price_usd: Decimal | None,
    liquidity_usd: Decimal | None,
    verdict: str | None,
    chance: Chance | None,
) -> SignalFired:
    """Tell of a signal, with what was known of its token then."""
    return SignalFired(
        key=signal.key, type=signal.type, token=signal.token, symbol=one_line(symbol, _SYMBOL_LIMIT),
        at=signal.at, strength=signal.strength, reasons=signal.reasons, pool=signal.pool, price_usd=price_usd,
        liquidity_usd=liquidity_usd, verdict=verdict, chance=chance,
    )  # fmt: skip
