"""What is pushed: a fact worth telling, the places it goes to, and how each delivery stands.

Knows nothing of how a fact looks: its body is the event's JSON, which a card of its kind reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from data.models.ids import TokenKey, UserId


class Channel(StrEnum):
    """A way to reach a place."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    CONSOLE = "console"  # the terminal, while somebody sits at it
    WEBHOOK = "webhook"  # of a Discord channel; the address is the webhook's id
    MAIL = "mail"
    INBOX = "inbox"  # kept here and read by /inbox; nothing is sent


class Stream(StrEnum):
    """What a chat or a person may choose to hear."""

    RADAR = "radar"
    HUNT = "hunt"
    DANGER = "danger"
    ALERTS = "alerts"
    CALLS = "calls"
    WALLETS = "wallets"
    NEWS = "news"
    UPDATES = "updates"  # announcements and releases
    INCIDENTS = "incidents"


class Urgency(IntEnum):
    """Which delivery goes first. Replies to people are none: they pass beside the queue."""

    DANGER = 0
    ALERT = 1
    SIGNAL = 2
    NEWS = 3


class Lateness(StrEnum):
    """What becomes of a notice whose time is over."""

    DROP = "drop"
    SAY_AGE = "say_age"  # it is sent still, and says how old it is


LATE_FOR = timedelta(days=2)  # how long after its time a notice that says its age may come


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    LEASED = "leased"  # a worker has it
    SENT = "sent"
    EXPIRED = "expired"  # its time was over before it could be sent
    GONE = "gone"  # the place is closed to us
    REFUSED = "refused"  # the platform does not take this message, however often it is sent
    CANCELLED = "cancelled"  # its reader chose not to hear it after all


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A fact worth telling; a second one with the same `key` is the same fact.

    `body` is the event's JSON, `kind` the card that reads it. One that `joins` may be told by editing the
    living message about the same token.
    """

    key: str
    kind: str
    stream: Stream
    body: str
    at: datetime
    expires_at: datetime
    urgency: Urgency
    lateness: Lateness = Lateness.DROP
    about: TokenKey | None = None
    joins: bool = False

    @property
    def ends_at(self) -> datetime:
        """When it is too late to tell it at all."""
        return self.expires_at + (LATE_FOR if self.lateness is Lateness.SAY_AGE else timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place to send to.

    `address` is the platform's number of a chat or channel; where it is `private` on Discord, of the person.
    `topic` is a forum topic or thread, empty for none. `user_id` is the person it is for, None for a chat.
    `due_at` holds it back (quiet hours, a digest); None is at once.
    """

    channel: Channel
    address: str
    topic: str = ""
    private: bool = False
    silent: bool = False
    user_id: UserId | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A message of ours that may be edited: the platform's number of it, and the notices that it tells."""

    message: str
    begun_at: datetime
    told: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice on its way to one place, leased to the worker that holds it.

    `begun` counts the attempts before this one that were started. `doubtful` says that one of them was cut
    off, so that the place may have the message already. `living` is the message that it may be told in.
    """

    id: int
    notice_id: int
    notice: Notice
    target: Target
    due_at: datetime
    begun: int = 0
    doubtful: bool = False
    living: Living | None = None

    @property
    def strand(self) -> tuple[str, str, str, str] | None:
        """What the deliveries have in common that one message can tell; None where it is told alone."""
        if not self.notice.joins or self.notice.about is None:
            return None
        return (self.target.address, self.target.topic, str(self.notice.about), self.notice.kind)


class Outcome(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    LATER = "later"
    EXPIRED = "expired"
    GONE = "gone"
    REFUSED = "refused"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a worker says of an attempt.

    `message` is the platform's number of what was sent, `told` the notices that it tells, where it may be
    edited; `at` when to try again (LATER); `moved_to` the new address of the place (MOVED), to which the
    delivery follows. `certain` is False where the platform's answer was cut off: it may have arrived.
    """

    delivery: Delivery
    outcome: Outcome
    message: str = ""
    at: datetime | None = None
    moved_to: str = ""
    problem: str = ""
    certain: bool = True
    edited: bool = False  # of the living message: none was begun anew
    told: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a worker may go on with: the deliveries that it has begun.

    `paused` are the subscriptions of places that were found closed just now.
    """

    begun: frozenset[int] = frozenset()
    paused: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A place that hears a stream; `wishes` narrow it. One that is not `active` says why."""

    stream: Stream
    target: Target
    chat_key: str
    wishes: tuple[tuple[str, str], ...] = ()
    active: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """A notice as its reader finds it later: which ways it went, and whether it was read."""

    notice_id: int
    notice: Notice
    ways: tuple[tuple[Channel, DeliveryState], ...]
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """How a channel's queue stands; `oldest_due_at` is of what waits and is due.

    `sent`, `expired`, `gone` and `refused` count the last hour.
    """

    channel: Channel
    waiting: int = 0
    leased: int = 0
    oldest_due_at: datetime | None = None
    sent: int = 0
    expired: int = 0
    gone: int = 0
    refused: int = 0
