"""Allow: opens a command to someone in this chat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from core.people import People
from data.errors import BadArgument
from data.models.chat import Chat, Effect, Level, Place, SubjectKind
from data.models.ids import Platform
from data.models.text import one_line
from handlers.args import Arg, Subject
from handlers.cards.help import WHO
from handlers.cards.rules import ALL, rule_card, standing_card
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_ID = re.compile(r"-?\d{1,25}", re.ASCII)


async def commands(ctx: Ctx, typed: str, *, registry: Registry) -> tuple[tuple[str, str], ...]:
    """Suggest commands that rules reach."""
    words = typed.lower().lstrip("/")
    reached = [spec for spec in registry if spec.loosenable and spec.place is not Place.PRIVATE]
    return tuple(
        (f"/{spec.name}: {spec.summary}", spec.name) for spec in reached if spec.name.startswith(words)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleArgs:
    """Which command, for whom."""

    command: Annotated[str, Arg("A command, or * for all that rules reach", complete=commands)]
    whom: Annotated[Subject, Arg("Whom it is about")]


@command(
    "allow",
    "Open a command in this chat to someone",
    group=Group.CHAT,
    args=RuleArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(10, per_s=20),
    examples=("allow c role:123", "allow settings everyone", "allow * user:456"),
)
async def allow(ctx: Ctx, args: RuleArgs, *, registry: Registry, chats: Chats, people: People) -> Reply:
    """Set the rule and read it back."""
    return await set_rule(ctx, args, Effect.ALLOW, registry=registry, chats=chats, people=people)


async def set_rule(
    ctx: Ctx, args: RuleArgs, effect: Effect, *, registry: Registry, chats: Chats, people: People
) -> Reply:
    """Set a rule of this chat.

    Raises:
        BadArgument: no rule may say this.
        UnknownCommand: there is no such command.
    """
    name = ruled(args.command, registry)
    subject = await resolved(args.whom, ctx.chat, people)
    same = (
        rule
        for rule in await chats.rules(ctx.chat)
        if (rule.command, rule.kind, rule.subject) == (name, args.whom.kind, subject)
    )
    before = next(same, None)
    if before is not None and before.effect is effect:
        return standing_card(before, ctx.chat)
    rule = await chats.add_rule(
        ctx.actor, ctx.chat, command=name, effect=effect, kind=args.whom.kind, subject=subject
    )
    return rule_card(rule, ctx.chat, before=before)


def ruled(word: str, registry: Registry) -> str:
    """Name the command that a rule is about.

    Raises:
        BadArgument: rules do not reach it.
        UnknownCommand: there is none.
    """
    if word == ALL:
        return ALL
    spec = registry.get(word.removeprefix("/"))
    if not spec.loosenable:
        raise BadArgument(
            f"/{spec.name} is for {WHO[spec.level]}: no rule of a chat changes that.",
            argument="command",
            hint="Rules reach what is for anyone, members or paper traders.",
        )
    if spec.place is Place.PRIVATE:
        raise BadArgument(
            f"/{spec.name} works in private chats only, where no rule reaches.", argument="command"
        )
    return spec.name


async def resolved(whom: Subject, chat: Chat, people: People) -> str:
    """Find the id of a rule's subject on the chat's own platform.

    Raises:
        BadArgument: there is no such one here.
    """
    match whom.kind:
        case SubjectKind.EVERYONE:
            return ""
        case SubjectKind.CHANNEL if whom.id == "here":
            return chat.topic or chat.channel
        case SubjectKind.ROLE if chat.platform is not Platform.DISCORD:
            raise BadArgument(
                f"{chat.platform.title()} has no roles.",
                argument="whom",
                hint="Use everyone, here or user:ID.",
            )
        case SubjectKind.USER if not _ID.fullmatch(whom.id):
            return (await people.account(whom.id, chat.platform)).id
    if not _ID.fullmatch(whom.id):
        raise BadArgument(
            f"{one_line(whom.id, 40)!r} is no id of a {whom.kind}.",
            argument="whom",
            hint=f"Write {whom.kind}:ID with its number.",
        )
    return whom.id
