"""Hours in which nothing but danger comes: when they are, and when they end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from core.delivery.zones import clock_time, instant

_DAY = timedelta(days=1)
_DASHES = str.maketrans("–—", "--")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of the day to another, on the clock of the zone it is asked in; it may pass midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def until(self, now: datetime, where: tzinfo) -> datetime | None:
        """Tell when the quiet that reigns at `now` ends, in UTC; None where it does not reign.

        On the day on which a clock is set back, an end that comes twice is the later one.
        """
        end, before = now, None
        while end != before:  # on such a day one night may reach into the next
            before = end
            end = max(
                (ends for starts, ends in self._around(end, where) if starts <= end < ends), default=end
            )
        return end if end != now else None

    def _around(self, at: datetime, where: tzinfo) -> list[tuple[datetime, datetime]]:
        """List the nights that may hold an instant."""
        today = at.astimezone(where).date()
        over = _DAY if self.end <= self.start else timedelta()
        days = [today + _DAY * step for step in (-2, -1, 0, 1)]
        return [
            (instant(day, self.start, where), instant(day + over, self.end, where, last=True)) for day in days
        ]


def quiet_hours(words: str) -> Quiet | None:
    """Read `23:00-07:00` or `23-7`; None where it is none, or as long as a day."""
    start, dash, end = words.translate(_DASHES).replace(" ", "").partition("-")
    first, second = clock_time(start), clock_time(end)
    if not dash or first is None or second is None or first == second:
        return None
    return Quiet(first, second)
