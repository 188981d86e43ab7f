"""What an admin says to a chat, or an operator to every chat that listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from data.models.ids import UserId


class AnnouncementState(StrEnum):
    """How an announcement stands."""

    DRAFT = "draft"  # shown to its author alone
    HELD = "held"  # confirmed; it goes out at `sends_at`, or as a second operator agrees
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A text and where it goes: to the place of one chat, or with an empty `chat_key` everywhere."""

    id: int
    user_id: UserId
    text: str
    state: AnnouncementState
    made_at: datetime
    sends_at: datetime | None = None
    chat_key: str = ""
    channel: str = ""
    address: str = ""
    topic: str = ""

    @property
    def everywhere(self) -> bool:
        return not self.chat_key
