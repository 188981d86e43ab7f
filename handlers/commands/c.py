"""Chart: candles with volume, in any timeframe, linear or logarithmic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.charting import Charts
from core.charts.spec import Scale
from core.enrichment.service import Enricher
from core.recents import Recents
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards.chart import chart_card
from handlers.cards.price import WANTED
from handlers.complete import tokens
from handlers.preferences import preferred_scale, preferred_timeframe
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArgs:
    """Which token, and how to draw it."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tf: Annotated[Timeframe | None, Arg("How long a candle lasts; yours if left out")] = None
    scale: Annotated[Scale | None, Arg("Linear or logarithmic; yours if left out")] = None


@command(
    "c",
    "Candle chart of a token",
    group=Group.TOKEN,
    args=ChartArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("c BONK", "c BONK 1h", "c WIF 4h log"),
    slow=True,
)
async def c(ctx: Ctx, args: ChartArgs, *, enricher: Enricher, charts: Charts, recents: Recents) -> Reply:
    """Answer with the chart."""
    _, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, snapshot.token)
    timeframe = args.tf or preferred_timeframe(ctx.actor.user)
    scale = args.scale or preferred_scale(ctx.actor.user)
    drawing = await charts.draw(snapshot, timeframe, ctx.deadline, scale=scale)
    return chart_card(snapshot, drawing, timeframe, scale)
