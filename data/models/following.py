"""Wallets that people follow, what was seen of them, and the rule of several that buy the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from data.models.ids import UserId


class Tells(StrEnum):
    """Which moves of a wallet its follower is told."""

    TRADES = "trades"  # purchases and sales
    BUYS = "buys"
    SELLS = "sells"
    ALL = "all"  # what comes in and goes out unpaid, too
    MUTE = "mute"  # none; it still counts for the rule of several wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of a wallet's moves is told: of at least so many USD, of these mints, or with none of any."""

    tells: Tells = Tells.TRADES
    least_usd: Decimal | None = None
    mints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A wallet as one person follows it."""

    user_id: UserId
    wallet: str
    label: str
    filters: Filters
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far a wallet was read: all up to `slot`, since the market's time `since`.

    `read_at` is when, by our own clock, None for never; `gaps` counts what could not be read for good.
    `funder` is who sent it its first SOL, None where that is unknown; `traced` says that it was asked.
    """

    wallet: str
    since: datetime
    slot: int | None = None
    read_at: datetime | None = None
    gaps: int = 0
    funder: str | None = None
    traced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSeen:
    """A move of a followed wallet as it is kept: `units` in base units, paid in lamports or micro-dollars."""

    wallet: str
    signature: str
    mint: str
    slot: int
    at: datetime
    side: str
    units: int
    lamports: int | None = None
    micro_usd: int | None = None
    value_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralRule:
    """Tell a person when so many independent owners bought a token within the window, each for so much."""

    user_id: UserId
    owners: int
    window_s: int
    least_usd: Decimal | None
    set_at: datetime
