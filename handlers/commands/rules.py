"""Rules: lists who may run what in this chat, removes by number, exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.chats import Chats
from data.errors import BadArgument
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.rules import export_card, removed_card, rules_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesArgs:
    """What to do; nothing to list."""

    action: Annotated[Literal["list", "remove", "export"], Arg("What to do")] = "list"
    id: Annotated[int | None, Arg("Number of the rule to remove", low=1)] = None
    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1


@command(
    "rules",
    "Who may run what in this chat",
    group=Group.CHAT,
    args=RulesArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(10, per_s=20),
    examples=("rules", "rules remove 3", "rules export"),
)
async def rules(ctx: Ctx, args: RulesArgs, *, chats: Chats) -> Reply:
    """List, remove or export."""
    present = await chats.rules(ctx.chat)
    if args.action == "export":
        return export_card(present, ctx.chat)
    if args.action == "list":
        if args.id is not None:
            raise BadArgument(
                f"What about rule {args.id}?",
                argument="action",
                hint=f"To remove it: /rules remove {args.id}",
            )
        return rules_card(present, ctx.chat, args.page)
    if args.id is None:
        raise BadArgument("Which rule? Say its number.", argument="id", hint="/rules lists them.")
    rule = next((rule for rule in present if rule.id == args.id), None)
    if rule is None or not await chats.remove_rule(ctx.actor, ctx.chat, rule.id):
        raise BadArgument(f"This chat has no rule #{args.id}.", argument="id", hint="/rules lists them.")
    return removed_card(rule, ctx.chat)
