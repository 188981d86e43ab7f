"""Paste: a message with an address in it, answered with the token card."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.charting import Charts
from core.enrichment.service import Enricher
from core.recents import Recents
from handlers.commands.t import TokenArgs, card_frames
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@command(
    "paste",
    "Token card for a pasted address",
    group=Group.TOKEN,
    args=TokenArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("paste DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263",),
    slow=True,
    flag="paste",
    menu=False,
)
async def paste(
    ctx: Ctx, args: TokenArgs, *, enricher: Enricher, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the token card."""
    async with aclosing(card_frames(ctx, args, enricher=enricher, charts=charts, recents=recents)) as frames:
        async for frame in frames:
            yield frame
