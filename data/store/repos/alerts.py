"""Alerts as they are kept; what a value makes of one is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.alerts import Alert, AlertPlace, AlertRule, Figure, Gauge, Phase, Way, token_of
from data.models.ids import TokenKey, UserId
from data.store.tables import alert_windows, alerts
from data.store.types import is_row_id
from data.store.upsert import insert

PAGE = 2_000
_LIVE = [phase.value for phase in Phase if phase.live]


@dataclass(frozen=True, slots=True)
class Alerts:
    """Everybody's alerts."""

    connection: AsyncConnection
    clock: Clock

    async def add(self, alert: Alert) -> Alert:
        """Keep a new alert; gives it with its number."""
        values = {**_values(alert), "changed_at": self.clock.now()}
        number = await self.connection.scalar(alerts.insert().values(**values).returning(alerts.c.id))
        assert number is not None
        return replace(alert, id=number)

    async def turn(self, before: Alert, after: Alert) -> bool:
        """Keep what became of an alert; False where it was changed or deleted meanwhile."""
        values = {**_values(after), "version": before.version + 1, "changed_at": self.clock.now()}
        same = (alerts.c.id == before.id) & (alerts.c.version == before.version)
        return (await self.connection.execute(update(alerts).where(same).values(**values))).rowcount == 1

    async def drop(self, alert_id: int) -> bool:
        """Delete an alert; False where there is none of that number."""
        if not is_row_id(alert_id):
            return False
        gone = delete(alerts).where(alerts.c.id == alert_id)
        return await self.connection.scalar(gone.returning(alerts.c.id)) is not None

    async def get(self, alert_id: int) -> Alert | None:
        """Find an alert."""
        if not is_row_id(alert_id):
            return None
        found = await self._some(alerts.c.id == alert_id, 1)
        return found[0] if found else None

    async def some(self, ids: Collection[int]) -> tuple[Alert, ...]:
        """Find alerts by their numbers; those that are gone are left out."""
        return await self._some(alerts.c.id.in_(sorted(ids)), len(ids))

    async def live_page(self, after: int, limit: int = PAGE) -> tuple[Alert, ...]:
        """List what anything may still come of, by number, those behind `after`."""
        return await self._some(alerts.c.phase.in_(_LIVE) & (alerts.c.id > after), limit)

    async def changed_since(self, at: datetime, limit: int = PAGE) -> tuple[Alert, ...]:
        """List what was made or changed since an instant."""
        query = select(alerts).where(alerts.c.changed_at >= at).order_by(alerts.c.changed_at).limit(limit)
        return tuple(_alert(row) for row in await self.connection.execute(query))

    async def of_user(self, user_id: UserId, token: TokenKey | None = None) -> tuple[Alert, ...]:
        """List all alerts that a person made, oldest first; of one token if it is named."""
        return await self._some(_about(alerts.c.user_id == user_id, token), PAGE)

    async def of_chat(self, chat_key: str, token: TokenKey | None = None) -> tuple[Alert, ...]:
        """List all alerts that tell a chat, oldest first; of one token if it is named."""
        return await self._some(_about(alerts.c.chat_key == chat_key, token), PAGE)

    async def count(self, user_id: UserId, chat_key: str) -> int:
        """Count the live alerts that a person made for a chat; an empty key is for the person alone."""
        mine = (alerts.c.user_id == user_id) & (alerts.c.chat_key == chat_key)
        query = select(func.count()).select_from(alerts).where(mine, alerts.c.phase.in_(_LIVE))
        return await self.connection.scalar(query) or 0

    async def expire(self, now: datetime) -> int:
        """End the alerts whose time is over; count them."""
        over = (alerts.c.expires_at <= now) & alerts.c.phase.in_(_LIVE)
        values = {"phase": Phase.EXPIRED.value, "version": alerts.c.version + 1, "changed_at": now}
        return (await self.connection.execute(update(alerts).where(over).values(values))).rowcount

    async def purge(self, before: datetime) -> int:
        """Delete the alerts that ended before an instant; count them."""
        ended = alerts.c.phase.in_([phase.value for phase in Phase if not phase.live])
        return (
            await self.connection.execute(delete(alerts).where(ended, alerts.c.changed_at < before))
        ).rowcount

    async def keep_windows(self, windows: Mapping[tuple[TokenKey, str], str]) -> None:
        """Keep the points of windows, by token and span, in place of those before."""
        if not windows:
            return
        now = self.clock.now()
        rows = [
            {"token": str(token), "span": span, "points": points, "at": now}
            # In one order everywhere, so that two writers never wait for each other.
            for (token, span), points in sorted(windows.items())
        ]
        add = insert(self.connection, alert_windows)
        newer = {"points": add.excluded.points, "at": add.excluded.at}
        unique = list(alert_windows.primary_key)
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=newer), rows)

    async def window(self, token: TokenKey, span: str) -> str:
        """Find the points of a window; empty where none were kept."""
        kept = select(alert_windows.c.points).where(
            alert_windows.c.token == str(token), alert_windows.c.span == span
        )
        return await self.connection.scalar(kept) or ""

    async def purge_windows(self, before: datetime) -> int:
        """Drop the windows that were kept last before an instant; count them."""
        return (
            await self.connection.execute(delete(alert_windows).where(alert_windows.c.at < before))
        ).rowcount

    async def _some(self, which: ColumnElement[bool], limit: int) -> tuple[Alert, ...]:
        query = select(alerts).where(which).order_by(alerts.c.id).limit(limit)
        return tuple(_alert(row) for row in await self.connection.execute(query))


def _about(whose: ColumnElement[bool], token: TokenKey | None) -> ColumnElement[bool]:
    return whose if token is None else whose & (alerts.c.token == str(token))


def _values(alert: Alert) -> dict[str, Any]:
    """Write an alert as columns, without its number."""
    rule, place = alert.rule, alert.place
    return {
        "user_id": alert.user_id,
        "chat_key": place.chat_key if place else "",
        "channel": place.channel if place else "",
        "address": place.address if place else "",
        "topic": place.topic if place else "",
        "token": str(alert.token),
        "symbol": alert.symbol,
        "figure": rule.gauge.figure.value,
        "span": rule.gauge.span,
        "way": rule.way.value,
        "threshold": rule.threshold,
        "repeat": rule.repeat,
        "cooldown_s": rule.cooldown_s,
        "band_ratio": rule.band_ratio,
        "lasts_s": rule.lasts_s,
        "phase": alert.phase.value,
        "created_at": alert.created_at,
        "expires_at": alert.expires_at,
        "rests_until": alert.rests_until,
        "snoozed_until": alert.snoozed_until,
        "fired_at": alert.fired_at,
        "fires": alert.fires,
        "version": alert.version,
    }


def _alert(row: Any) -> Alert:
    place = None
    if row.chat_key:
        place = AlertPlace(chat_key=row.chat_key, channel=row.channel, address=row.address, topic=row.topic)
    rule = AlertRule(
        gauge=Gauge(Figure(row.figure), row.span),
        way=Way(row.way),
        threshold=row.threshold,
        repeat=row.repeat,
        cooldown_s=row.cooldown_s,
        band_ratio=row.band_ratio,
        lasts_s=row.lasts_s,
    )
    return Alert(
        id=row.id, user_id=UserId(row.user_id), token=token_of(row.token), symbol=row.symbol, rule=rule,
        place=place, phase=Phase(row.phase), created_at=row.created_at, expires_at=row.expires_at,
        rests_until=row.rests_until, snoozed_until=row.snoozed_until, fired_at=row.fired_at, fires=row.fires,
        version=row.version,
    )  # fmt: skip
