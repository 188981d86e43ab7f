"""Token: the card that decides a trade, at once; its chart a moment later."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.charting import Charts
from core.enrichment.service import Enricher
from core.recents import Recents
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards import chart
from handlers.cards.token import WANTED, token_card
from handlers.complete import tokens
from handlers.preferences import preferred_timeframe
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenArgs:
    """Which token, and the chart's timeframe."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tf: Annotated[Timeframe | None, Arg("Timeframe of the chart; yours if left out")] = None


async def card_frames(
    ctx: Ctx, args: TokenArgs, *, enricher: Enricher, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Give the card without its chart as soon as it stands, then with it."""
    timeframe = args.tf or preferred_timeframe(ctx.actor.user)
    async with aclosing(enricher.look(args.token, WANTED, ctx.deadline)) as looks:
        async for found, snapshot in looks:
            yield token_card(found, snapshot, timeframe=timeframe)
    await recents.saw(ctx.actor, ctx.chat, snapshot.token)
    if not ctx.flags.get("charts", True) or not snapshot.pools:
        return
    drawing = await charts.draw(snapshot, timeframe, ctx.deadline)
    yield token_card(
        found, snapshot, timeframe=timeframe, image=chart.image(drawing, snapshot, timeframe),
        chart_note=chart.note(drawing),
    )  # fmt: skip


@command(
    "t",
    "Token card: price, liquidity, holders, risk, chart",
    group=Group.TOKEN,
    args=TokenArgs,
    aliases=("token",),
    cooldown=Cooldown(6, per_s=10),
    examples=("t $BONK", "t DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263", "t BONK 1h"),
    slow=True,
)
async def t(
    ctx: Ctx, args: TokenArgs, *, enricher: Enricher, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the token card."""
    async with aclosing(card_frames(ctx, args, enricher=enricher, charts=charts, recents=recents)) as frames:
        async for frame in frames:
            yield frame
