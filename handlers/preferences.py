"""What a person may prefer: the keys, their choices, and how commands read them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.charts.spec import Scale
from data.models.chat import User
from data.models.market import Timeframe

TIMEFRAME, SCALE = "timeframe", "scale"
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Preference:
    """A choice of one's own; `usual` is what holds for someone who never chose."""

    name: str
    summary: str
    choices: tuple[str, ...]
    usual: str


PREFERENCES = {
    each.name: each
    for each in (
        Preference(TIMEFRAME, "Timeframe of charts", tuple(Timeframe), Timeframe.M15),
        Preference(SCALE, "Scale of charts", (AUTO, *Scale), AUTO),
    )
}


def chosen(user: User | None, name: str) -> str:
    """Tell what holds for a person; a choice that is no longer offered counts as none."""
    preference = PREFERENCES[name]
    kept = user.preferences.get(name) if user is not None else None
    return kept if kept in preference.choices else preference.usual


def preferred_timeframe(user: User | None) -> Timeframe:
    """Tell which candles a person sees unless they ask for others."""
    return Timeframe(chosen(user, TIMEFRAME))


def preferred_scale(user: User | None) -> Scale | None:
    """Tell how a person's charts are spread; None is by the range of prices."""
    scale = chosen(user, SCALE)
    return None if scale == AUTO else Scale(scale)
