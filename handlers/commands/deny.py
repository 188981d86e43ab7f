"""Deny: closes a command to someone in this chat."""

from __future__ import annotations

from core.chats import Chats
from core.people import People
from data.models.chat import Effect, Level, Place
from handlers.commands.allow import RuleArgs, set_rule
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@command(
    "deny",
    "Close a command in this chat to someone",
    group=Group.CHAT,
    args=RuleArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(10, per_s=20),
    examples=("deny c everyone", "deny t here", "deny * user:456"),
)
async def deny(ctx: Ctx, args: RuleArgs, *, registry: Registry, chats: Chats, people: People) -> Reply:
    """Set the rule and read it back."""
    return await set_rule(ctx, args, Effect.DENY, registry=registry, chats=chats, people=people)
