"""When what was held back comes together: every hour, or once a day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from core.delivery.zones import clock_time, instant

_USUAL = time(8, 0)
_HOUR = timedelta(hours=1)


class Rhythm(StrEnum):
    """How often notices come."""

    NOW = "now"  # each at once; what is held back comes hourly
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rhythm, and for a daily one the time of the day."""

    rhythm: Rhythm = Rhythm.NOW
    at: time = _USUAL

    def __str__(self) -> str:
        return f"daily {self.at:%H:%M}" if self.rhythm is Rhythm.DAILY else self.rhythm.value

    @property
    def gathers(self) -> bool:
        """Whether notices come together."""
        return self.rhythm is not Rhythm.NOW

    def after(self, now: datetime, where: tzinfo) -> datetime:
        """Tell when the next digest is due, later than `now`; the zone's own full hours count."""
        if self.rhythm is not Rhythm.DAILY:
            past = timedelta(
                minutes=now.astimezone(where).minute, seconds=now.second, microseconds=now.microsecond
            )
            return now - past + _HOUR
        today = now.astimezone(where).date()
        days = (today + timedelta(days=step) for step in (-1, 0, 1, 2))
        return min(due for due in (instant(day, self.at, where) for day in days) if due > now)


def schedule(words: str) -> Schedule | None:
    """Read `now`, `hourly`, `daily` or `daily 18:30`; None where it is none."""
    rhythm, _, at = words.strip().lower().partition(" ")
    if rhythm not in set(Rhythm):
        return None
    when = clock_time(at.strip()) if at.strip() else _USUAL
    if when is None or (at.strip() and rhythm != Rhythm.DAILY):
        return None
    return Schedule(Rhythm(rhythm), when)
