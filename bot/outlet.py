"""What a way out is: it makes a reply ready once, and carries it to many places.

A message is named by its outlet's own word for it, which begins with the platform's number; `edit` may give
another word for the same message (it shows a picture now), to be kept in place of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from data.errors import DeliveryError
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


class Unreached(DeliveryError):
    """The way there could not even be begun: nothing has arrived, and trying again cannot show it twice."""

    retry = True


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
        """Send a new message and give the outlet's word for it; the same nonce again is the same message
        where the platform knows nonces.

        Raises:
            ChatGone: the place is closed to us: the chat, or the topic of it that is named.
            ChatMoved: the place has a new number; nothing was sent.
            Throttled: the platform asks to wait; nothing was sent. `everywhere` says that it holds for all
                places.
            Rejected: the platform refuses this message, in its plainest form too.
            Unreached: the platform could not be reached; nothing was sent.
            DeliveryError: the way there failed; it may have arrived.
        """
        ...

    async def edit(self, target: Target, prepared: Any, message: str) -> str:
        """Put a reply in place of a message of ours; gives the outlet's word for it as it stands now.

        Raises:
            DeliveryError: as `send` does; `Rejected` where the message is not there any more.
        """
        ...
