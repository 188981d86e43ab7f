"""Security: a verdict with its reasons, and every unknown named."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.charting import Charts
from core.recents import Recents
from core.security.service import Scanner
from handlers.args import Arg
from handlers.cards import pictures
from handlers.cards.security import ladder, security_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "s",
    "Security of a token: block, caution or clear, with reasons",
    group=Group.TOKEN,
    args=SecurityArgs,
    aliases=("security",),
    cooldown=Cooldown(6, per_s=10),
    examples=("s BONK",),
    slow=True,
)
async def s(
    ctx: Ctx, args: SecurityArgs, *, scanner: Scanner, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the ladder, then with what was read off the chain, then with its picture."""
    async with aclosing(scanner.looks(args.token, ctx.deadline)) as looks:
        async for scan in looks:
            yield security_card(scan)
    await recents.saw(ctx.actor, ctx.chat, scan.found.token)
    if not ctx.flags.get("charts", True):
        return
    drawing = await charts.picture(ladder(scan, practice=ctx.practice), ctx.deadline)
    image = pictures.image(drawing, f"{scan.found.token.address[:8]}-security")
    if image is not None:
        yield security_card(scan, image=image)
