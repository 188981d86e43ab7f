"""Queue: how the outbox stands."""

from __future__ import annotations

from core.delivery.inbox import Inboxes
from data.models.chat import Level, Place
from handlers.cards.inbox import queue_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command


@command(
    "queue",
    "What waits to be sent, and what became of the rest",
    group=Group.OPERATOR,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=10),
    examples=("queue",),
)
async def queue(ctx: Ctx, args: NoArgs, *, inboxes: Inboxes) -> Reply:
    """Answer with the figures."""
    return queue_card(*await inboxes.queue())
