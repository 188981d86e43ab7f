"""Start: makes a person known and shows where to begin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from core.chats import Chats
from core.people import People
from data.models.chat import Level
from handlers.args import Arg
from handlers.cards.help import group_welcome_card, welcome_card
from handlers.menu import permitted
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class StartArgs:
    """What a link brought along; any words are taken, and none means anything yet."""

    payload: Annotated[str, Arg("Word of the link that led here", rest=True)] = ""


@command(
    "start",
    "Begin here: who I am, what to try first",
    group=Group.YOU,
    args=StartArgs,
    cooldown=Cooldown(5, per_s=10),
    examples=("start",),
)
async def start(ctx: Ctx, args: StartArgs, *, registry: Registry, people: People, chats: Chats) -> Reply:
    """Register the person and greet them."""
    user = await people.join(ctx.actor.identity, ctx.actor.name)
    actor, waiting = replace(ctx.actor, user=user), user.level is Level.ANYONE
    mine = permitted(registry, actor, ctx.chat, await chats.rules(ctx.chat), ctx.flags)
    if ctx.chat.private:
        return welcome_card(mine, name=user.name, waiting=waiting)
    return group_welcome_card(mine, waiting=waiting, private_url=ctx.private_url)
