"""What an alert tells when it fires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.alerts.grammar import written
from core.alerts.turn import Sighting
from data.models.alerts import Alert, AlertRule
from data.models.ids import TokenKey

KIND = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFired:
    """An alert fired for the `fires`-th time; `rule` is as it was, `seen` the value that fired it."""

    version: int = 1
    alert_id: int
    fires: int
    token: TokenKey
    symbol: str
    rule: AlertRule
    seen: Sighting
    at: datetime

    @property
    def headline(self) -> str:
        """Say it in a line."""
        return f"Alert: {written(self.rule, self.symbol or self.token.address)}"

    @property
    def key(self) -> str:
        """What makes it one fact, however often it is told."""
        return f"{KIND}:{self.alert_id}:{self.fires}"


def fired(before: Alert, after: Alert, seen: Sighting, now: datetime) -> AlertFired:
    """Tell of an alert that fired."""
    return AlertFired(
        alert_id=before.id, fires=after.fires, token=before.token, symbol=before.symbol, rule=before.rule,
        seen=seen, at=now,
    )  # fmt: skip
