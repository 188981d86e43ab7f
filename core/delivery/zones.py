"""Time zones by the names people write, and the instants that a zone's clock shows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE | re.ASCII)
_MOST = timedelta(hours=14)  # Kiritimati's; the least is -12
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?", re.ASCII)


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def zone_name(word: str) -> str | None:
    """Find the name under which a zone is kept: `europe/berlin` or `UTC+2`; None where there is no such zone.

    Only names that the database lists are looked up: whatever else a stranger writes opens no file.
    """
    if word.casefold() in {"z", "gmt", "utc"}:
        return "UTC"
    match = _OFFSET.fullmatch(word)
    if match is None:
        return _names().get(word.casefold())
    hours, minutes = int(match[2]), int(match[3] or 0)
    if timedelta(hours=hours, minutes=minutes) > _MOST:
        return None
    return f"UTC{match[1]}{hours:02}:{minutes:02}" if hours or minutes else "UTC"


def like(words: str, limit: int) -> tuple[str, ...]:
    """List zones whose name has these letters in it: those of places first."""
    wanted = words.strip().casefold().replace(" ", "_")
    found = [name for folded, name in _names().items() if wanted in folded] if wanted else []
    return tuple(sorted(found, key=lambda name: ("/" not in name, name.startswith("Etc/"), name))[:limit])


def zone(name: str) -> tzinfo:
    """Give the zone of a name that `zone_name` gave; UTC for one that is known no longer."""
    if (match := _OFFSET.fullmatch(name)) is not None:
        span = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-span if match[1] == "-" else span)
    return ZoneInfo(name) if name != "UTC" and name.casefold() in _names() else UTC


def clock_time(word: str) -> time | None:
    """Read `23`, `7:30` or `07.30`; None where it is no time of a day. 24:00 is midnight."""
    match = _CLOCK.fullmatch(word)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if (hour, minute) == (24, 0):
        return time(0, 0)
    return time(hour, minute) if hour < 24 else None


def instant(day: date, at: time, where: tzinfo, *, last: bool = False) -> datetime:
    """Tell when a zone's clock shows a time of a day, in UTC.

    A time that the clock skips counts by the clock before it was set forward (as in RFC 5545); of one that it
    shows twice, the first counts, or the `last`.
    """
    first, second = (datetime.combine(day, at, where).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second) if last else first
