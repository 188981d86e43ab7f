"""Alerts as people handle them: looked at, saved, changed, snoozed, deleted; each by who may."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.alerts.engine import AlertEngine
from core.alerts.gauges import field_of, reading
from core.alerts.turn import Sighting, turned
from data.clock import Clock
from data.errors import BadArgument, NotAllowed
from data.models.alerts import Alert, AlertPlace, AlertRule, Figure, Gauge, Phase
from data.models.chat import Actor, Chat, Level, User
from data.models.delivery import Channel
from data.models.fields import FDV_USD, MARKET_CAP_USD, SYMBOL
from data.models.ids import Platform, TokenKey
from data.models.market import TokenSnapshot
from data.models.money import divided
from data.models.text import one_line
from data.store.store import Store

MOST = 100  # live alerts of a person, and as many in each group
_SYMBOL = 32
_CHANGES = 3  # attempts to change a row that others change meanwhile
_CHANNELS = {Platform.TELEGRAM: Channel.TELEGRAM, Platform.DISCORD: Channel.DISCORD}
_POINTS = frozenset({Figure.RSI, Figure.RISE, Figure.FALL})


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a figure is from its threshold: as a ratio of it, or in its own unit where `points`."""

    needs: Decimal
    points: bool


def distance(rule: AlertRule, value: Decimal | None) -> Distance | None:
    """Tell what a figure must still do to reach its threshold; None where that cannot be told."""
    if value is None or rule.threshold is None:
        return None
    if rule.gauge.figure in _POINTS:
        return Distance(rule.threshold - value, points=True)
    ratio = divided(rule.threshold, value)
    return None if ratio is None else Distance(ratio - 1, points=False)


def fitted(rule: AlertRule, snapshot: TokenSnapshot) -> AlertRule:
    """Wait for the fully diluted value where nobody tells a market cap: which of both, is settled once."""
    unknown = snapshot.get(MARKET_CAP_USD) is None and snapshot.get(FDV_USD) is not None
    if rule.gauge.figure is Figure.CAP and unknown:
        return replace(rule, gauge=Gauge(Figure.FDV))
    return rule


