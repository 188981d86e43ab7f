"""Announce: an admin's word to their chat, or in private an operator's to every chat that listens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from core.news.announced import LIMIT
from core.news.announcements import Announcements
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import visible
from handlers.args import Arg
from handlers.cards.announcing import preview_card, sent_card, stopped_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_ACT = re.compile(r"(send|approve|cancel) #?([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceArgs:
    """What to say; the buttons say what becomes of it, by its number."""

    text: Annotated[str, Arg("What to say; or cancel 12 to stop number 12", rest=True)]


@command(
    "announce",
    "Say something to this chat; in private, to every chat that listens",
    group=Group.CHAT,
    args=AnnounceArgs,
    level=Level.CHAT_ADMIN,
    cooldown=Cooldown(12, per_s=60),
    examples=("announce The raid begins at 18:00 UTC", "announce cancel 12"),
)
async def announce(ctx: Ctx, args: AnnounceArgs, *, announcements: Announcements) -> Reply:
    """Show what would be said, say it, or stop it."""
    user, chat = ctx.actor.user, ctx.chat
    assert user is not None  # the level asks for one
    act = _ACT.fullmatch(args.text)
    if act is not None:
        number = int(act[2])
        match act[1]:
            case "send":
                return sent_card(await announcements.send(user, chat, number))
            case "approve":
                return sent_card(await announcements.approve(user, number))
            case _:
                return stopped_card(*await announcements.cancel(ctx.actor, chat, number))
    if len(visible(ctx.given.get("text", args.text))) > LIMIT:
        raise BadArgument(
            f"An announcement has at most {LIMIT} characters.", argument="text", hint="Say it shorter."
        )
    # In private the guards let operators through alone.
    return preview_card(await announcements.draft(user, None if chat.private else chat, args.text))
