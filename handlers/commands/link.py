"""Link: joins a Telegram and a Discord account by a code that is given on one and typed on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from core.linking import ACROSS, Linking
from data.errors import BadArgument
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.linking import claim_card, code_card, dropped_card, joined_already_card, linked_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_CANCEL = "cancel"
_LONGEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkArgs:
    """Nothing for a code, the code on the other platform, the button's word to confirm."""

    code: Annotated[str, Arg("The code from the other platform; none to get one; cancel to withdraw it")] = ""
    confirm: Annotated[str, Arg("Word of the button that confirms")] = ""


@command(
    "link",
    "Be one person on Telegram and Discord",
    group=Group.YOU,
    args=LinkArgs,
    level=Level.MEMBER,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(8, per_s=60),
    examples=("link", "link K7QM-2XWP-9TRB-4HVD", "link cancel"),
)
async def link(ctx: Ctx, args: LinkArgs, *, linking: Linking, chats: Chats) -> Reply:
    """Give a code, take one, or make two people one."""
    user, here = ctx.actor.user, ctx.actor.identity
    assert user is not None  # the level asks for one
    if max(len(args.code), len(args.confirm)) > _LONGEST:
        raise BadArgument(
            "This is no code.", argument="code", hint="Ask for one on the other platform: /link"
        )
    if args.confirm:
        joined = await linking.confirm(user, here, args.confirm)
        chats.reread()
        return linked_card(joined)
    if args.code.lower() == _CANCEL:
        return dropped_card(known=await linking.drop(user))
    if args.code:
        return claim_card(await linking.claim(user, here, args.code), here)
    if any(each.platform is ACROSS.get(here.platform) for each in user.identities):
        return joined_already_card(user)
    return code_card(await linking.offer(user, here), here.platform)