class Alerts:
    """Everybody's alerts."""

    def __init__(self, *, store: Store, engine: AlertEngine, wall: Clock) -> None:
        self._store = store
        self._engine = engine
        self._wall = wall

    def now(self, token: TokenKey, rule: AlertRule, snapshot: TokenSnapshot | None) -> Sighting | None:
        """Tell the figure's value as it would count now; None where it is unknown or disputed."""
        known = self._engine.memory.latest(token, rule.gauge)
        if known is not None or snapshot is None or rule.gauge.figure in {*_POINTS, Figure.SECURITY}:
            return known
        read = reading(snapshot.get(field_of(rule.gauge)))
        if read is None:
            return None
        return Sighting(value=read.value, low=read.value, high=read.value, at=read.at, sources=read.sources)

    async def save(
        self, user: User, chat: Chat, snapshot: TokenSnapshot, rule: AlertRule, seen: Sighting | None
    ) -> tuple[Alert, bool]:
        """Set an alert; gives it, and whether it is new: the same one twice stands once.

        `seen` is the figure's value now: on which side of the threshold it is, decides what fires.

        Raises:
            BadArgument: there are too many.
        """
        now = self._wall.now()
        draft = Alert(
            id=0, user_id=user.id, token=snapshot.token,
            symbol=one_line(snapshot.value(SYMBOL) or "", _SYMBOL), rule=rule, place=_place(chat),
            phase=Phase.NEW, created_at=now,
            expires_at=None if rule.lasts_s is None else now + timedelta(seconds=rule.lasts_s),
        )  # fmt: skip
        if seen is not None and (len(seen.sources) > 1 or rule.gauge.figure is Figure.SECURITY):
            draft = turned(draft, seen, now)
        chat_key = "" if draft.place is None else draft.place.chat_key
        async with self._store.begin() as tx:
            for each in await tx.alerts.of_user(user.id, snapshot.token):
                if each.phase.live and each.place == draft.place and _same(each.rule, rule):
                    return each, False
            count = await tx.alerts.count(user.id, chat_key)
            if count >= MOST:
                raise BadArgument(
                    f"You have {MOST} alerts {'here' if chat_key else 'already'}.",
                    argument="rule", hint="Delete one first: /alerts",
                )  # fmt: skip
            alert = await tx.alerts.add(draft)
        self._engine.take_up(alert)
        return alert, True

    async def of_user(self, user: User, token: TokenKey | None = None) -> tuple[Alert, ...]:
        """List what a person set, everywhere: what waits first, then what ended, the newest first."""
        async with self._store.read() as tx:
            found = await tx.alerts.of_user(user.id, token)
        return tuple(sorted(found, key=lambda each: (not each.phase.live, -each.id)))

    async def get(self, actor: Actor, chat: Chat, alert_id: int) -> Alert:
        """Find an alert that this person may change here: their own, or as an admin one that tells this chat.

        Raises:
            NotAllowed: it is somebody else's, or there is none: which of both is nobody's business.
        """
        async with self._store.read() as tx:
            found = await tx.alerts.get(alert_id)
        if found is None or not _may(actor, chat, found):
            raise NotAllowed(f"You have no alert #{alert_id}.", rule="ownership", hint="Your alerts: /alerts")
        return found

    async def delete(self, alert: Alert) -> None:
        """Delete an alert."""
        async with self._store.begin() as tx:
            await tx.alerts.drop(alert.id)
        self._engine.let_go(alert)

    async def snooze(self, alert: Alert, seconds: int) -> Alert:
        """Let an alert be silent for so long; with 0 it is awake again."""
        until = self._wall.now() + timedelta(seconds=seconds) if seconds else None
        return await self._change(alert, snoozed_until=until)

    async def change(self, alert: Alert, rule: AlertRule, seen: Sighting | None) -> Alert:
        """Put another rule in place of an alert's; it begins anew."""
        now = self._wall.now()
        expires_at = None if rule.lasts_s is None else now + timedelta(seconds=rule.lasts_s)
        begun = replace(alert, rule=rule, phase=Phase.NEW, rests_until=None, expires_at=expires_at)
        if seen is not None and len(seen.sources) > 1:
            begun = turned(replace(begun, snoozed_until=None), seen, now)
        return await self._change(
            alert, rule=begun.rule, phase=begun.phase, rests_until=None, expires_at=expires_at
        )

    async def _change(self, alert: Alert, **changes: object) -> Alert:
        """Change a row, whatever became of it meanwhile.

        Raises:
            BadArgument: it was deleted.
        """
        current: Alert | None = alert
        for _ in range(_CHANGES):
            async with self._store.begin() as tx:
                current = await tx.alerts.get(alert.id)
                if current is None:
                    break
                after = replace(current, **changes)  # type: ignore[arg-type]
                if await tx.alerts.turn(current, after):
                    after = replace(after, version=current.version + 1)
                    break
        else:
            raise BadArgument(f"Alert #{alert.id} is changing just now.", hint="Try again.")
        if current is None:
            raise BadArgument(f"Alert #{alert.id} was deleted.", hint="Your alerts: /alerts")
        self._engine.exchange(current, after)
        return after

    def clock_now(self) -> datetime:
        """Tell the time that alerts go by."""
        return self._wall.now()


def _same(one: AlertRule, other: AlertRule) -> bool:
    """Tell whether two rules wait for the same; of a change the threshold is what was seen."""
    if one.gauge.figure is Figure.SECURITY:
        one, other = replace(one, threshold=None), replace(other, threshold=None)
    return one == other


def _place(chat: Chat) -> AlertPlace | None:
    """Tell where an alert tells: a group, or the person who sets it."""
    channel = _CHANNELS.get(chat.platform)
    if chat.private or channel is None:
        return None
    return AlertPlace(chat_key=chat.key, channel=channel.value, address=chat.channel, topic=chat.topic or "")


def _may(actor: Actor, chat: Chat, alert: Alert) -> bool:
    user = actor.user
    if user is not None and user.id == alert.user_id:
        return True
    here = alert.place is not None and not chat.private and alert.place.chat_key == chat.key
    return here and actor.chat_level >= Level.MODERATOR
