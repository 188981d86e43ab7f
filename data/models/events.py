"""What streams tell: launches, trades, moves to a pool, changed accounts, programs' logs.

A stream's words are heard once and are no proof: every event says who told it and when it came in. Names are
as their issuer wrote them, only bounded: `data.models.text` makes them fit to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """Anything told by a stream: `at` is its arrival, `signature` and `slot` its place on the chain.

    `chain_at` is the chain's own time of it, where it is told; `late` says that it was
    missed on the stream and asked for afterwards.
    """

    source: str
    at: datetime
    signature: str | None = None
    slot: int | None = None
    chain_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFigures:
    """A curve after an event: virtual reserves in whole tokens and SOL, the cap in SOL; None is unknown."""

    tokens: Decimal | None = None
    sol: Decimal | None = None
    cap_sol: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLaunched(StreamEvent):
    """A token began to be traded; `pool` is the stream's word for where.

    `bought` and `spent_sol` are its creator's own first purchase, in whole tokens and SOL.
    """

    mint: str
    pool: str | None
    creator: str | None
    name: str | None
    symbol: str | None
    uri: str | None
    bought: Decimal | None = None
    spent_sol: Decimal | None = None
    curve_address: str | None = None
    curve: CurveFigures = CurveFigures()
    is_mayhem: bool | None = None
    quote_mint: str | None = None  # None is SOL, or not told


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTraded(StreamEvent):
    """One trade: amounts in whole tokens and SOL, None where it was paid in something else."""

    mint: str
    pool: str | None
    trader: str | None
    is_buy: bool
    tokens: Decimal | None
    sol: Decimal | None
    curve_address: str | None = None
    curve: CurveFigures = CurveFigures()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveCompleted(StreamEvent):
    """A curve sold all it had to sell; its move to a pool comes next."""

    mint: str
    curve_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMigrated(StreamEvent):
    """A token left its curve for a pool; `pool_address` is None where the stream does not tell it."""

    mint: str
    pool: str | None
    pool_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(StreamEvent):
    """An account of the chain was written; `lamports` is its balance."""

    address: str
    owner: str
    lamports: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLogged(StreamEvent):
    """A transaction that went through and names a program whose logs nobody here decodes."""

    program: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """The log of a transaction that went through."""

    signature: str
    slot: int | None
    lines: tuple[str, ...]


class FeedPhase(StrEnum):
    """How a stream is doing."""

    CONNECTING = "connecting"  # for the first time
    LIVE = "live"
    STALLED = "stalled"  # connected and silent; it is being connected anew
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A stream at one instant.

    `since` is when the phase began. `dropped` events came faster than they were taken, `refused` frames could
    not be used, and `gaps` are losses that could not be made good. `problem` says why it is not live.
    """

    name: str
    phase: FeedPhase
    since: datetime
    events: int
    per_minute: int
    last_at: datetime | None
    reconnects: int
    dropped: int
    refused: int
    gaps: int
    problem: str
