"""Enrich: every source asked anew, shown as they answer; then where they differ, and what changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.enrichment.renewal import Renewal
from core.recents import Recents
from core.sources import Sources
from data.models.chat import Level
from handlers.args import Arg
from handlers.cards.enrich import enrich_card
from handlers.cards.token import WANTED
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "enrich",
    "Ask every source anew: who answers, where they differ, what changed",
    group=Group.TOKEN,
    args=EnrichArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(2, per_s=60),
    examples=("enrich BONK",),
    slow=True,
)
async def enrich(
    ctx: Ctx, args: EnrichArgs, *, renewal: Renewal, sources: Sources, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the sources as they come in, then with what they say."""
    async with aclosing(renewal.of(args.token, WANTED, ctx.deadline)) as steps:
        async for step in steps:
            yield enrich_card(step, sources.all(), ctx.now)
    await recents.saw(ctx.actor, ctx.chat, step.found.token)
