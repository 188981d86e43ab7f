"""What a person may prefer, and a chat: the keys, their choices, and how commands read them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.charts.spec import Scale, Study
from data.models.chat import User
from data.models.market import Timeframe

TIMEFRAME, SCALE, STUDIES = "timeframe", "scale", "studies"
AUTO, NONE = "auto", "none"
_BETWEEN = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class Preference:
    """A choice of one's own; `usual` is what holds for someone who never chose.

    Of a preference for `several` any of the choices may hold at once, or none of them.
    """

    name: str
    summary: str
    choices: tuple[str, ...]
    usual: str
    several: bool = False

    def read(self, typed: str) -> str | None:
        """Read a choice as typed, several in their own order; None where one of them is not offered."""
        words = [word for word in _BETWEEN.split(typed.lower()) if word]
        if not self.several:
            return words[0] if len(words) == 1 and words[0] in self.choices else None
        if words == [self.usual]:
            return self.usual
        if not words or not set(words) <= set(self.choices):
            return None
        return ",".join(choice for choice in self.choices if choice in words)

    def holds(self, kept: str | None) -> str:
        """Tell what holds where this was kept; a choice that is no longer offered counts as none."""
        return kept if kept is not None and self.read(kept) == kept else self.usual


PREFERENCES = {
    each.name: each
    for each in (
        Preference(TIMEFRAME, "Timeframe of charts", tuple(Timeframe), Timeframe.M15),
        Preference(SCALE, "Scale of charts", (AUTO, *Scale), AUTO),
        Preference(STUDIES, "Studies of charts", tuple(Study), NONE, several=True),
    )
}
OF_CHATS = (PREFERENCES[STUDIES],)  # what a group has for whoever chose nothing


def chosen(user: User | None, name: str) -> str:
    """Tell what holds for a person."""
    return PREFERENCES[name].holds(user.preferences.get(name) if user is not None else None)


def preferred_timeframe(user: User | None) -> Timeframe:
    """Tell which candles a person sees unless they ask for others."""
    return Timeframe(chosen(user, TIMEFRAME))


def preferred_scale(user: User | None) -> Scale | None:
    """Tell how a person's charts are spread; None is by the range of prices."""
    scale = chosen(user, SCALE)
    return None if scale == AUTO else Scale(scale)


def preferred_studies(user: User | None, of_chat: Mapping[str, str]) -> tuple[Study, ...]:
    """Tell what is drawn on charts unless other studies are asked for: one's own, else the chat's."""
    own = chosen(user, STUDIES)
    return studies_in(PREFERENCES[STUDIES].holds(of_chat.get(STUDIES)) if own == NONE else own)


def studies_in(kept: str) -> tuple[Study, ...]:
    """Read studies as they are kept."""
    return () if kept == NONE else tuple(Study(word) for word in kept.split(","))


def toggled(preference: Preference, now: str, choice: str) -> str:
    """Write what holds once a choice is pressed: of several, it is added or taken away."""
    if not preference.several:
        return choice
    wanted = {word for word in now.split(",") if word != preference.usual} ^ {choice}
    return ",".join(each for each in preference.choices if each in wanted) or preference.usual


def suggested(typed: str, offered: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Suggest what may stand after the last comma, of what is not there yet."""
    before, comma, last = typed.lower().rpartition(",")
    there = before.split(",")
    return tuple(
        (f"{before}{comma}{word}", f"{before}{comma}{word}")
        for word in offered
        if word.startswith(last.strip()) and word not in there
    )
