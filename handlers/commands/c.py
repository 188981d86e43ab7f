"""Chart: candles or a line with volume, in any timeframe, linear or logarithmic, with indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.charting import Charts
from core.charts.spec import Look, Scale, Study
from core.enrichment.service import Enricher
from core.recents import Recents
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards.chart import Chosen, chart_card
from handlers.cards.price import WANTED
from handlers.complete import tokens
from handlers.preferences import preferred_scale, preferred_timeframe
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


async def _studies(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest what may stand after the last comma, of what is not there yet."""
    before, comma, last = typed.lower().rpartition(",")
    there = before.split(",")
    return tuple(
        (f"{before}{comma}{study}", f"{before}{comma}{study}")
        for study in Study
        if study.startswith(last.strip()) and study not in there
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArgs:
    """Which token, and how to draw it."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tf: Annotated[Timeframe | None, Arg("How long a candle lasts; yours if left out")] = None
    scale: Annotated[Scale | None, Arg("Linear or logarithmic; yours if left out")] = None
    look: Annotated[Look, Arg("Candles, or a line of closes")] = Look.CANDLES
    studies: Annotated[
        tuple[Study, ...], Arg("Indicators, several with commas: ema,rsi", complete=_studies)
    ] = ()


@command(
    "c",
    "Candle chart of a token",
    group=Group.TOKEN,
    args=ChartArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("c BONK", "c BONK 1h", "c WIF 4h log", "c BONK 1h ema,rsi", "c WIF line vwap bb"),
    slow=True,
)
async def c(ctx: Ctx, args: ChartArgs, *, enricher: Enricher, charts: Charts, recents: Recents) -> Reply:
    """Answer with the chart."""
    _, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, snapshot.token)
    chosen = Chosen(
        timeframe=args.tf or preferred_timeframe(ctx.actor.user),
        scale=args.scale or preferred_scale(ctx.actor.user),
        look=args.look,
        studies=args.studies,
    )
    drawing = await charts.draw(
        snapshot,
        chosen.timeframe,
        ctx.deadline,
        scale=chosen.scale,
        look=chosen.look,
        studies=chosen.studies,
    )
    return chart_card(snapshot, drawing, chosen)
