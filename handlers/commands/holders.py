"""Holders: who holds a token, the largest first."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Literal

from core.addresses import TokenRef
from core.charting import Charts
from core.past import Past
from core.recents import Recents
from core.security.holders import Holders
from data.models.fields import HOLDERS
from handlers.args import Arg
from handlers.cards import pictures
from handlers.cards.holders import holders_card
from handlers.cards.holders_pictures import bubbles, history_card, history_picture
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersArgs:
    """Which token, and whether now or over time."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    what: Annotated[Literal["list", "history"], Arg("Who holds it now, or how many over time")] = "list"


@command(
    "holders",
    "Who holds a token: the largest, and how concentrated it is",
    group=Group.TOKEN,
    args=HoldersArgs,
    aliases=("th",),
    cooldown=Cooldown(6, per_s=10),
    examples=("holders BONK", "holders BONK history"),
    slow=True,
)
async def holders(
    ctx: Ctx, args: HoldersArgs, *, holders: Holders, past: Past, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the list, a moment later with its picture."""
    held = await holders.of(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, held.found.token)
    drawn = ctx.flags.get("charts", True)
    name = f"{held.snapshot.token.address[:8]}-holders"
    if args.what == "history":
        known = await past.of(held.snapshot.token, HOLDERS)
        yield history_card(held.snapshot, known)
        if drawn and known:
            lines = history_picture(held.snapshot, known, practice=ctx.practice)
            image = pictures.image(await charts.picture(lines, ctx.deadline), f"{name}-history")
            if image is not None:
                yield history_card(held.snapshot, known, image=image)
        return
    yield holders_card(held)
    if drawn and held.listed is not None:
        spec = bubbles(held, practice=ctx.practice)
        image = pictures.image(await charts.picture(spec, ctx.deadline), name)
        if image is not None:
            yield holders_card(held, image=image)
