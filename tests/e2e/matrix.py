"""Who may run what where, as data: written from the product's catalogue, not read from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from data.models.ids import Platform

# 0 anyone, 1 member, 2 paper trader, 3 live trader, 4 moderator of this chat, 5 admin of this chat,
# 6 operator; B both, D private, G groups. Where the catalogue gives two levels, the row takes the narrower.
# /me, /forget and /privacy are open to guests: who waits for approval is on record too. /block and /unblock
# shut out everywhere, so they are the operator's; a chat has /deny.
COMMANDS: Mapping[str, tuple[int, Literal["B", "D", "G"]]] = {
    "alert": (1, "B"), "alerts": (1, "D"), "watch": (1, "B"), "unwatch": (1, "B"), "watchlist": (1, "B"),
    "allow": (5, "G"), "ath": (0, "B"), "audit": (6, "D"), "block": (6, "B"), "bundle": (0, "B"),
    "c": (0, "B"), "coins": (0, "B"), "convert": (0, "B"), "coverage": (0, "B"), "deny": (5, "G"),
    "dev": (0, "B"), "dp": (0, "B"), "email": (1, "D"), "enrich": (1, "B"), "features": (0, "B"),
    "flag": (6, "D"),
    "flow": (0, "B"), "forget": (0, "D"), "health": (6, "D"), "help": (0, "B"), "holders": (0, "B"),
    "market": (0, "B"), "me": (0, "D"), "new": (0, "B"), "p": (0, "B"), "paste": (0, "B"),
    "privacy": (0, "D"), "role": (6, "D"), "rules": (5, "G"), "runners": (0, "B"), "s": (0, "B"),
    "settings": (1, "B"), "similar": (0, "B"), "snipers": (0, "B"), "sources": (0, "B"), "start": (0, "B"),
    "status": (0, "B"), "t": (0, "B"), "top": (0, "B"), "trending": (0, "B"), "unblock": (6, "B"),
    "users": (6, "D"), "version": (0, "B"), "wallet": (1, "B"), "why": (0, "B"),
    "notify": (1, "B"), "quiet": (1, "B"), "snooze": (1, "B"), "digest": (1, "B"), "budget": (5, "G"),
    "radar": (0, "B"), "hunt": (0, "B"), "signals": (0, "B"), "track": (0, "B"),
    "route": (5, "G"), "setup": (5, "G"), "inbox": (1, "D"), "queue": (6, "D"),
    "link": (1, "D"), "unlink": (1, "D"), "announce": (5, "B"),
    "changelog": (0, "B"), "beta": (0, "B"), "news": (0, "B"),
    "multi": (1, "B"), "trackw": (1, "B"), "untrackw": (1, "B"), "wallets": (1, "B"),
}  # fmt: skip


class Role(StrEnum):
    """What a person is; moderators and admins are members whom the platform names so in one chat."""

    STRANGER = "stranger"
    MEMBER = "member"
    PAPER = "paper trader"
    LIVE = "live trader"
    MODERATOR = "moderator"
    CHAT_ADMIN = "chat admin"
    OPERATOR = "operator"
    BLOCKED = "blocked"


HOLDS: Mapping[Role, frozenset[int]] = {
    Role.STRANGER: frozenset({0}),
    Role.MEMBER: frozenset({0, 1}),
    Role.PAPER: frozenset({0, 1, 2}),
    Role.LIVE: frozenset({0, 1, 2, 3}),
    Role.MODERATOR: frozenset({0, 1, 4}),
    Role.CHAT_ADMIN: frozenset({0, 1, 4, 5}),
    Role.OPERATOR: frozenset(range(7)),
    Role.BLOCKED: frozenset(),
}


class Place(StrEnum):
    """Where something is said; a topic is a forum's on Telegram and a thread on Discord."""

    PRIVATE = "private"
    GROUP = "group"
    TOPIC = "topic"
    CHANNEL = "channel"


PLACES: Mapping[Platform, tuple[Place, ...]] = {
    Platform.TELEGRAM: tuple(Place),
    Platform.DISCORD: tuple(Place),
    Platform.CONSOLE: (Place.PRIVATE,),
}

Refusal: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One question; `refusal` is its answer: the rule that refuses, or None."""

    command: str
    role: Role
    platform: Platform
    place: Place
    refusal: Refusal

    def __str__(self) -> str:
        return f"/{self.command} by a {self.role} in a {self.platform} {self.place}"


def refusal(command: str, role: Role, place: Place) -> Refusal:
    """Name the rule that refuses a command, the first of the order: blocked, place, level."""
    level, where = COMMANDS[command]
    if role is Role.BLOCKED:
        return "blocked"
    if where == "D" and place is not Place.PRIVATE:
        return "place private"
    if where == "G" and place is Place.PRIVATE:
        return "place group"
    local = level in {4, 5} and place is Place.PRIVATE and role is not Role.OPERATOR
    return f"level {level}" if local or level not in HOLDS[role] else None


def cells() -> Iterator[Cell]:
    """List every question there is."""
    for platform, places in PLACES.items():
        for place in places:
            for role in Role:
                for command in COMMANDS:
                    yield Cell(command, role, platform, place, refusal(command, role, place))
