"""Privacy: what is kept of people, for how long, and how it is erased."""

from __future__ import annotations

from data.models.chat import Place
from handlers.cards.people import privacy_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command


# Open to strangers: they read it before they decide to be known.
@command(
    "privacy",
    "What is kept of you, for how long, how to erase it",
    group=Group.YOU,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(5, per_s=10),
    examples=("privacy",),
)
async def privacy(ctx: Ctx, args: NoArgs) -> Reply:
    """Answer with the terms."""
    return privacy_card()
