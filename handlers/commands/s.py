"""Security: the chain's authorities and RugCheck's report, with every unknown named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.enrichment.service import Enricher
from core.recents import Recents
from handlers.args import Arg
from handlers.cards.security import WANTED, security_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "s",
    "Security of a token: authorities, liquidity, findings",
    group=Group.TOKEN,
    args=SecurityArgs,
    aliases=("security",),
    cooldown=Cooldown(6, per_s=10),
    examples=("s BONK",),
    slow=True,
)
async def s(ctx: Ctx, args: SecurityArgs, *, enricher: Enricher, recents: Recents) -> Reply:
    """Answer with the ladder."""
    found, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline, complete=True)
    await recents.saw(ctx.actor, ctx.chat, found.token)
    return security_card(found, snapshot)
