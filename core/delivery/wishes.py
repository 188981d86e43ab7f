"""What a person or a chat wishes to hear, read from what they chose; a choice that cannot be read is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from core.delivery import loudness
from core.delivery.budget import USUAL
from core.delivery.loudness import Loudness
from core.delivery.quiet import Quiet, quiet_hours
from core.delivery.schedule import Schedule, schedule
from core.delivery.zones import zone

# The names of the choices among a person's or a chat's preferences.
NOTIFY, QUIET, ZONE, DIGEST, BUDGET = "notify", "quiet", "zone", "digest", "budget"
HOME = "home"  # where a person wants to be told: a platform
SEEN = "seen"  # where they last spoke to us in private


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What holds for one person or chat; `snoozed` says until when nothing is heard of a type or token."""

    loudness: Mapping[str, Loudness] = field(default_factory=dict)
    quiet: Quiet | None = None
    zone: tzinfo = UTC
    zone_name: str = "UTC"
    schedule: Schedule = Schedule()
    budget: int = USUAL
    snoozed: Mapping[str, datetime] = field(default_factory=dict)


def wishes(preferences: Mapping[str, str], snoozed: Mapping[str, datetime] | None = None) -> Wishes:
    """Read what holds from what was chosen."""
    budget = preferences.get(BUDGET, "")
    name = preferences.get(ZONE, "UTC")
    return Wishes(
        loudness=loudness.chosen(preferences.get(NOTIFY, "")),
        quiet=quiet_hours(preferences.get(QUIET, "")),
        zone=zone(name),
        zone_name=name,
        schedule=schedule(preferences.get(DIGEST, "")) or Schedule(),
        budget=int(budget) if budget.isascii() and budget.isdigit() else USUAL,
        snoozed=snoozed or {},
    )
