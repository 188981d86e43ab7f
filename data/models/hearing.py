"""Who hears what: whose choice it is, who reads, and what was held back for a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from data.models.chat import Identity
from data.models.delivery import Channel, Stream
from data.models.ids import UserId

SNOOZES_LIMIT = 100

Place: TypeAlias = tuple[Channel, str, str]  # of a delivery: channel, address, topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person as far as it matters for what reaches them."""

    id: UserId
    preferences: Mapping[str, str]
    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose choice it is: a person's, or where `user_id` is None, a chat's."""

    user_id: UserId | None = None
    chat_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was held back for one place and one digest, so far."""

    address: str
    user_id: UserId | None
    due_at: datetime
    counts: Mapping[tuple[Stream, str], int] = field(default_factory=dict)  # by stream, and why it was held

    @property
    def total(self) -> int:
        return sum(self.counts.values())
