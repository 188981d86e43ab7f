"""Chart: candles or a line with volume, in any timeframe, linear or logarithmic, with indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from core.addresses import TokenRef
from core.charting import Charts
from core.charts.spec import Look, Scale, Study
from core.chats import Chats
from core.enrichment.service import Enricher
from core.recents import Recents
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards.chart import Chosen, chart_card
from handlers.cards.price import WANTED
from handlers.complete import tokens
from handlers.preferences import (
    NONE,
    preferred_scale,
    preferred_studies,
    preferred_timeframe,
    suggested,
)
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_Drawn: TypeAlias = Literal[Study.EMA, Study.VWAP, Study.BB, Study.RSI, Study.PROFILE, Study.LEVELS, "none"]


async def _studies(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    return suggested(typed, (*Study,) if typed.strip() else (*Study, NONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArgs:
    """Which token, and how to draw it."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tf: Annotated[Timeframe | None, Arg("How long a candle lasts; yours if left out")] = None
    scale: Annotated[Scale | None, Arg("Linear or logarithmic; yours if left out")] = None
    look: Annotated[Look, Arg("Candles, or a line of closes")] = Look.CANDLES
    studies: Annotated[
        tuple[_Drawn, ...],
        Arg("Indicators with commas: ema,rsi; yours if left out, or none", complete=_studies),
    ] = ()


@command(
    "c",
    "Candle chart of a token",
    group=Group.TOKEN,
    args=ChartArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=(
        "c BONK",
        "c BONK 1h",
        "c WIF 4h log",
        "c BONK 1h ema,rsi",
        "c WIF line vwap bb",
        "c BONK none",
    ),
    slow=True,
)
async def c(
    ctx: Ctx, args: ChartArgs, *, enricher: Enricher, charts: Charts, recents: Recents, chats: Chats
) -> Reply:
    """Answer with the chart."""
    usual = preferred_studies(ctx.actor.user, await chats.preferences(ctx.chat))
    _, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, snapshot.token)
    chosen = Chosen(
        timeframe=args.tf or preferred_timeframe(ctx.actor.user),
        scale=args.scale or preferred_scale(ctx.actor.user),
        look=args.look,
        studies=tuple(Study(word) for word in args.studies if word != NONE) if args.studies else usual,
        usual=usual,
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
