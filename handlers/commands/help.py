"""Help: the commands that the asker may run here, or one of them in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from data.errors import UnknownCommand
from data.models.chat import Level
from handlers import guards
from handlers.args import Arg
from handlers.cards.help import command_card, help_card, unknown_topic_card
from handlers.menu import permitted
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


async def _topics(ctx: Ctx, typed: str, *, registry: Registry, chats: Chats) -> tuple[tuple[str, str], ...]:
    mine = permitted(registry, ctx.actor, ctx.chat, await chats.rules(ctx.chat), ctx.flags)
    words = typed.lower().lstrip("/")
    return tuple((f"/{spec.name}: {spec.summary}", spec.name) for spec in mine if spec.name.startswith(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpArgs:
    """About what."""

    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1
    topic: Annotated[str, Arg("A command, such as price", complete=_topics)] = ""


@command(
    "help",
    "What you can do here, or one command in full",
    group=Group.YOU,
    args=HelpArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("help", "help price"),
    standing=True,
)
async def help_(ctx: Ctx, args: HelpArgs, *, registry: Registry, chats: Chats) -> Reply:
    """Answer with the list, or with one command; a closed one is refused with the reason."""
    rules = await chats.rules(ctx.chat)
    mine = permitted(registry, ctx.actor, ctx.chat, rules, ctx.flags)
    topic = args.topic.lower().lstrip("/")
    if not topic:
        return help_card(mine, args.page, note=_note(ctx, registry, mine))
    if topic in registry and topic not in mine:
        guards.check(registry.get(topic), ctx.actor, ctx.chat, rules, ctx.flags)
    try:
        return command_card(mine.get(topic))
    except UnknownCommand as error:
        return unknown_topic_card(topic, error.near)


def _note(ctx: Ctx, registry: Registry, mine: Registry) -> str:
    """Say what else there is, and for whom."""
    local = [
        f"/{spec.name}"
        for spec in registry
        if spec.level in {Level.MODERATOR, Level.CHAT_ADMIN} and spec.name not in mine
    ]
    if local and not ctx.chat.private:
        return f"Admins of this chat also have {', '.join(local)}."
    if not guards.holds(ctx.actor, Level.MEMBER):
        return "Members can do more: say /start in a private chat with me."
    return ""
