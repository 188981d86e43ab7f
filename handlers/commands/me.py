"""Me: everything that is held about the asker."""

from __future__ import annotations

from core.people import People
from data.models.chat import Place
from handlers.cards.people import me_card, nothing_held_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command

_DEEDS = 5


# Open to guests too: who waits for approval is on record as well, and may see it.
@command(
    "me",
    "What I hold about you",
    group=Group.YOU,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(5, per_s=10),
    examples=("me",),
)
async def me(ctx: Ctx, args: NoArgs, *, people: People) -> Reply:
    """Answer with the record."""
    user = ctx.actor.user
    if user is None:
        return nothing_held_card()
    return me_card(user, await people.deeds(_DEEDS, by=user.id), await people.held(user), ctx.now)
