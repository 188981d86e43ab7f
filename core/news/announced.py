"""What is told of an announcement. Words are made visible as they come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.models.text import one_line, visible

KIND, HELD_KIND = "announcement", "announcement_held"
LIMIT = 500  # characters, as the words of commands are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A text that admins of a chat say there, or with `everywhere` the operator to all who listen."""

    id: int
    text: str
    everywhere: bool
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text, LIMIT))

    @property
    def headline(self) -> str:
        """What it says, in a line."""
        return f"Announcement: {one_line(self.text, 70)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementHeld:
    """An operator wants to say something everywhere; another one may agree or stop it until then."""

    id: int
    text: str
    author: str
    sends_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text, LIMIT))
        object.__setattr__(self, "author", one_line(self.author, 64))

    @property
    def headline(self) -> str:
        """What it asks, in a line."""
        return f"To agree or stop: {one_line(self.text, 60)}"
