"""Coverage: which source can tell which figure, and how far each is believed."""

from __future__ import annotations

from core.sources import Sources
from handlers.cards.sources import coverage_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, NoArgs, command


@command(
    "coverage",
    "Which source can tell which figure",
    group=Group.DATA,
    cooldown=Cooldown(5, per_s=10),
    examples=("coverage",),
)
async def coverage(ctx: Ctx, args: NoArgs, *, sources: Sources) -> Reply:
    """Answer with the grid."""
    return coverage_card(sources.all(), sources.coverage(), sources.standings())
