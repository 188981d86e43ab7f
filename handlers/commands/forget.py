"""Forget: erases the asker, after a confirmation that is theirs alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from core.people import People
from core.recents import Recents
from data.models.chat import Place
from handlers.args import Arg
from handlers.cards.people import forget_card, forgotten_card, nothing_held_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetArgs:
    """Nothing to be asked, the button's word to do it."""

    confirm: Annotated[str, Arg("Word of the button that confirms")] = ""


# Open to guests too: who waits for approval is on record as well, and may leave.
@command(
    "forget",
    "Erase everything about you",
    group=Group.YOU,
    args=ForgetArgs,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(5, per_s=30),
    examples=("forget",),
)
async def forget(ctx: Ctx, args: ForgetArgs, *, people: People, chats: Chats, recents: Recents) -> Reply:
    """Ask first; erase when the asker confirms."""
    user = ctx.actor.user
    if user is None:
        return nothing_held_card()
    if not args.confirm:
        owner = any(people.is_owner(identity) for identity in user.identities)
        return forget_card(await people.offer_to_forget(user), owner=owner)
    await recents.write()  # what is not written yet must not come after the erasure
    await people.forget(user, args.confirm)
    chats.reread()
    recents.reread()
    return forgotten_card()
