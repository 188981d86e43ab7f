"""What a value makes of an alert: fired, armed again, or nothing. Pure.

An alert fires when its figure arrives at the threshold, not because it is there: one made while the figure
is beyond it already rests until the figure has gone back. Where a gap leads through several thresholds, each
fires once. A value is known as a range: what fires on a rise must hold for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.alerts.match import Bound, Side
from data.models.alerts import Alert, Phase, Way
from data.models.money import times

_HALF = Decimal("0.5")  # verdicts are whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A value that may fire: `value` is what is told; it is known to be from `low` to `high`.

    `at` is the market's time of it, `sources` name who stands behind it.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    at: datetime
    sources: tuple[str, ...] = ()


def turned(alert: Alert, seen: Sighting, now: datetime) -> Alert:
    """Give what a value makes of an alert; it fired where `fires` has grown."""
    if not alert.phase.live:
        return alert
    if (over := lapsed(alert, now)) is not alert:
        return over
    if asleep_until(alert, now) is not None:
        return alert
    match alert.phase:
        case Phase.NEW:
            return _placed(alert, seen)
        case Phase.RESTS:
            return _rearmed(alert, seen)
    return _fired(alert, seen, now) if _reached(alert, seen) else alert


def lapsed(alert: Alert, now: datetime) -> Alert:
    """End an alert whose time is over."""
    over = alert.phase.live and alert.expires_at is not None and now >= alert.expires_at
    return replace(alert, phase=Phase.EXPIRED) if over else alert


def asleep_until(alert: Alert, now: datetime) -> datetime | None:
    """Tell until when no value counts: it is snoozed, or cools down. None: every value counts."""
    waits = [alert.snoozed_until, alert.rests_until if alert.phase is Phase.RESTS else None]
    return max((at for at in waits if at is not None and at > now), default=None)


def bounds(alert: Alert) -> tuple[Bound, ...]:
    """Tell at which values something may become of an alert."""
    threshold = alert.rule.threshold
    match alert.phase:
        case Phase.NEW:
            return (Bound(Side.RISING, None),)
        case Phase.WAITS_RISE:
            return (Bound(Side.RISING, threshold),)
        case Phase.WAITS_FALL:
            return (Bound(Side.FALLING, threshold),)
        case Phase.WAITS_CHANGE if threshold is not None:
            return Bound(Side.RISING, threshold + _HALF), Bound(Side.FALLING, threshold - _HALF)
        case Phase.RESTS if alert.rule.way is Way.CHANGE:
            return (Bound(Side.RISING, None),)
        case Phase.RESTS:
            low, high = _band(alert)
            below, above = Bound(Side.FALLING, low), Bound(Side.RISING, high)
            return {Way.ABOVE: (below,), Way.BELOW: (above,)}.get(alert.rule.way, (below, above))
    return ()


def _threshold(alert: Alert) -> Decimal:
    threshold = alert.rule.threshold
    return Decimal(0) if threshold is None else threshold


def _band(alert: Alert) -> tuple[Decimal, Decimal]:
    """Tell between which values the figure counts as being at the threshold still."""
    threshold = _threshold(alert)
    width = times(abs(threshold), alert.rule.band_ratio)
    return threshold - width, threshold + width


def _placed(alert: Alert, seen: Sighting) -> Alert:
    """Tell by its first value on which side of the threshold the figure stands."""
    way, threshold = alert.rule.way, _threshold(alert)
    if way is Way.CHANGE:
        return replace(alert, phase=Phase.WAITS_CHANGE, rule=replace(alert.rule, threshold=seen.value))
    if seen.high < threshold:
        return replace(alert, phase=Phase.RESTS if way is Way.BELOW else Phase.WAITS_RISE)
    if seen.low > threshold:
        return replace(alert, phase=Phase.RESTS if way is Way.ABOVE else Phase.WAITS_FALL)
    if seen.low == seen.high and way is not Way.CROSS:
        return replace(alert, phase=Phase.RESTS)
    return alert


def _rearmed(alert: Alert, seen: Sighting) -> Alert:
    """Arm an alert again where the figure has left the band, to a side from which it can come back."""
    way = alert.rule.way
    if way is Way.CHANGE:
        return replace(alert, phase=Phase.WAITS_CHANGE, rests_until=None)
    low, high = _band(alert)
    if seen.high < low and way is not Way.BELOW:
        return replace(alert, phase=Phase.WAITS_RISE, rests_until=None)
    if seen.low > high and way is not Way.ABOVE:
        return replace(alert, phase=Phase.WAITS_FALL, rests_until=None)
    return alert


def _reached(alert: Alert, seen: Sighting) -> bool:
    threshold = _threshold(alert)
    match alert.phase:
        case Phase.WAITS_RISE:
            return seen.low >= threshold
        case Phase.WAITS_FALL:
            return seen.high <= threshold
    return seen.low > threshold + _HALF or seen.high < threshold - _HALF


def _fired(alert: Alert, seen: Sighting, now: datetime) -> Alert:
    rule = alert.rule
    fired = replace(alert, fires=alert.fires + 1, fired_at=now)
    if not rule.repeat:
        return replace(fired, phase=Phase.DONE)
    if rule.way is Way.CHANGE:
        rule = replace(rule, threshold=seen.value)
    return replace(fired, rule=rule, phase=Phase.RESTS, rests_until=now + timedelta(seconds=rule.cooldown_s))
