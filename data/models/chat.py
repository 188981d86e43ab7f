"""People, chats, and who may do what where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from data.models.ids import Platform, UserId


class Level(IntEnum):
    """What a command asks of its caller.

    0 to 3 and 6 belong to a person everywhere; 4 and 5 to a person in one chat.
    """

    ANYONE = 0
    MEMBER = 1
    PAPER = 2
    LIVE = 3
    MODERATOR = 4
    CHAT_ADMIN = 5
    OPERATOR = 6


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """An account on one platform: Telegram 42 is not Discord 42."""

    platform: Platform
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person we know; `level` is one of 0, 1, 2, 3, 6."""

    id: UserId
    name: str
    level: Level
    blocked: bool
    created_at: datetime
    identities: tuple[Identity, ...]
    preferences: Mapping[str, str] = field(default_factory=dict)


class ChatKind(StrEnum):
    """Whether others read along."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Where a message was said; `topic` is a forum topic or a thread.

    `id` is the rules' home: a Telegram group, a Discord server, or a private chat. `channel` is the place in
    it that messages are sent to (the same as `id` on Telegram).
    """

    platform: Platform
    id: str
    channel: str
    kind: ChatKind
    topic: str | None = None
    title: str = ""

    @property
    def private(self) -> bool:
        return self.kind is ChatKind.PRIVATE

    @property
    def key(self) -> str:
        """The rules' home as one word."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who says something, as the platform's own update names them.

    `chat_level` is what the platform says of them in this chat (0, 4 or 5); `roles` are the ids of their
    roles there. `user` is None for someone we have not met.
    """

    identity: Identity
    name: str
    user: User | None = None
    chat_level: Level = Level.ANYONE
    roles: frozenset[str] = frozenset()


class Place(StrEnum):
    """Where a command may be said."""

    BOTH = "both"
    PRIVATE = "private"
    GROUP = "group"


class Effect(StrEnum):
    """What a chat's rule does."""

    ALLOW = "allow"
    DENY = "deny"


class SubjectKind(StrEnum):
    """Whom a chat's rule is about, most specific first."""

    USER = "user"
    CHANNEL = "channel"
    ROLE = "role"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a chat's rules: `command` is a name or '*'; `subject` a user, role, channel or topic id."""

    id: int
    chat_key: str
    command: str
    effect: Effect
    kind: SubjectKind
    subject: str = ""

    @property
    def name(self) -> str:
        """How /why and /rules call it."""
        whom = "everyone" if self.kind is SubjectKind.EVERYONE else f"{self.kind} {self.subject}"
        return f"#{self.id} {self.effect} {self.command} for {whom}"


class FlagScope(StrEnum):
    """How wide a flag is set, narrowest last."""

    GLOBAL = "global"
    CHAT = "chat"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagOverride:
    """A flag set in the running system; `subject` is a chat key or a user id, empty for global."""

    name: str
    scope: FlagScope
    subject: str
    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One privileged action, chained to the one before by `digest`."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    digest: str
