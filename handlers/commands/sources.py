"""Sources: every market API with its health, speed, quota and key."""

from __future__ import annotations

from core.sources import Sources
from handlers.cards.sources import sources_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command


@command(
    "sources",
    "Every data source and how it is doing",
    group=Group.DATA,
    cooldown=Cooldown(5, per_s=10),
    examples=("sources",),
)
async def sources(ctx: Ctx, args: NoArgs, *, sources: Sources) -> Reply:
    """Answer with the grid."""
    return sources_card(sources.all(), ctx.now)
