"""Alerts for tests: rules in a line, and values as they are seen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.alerts.grammar import parse
from core.alerts.turn import Sighting
from data.models.alerts import Alert, Phase
from data.models.fields import PRICE_USD
from data.models.ids import TokenKey, UserId
from data.models.market import Observation, Resolved, TokenSnapshot
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, VENDORS


def alert_of(
    sentence: str,
    *,
    id: int = 1,
    phase: Phase = Phase.NEW,
    token: TokenKey = BONK,
    user: int = 1,
) -> Alert:
    """Make an alert out of a sentence."""
    rule = parse(sentence).rule
    return Alert(
        id=id, user_id=UserId(user), token=token, symbol="BONK", rule=rule, place=None, phase=phase,
        created_at=START,
    )  # fmt: skip


def seen(value: str | Decimal, high: str | None = None, at: datetime = START) -> Sighting:
    """See a value, certain unless `high` says otherwise."""
    low = Decimal(value)
    top = low if high is None else Decimal(high)
    return Sighting(value=low, low=low, high=top, at=at, sources=("a", "b"))


def priced(
    value: str | Decimal,
    *,
    token: TokenKey = BONK,
    at: datetime = START,
    sources: int = 2,
    disputed: bool = False,
    note: str = "",
) -> TokenSnapshot:
    """Make a snapshot that knows a price, told by so many sources."""
    price = Decimal(value)
    observed = tuple(Observation(value=price, source=name, at=at) for name in VENDORS[:sources])
    resolved = Resolved(field=PRICE_USD, value=price, sources=observed, disputed=disputed, note=note)
    return TokenSnapshot(token=token, at=at, resolved={PRICE_USD: resolved})
