"""Alerts: what somebody waits for, and how far the waiting has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from data.models.ids import Chain, TokenKey, UserId

COOLDOWN_S = 900
BAND_RATIO = Decimal("0.01")


class Figure(StrEnum):
    """What is watched."""

    PRICE = "price"
    CAP = "mc"
    FDV = "fdv"
    LIQUIDITY = "liquidity"
    VOLUME = "volume"
    HOLDERS = "holders"
    RISE = "rise"  # a ratio: the price against its lowest within the window
    FALL = "fall"  # a ratio, zero or less: the price against its highest within the window
    RSI = "rsi"
    SECURITY = "security"  # the verdict of the first look: 0 clear, 1 caution, 2 block


class Way(StrEnum):
    """Which move of a figure is waited for; a threshold that is met exactly is reached."""

    ABOVE = "above"
    BELOW = "below"
    CROSS = "cross"
    CHANGE = "change"


class Phase(StrEnum):
    """How far an alert is."""

    NEW = "new"  # no value was seen since it was made: the first one tells on which side it stands
    WAITS_RISE = "waits_rise"  # armed: a rise to the threshold fires it
    WAITS_FALL = "waits_fall"
    WAITS_CHANGE = "waits_change"
    RESTS = "rests"  # not armed: the figure must first go back beyond the band around the threshold
    DONE = "done"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether anything may still come of it."""
        return self not in {Phase.DONE, Phase.EXPIRED}


@dataclass(frozen=True, slots=True, order=True)
class Gauge:
    """A figure over a span: a look-back such as 1h, a candle's length, or none."""

    figure: Figure
    span: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """What is waited for. `threshold` is in USD, a ratio, a count or points; None for a change.

    One that repeats fires again at the earliest `cooldown_s` later, and only after the figure went back
    beyond the threshold by `band_ratio` of it. `lasts_s` is how long it waits, None without end.
    """

    gauge: Gauge
    way: Way
    threshold: Decimal | None
    repeat: bool = False
    cooldown_s: int = COOLDOWN_S
    band_ratio: Decimal = BAND_RATIO
    lasts_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlace:
    """The group that an alert tells: its rules' home, and where in it messages go."""

    chat_key: str
    channel: str
    address: str
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule on a token, of a person: told to them, or to the `place` where they made it.

    `version` grows with every change. `fires` counts how often it fired. Instants are real time.
    """

    id: int
    user_id: UserId
    token: TokenKey
    symbol: str
    rule: AlertRule
    place: AlertPlace | None
    phase: Phase
    created_at: datetime
    expires_at: datetime | None = None
    rests_until: datetime | None = None
    snoozed_until: datetime | None = None
    fired_at: datetime | None = None
    fires: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchItem:
    """A token on a watchlist; `symbol` is its issuer's word when it was put there."""

    token: TokenKey
    symbol: str
    tag: str
    added_at: datetime


def token_of(word: str) -> TokenKey:
    """Read a token as `str` writes it."""
    chain, _, address = word.partition(":")
    return TokenKey(Chain(chain), address)
