"""Unlink: parts the asker's other account from this one, which keeps everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from core.linking import Linking
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.linking import parted_card, parting_card
from handlers.reply import Reply, lines, tap, text
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkArgs:
    """Nothing to be asked, the button's word to do it."""

    confirm: Annotated[str, Arg("Word of the button that confirms")] = ""


@command(
    "unlink",
    "Part your Telegram and Discord accounts",
    group=Group.YOU,
    args=UnlinkArgs,
    level=Level.MEMBER,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(5, per_s=30),
    examples=("unlink",),
)
async def unlink(ctx: Ctx, args: UnlinkArgs, *, linking: Linking, chats: Chats) -> Reply:
    """Ask first; part when the asker confirms."""
    user, here = ctx.actor.user, ctx.actor.identity
    assert user is not None  # the level asks for one
    if not args.confirm and len(user.identities) < 2:
        return Reply(body=lines("This account is joined to no other.", text("To join one: ", tap("link"))))
    if not args.confirm:
        return parting_card(await linking.offer_parting(user, here), here)
    left = await linking.part(user, here, args.confirm)
    chats.reread()
    return parted_card(left)
