"""What a way out is: it makes a reply ready once, and carries it to many places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from data.models.delivery import Channel, Target
from handlers.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How fast a platform takes messages: in all, in one chat, and in one group a minute (None: no limit).

    `at_once` is how many may be under way together.
    """

    overall_per_s: float
    chat_per_s: float
    group_per_min: float | None = None
    at_once: int = 8


class Outlet(Protocol):
    """Carries messages that nobody asked for just now; one a channel."""

    @property
    def channel(self) -> Channel:
        """Which one."""
        ...

    @property
    def allowance(self) -> Allowance:
        """How fast it may be used."""
        ...

    async def prepare(self, reply: Reply) -> Any:
        """Fit and render a reply, once for all places that get it."""
        ...

    async def send(self, target: Target, prepared: Any, *, nonce: int) -> str:
        """Send a new message and give the platform's number of it; the same nonce again is the same message
        where the platform knows nonces.

        Raises:
            ChatGone: the place is closed to us.
            ChatMoved: the place has a new number.
            Throttled: the platform asks to wait.
            Rejected: the platform refuses this message.
            DeliveryError: the way there failed; it may have arrived.
        """
        ...

    async def edit(self, target: Target, prepared: Any, message: str) -> None:
        """Put a reply in place of a message of ours.

        Raises:
            DeliveryError: as `send` does; `Rejected` where the message is not there any more.
        """
        ...
