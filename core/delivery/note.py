"""The simplest thing to tell: a title, lines, and links. Words are made visible as they come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.models.text import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLink:
    """A button that opens a web address; one that is none is left out."""

    label: str
    url: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", visible(self.label))
        object.__setattr__(self, "url", visible(self.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an operator, or the program itself, has to say."""

    title: str
    lines: tuple[str, ...] = ()
    links: tuple[NoteLink, ...] = ()
    tone: Literal["neutral", "good", "warn", "danger"] = "neutral"
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", visible(self.title))
        object.__setattr__(self, "lines", tuple(map(visible, self.lines)))
