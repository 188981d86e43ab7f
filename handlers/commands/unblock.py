"""Unblock: lets a person in again."""

from __future__ import annotations

from core.people import People
from data.models.chat import Level
from handlers.commands.block import BlockArgs, set_blocked
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@command(
    "unblock",
    "Let a blocked person in again",
    group=Group.OPERATOR,
    args=BlockArgs,
    level=Level.OPERATOR,
    cooldown=Cooldown(10, per_s=10),
    examples=("unblock @mallory", "unblock telegram:123"),
)
async def unblock(ctx: Ctx, args: BlockArgs, *, people: People) -> Reply:
    """Unblock and read it back."""
    return await set_blocked(ctx, args, people=people, blocked=False)
