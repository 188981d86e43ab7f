"""Flow: who buys and who sells, and how deep the pools have been."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Literal

from core.addresses import TokenRef
from core.charting import Charts
from core.enrichment.service import Enricher
from core.flows import WANTED, Flows
from core.past import Past
from core.recents import Recents
from data.models.fields import LIQUIDITY_USD
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards import pictures
from handlers.cards.flow import flow_card, flow_picture, liquidity_card, liquidity_picture
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowArgs:
    """Which token, in which bars, and what of it."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tf: Annotated[Timeframe | None, Arg("How long a bar lasts; left out, as the trades need")] = None
    what: Annotated[Literal["trades", "liquidity"], Arg("Its trades, or its liquidity over time")] = "trades"


@command(
    "flow",
    "Buys, sells, buyers and net flow of a token; its liquidity over time",
    group=Group.TOKEN,
    args=FlowArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("flow BONK", "flow WIF 5m", "flow BONK liquidity"),
    slow=True,
)
async def flow(
    ctx: Ctx,
    args: FlowArgs,
    *,
    enricher: Enricher,
    flows: Flows,
    past: Past,
    charts: Charts,
    recents: Recents,
) -> AsyncGenerator[Reply, None]:
    """Answer with what is counted, then with the trades, then with their picture."""
    _, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline, complete=True)
    await recents.saw(ctx.actor, ctx.chat, snapshot.token)
    drawn = ctx.flags.get("charts", True)
    name = f"{snapshot.token.address[:8]}-{args.what}"
    if args.what == "liquidity":
        known = await past.of(snapshot.token, LIQUIDITY_USD)
        yield liquidity_card(snapshot, known)
        if drawn and known:
            spec = liquidity_picture(snapshot, known, practice=ctx.practice)
            image = pictures.image(await charts.picture(spec, ctx.deadline), name)
            if image is not None:
                yield liquidity_card(snapshot, known, image=image)
        return
    yield flow_card(snapshot, None, asked=args.tf)
    traded = await flows.trades(snapshot, args.tf, ctx.deadline)
    yield flow_card(snapshot, traded, asked=args.tf)
    if drawn and traded.window is not None:
        flow_spec = flow_picture(snapshot, traded.window, practice=ctx.practice)
        image = pictures.image(await charts.picture(flow_spec, ctx.deadline), name)
        if image is not None:
            yield flow_card(snapshot, traded, asked=args.tf, image=image)
