"""Price: what tokens are worth now, one line each, and how many sources say so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from core.addresses import TokenRef
from core.enrichment.finder import Found
from core.enrichment.service import Enricher
from core.recents import Recents
from data.errors import AmbiguousToken, UnknownToken
from data.models.ids import TokenKey
from data.models.market import TokenSnapshot
from handlers.args import Arg
from handlers.cards import provenance
from handlers.cards.price import WANTED, price_line
from handlers.complete import tokens
from handlers.reply import Reply, Text, Tone, lines, strong, text
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceArgs:
    """Which tokens."""

    tokens: Annotated[tuple[TokenRef, ...], Arg("One or more tokens", complete=tokens)]


@command(
    "p",
    "Price of one or more tokens, a line each",
    group=Group.TOKEN,
    args=PriceArgs,
    aliases=("price",),
    cooldown=Cooldown(10, per_s=10),
    examples=("p BONK", "p SOL BONK WIF"),
)
async def p(ctx: Ctx, args: PriceArgs, *, enricher: Enricher, recents: Recents) -> Reply:
    """Answer with a line a token; one that cannot be named does not hide the others."""
    if len(args.tokens) == 1:
        found, snapshot = await enricher.snapshot(args.tokens[0], WANTED, ctx.deadline)
        await recents.saw(ctx.actor, ctx.chat, found.token)
        return _alone(found, snapshot)
    rows = await asyncio.gather(*(_row(ref, ctx, enricher) for ref in args.tokens))
    seen = [token for token, _ in rows if token is not None]
    if seen:
        await recents.saw(ctx.actor, ctx.chat, seen[0])
    return Reply(body=lines(*(row for _, row in rows)), tone=Tone.NEUTRAL if seen else Tone.WARN)


@lru_cache(maxsize=256)  # a busy chat asks the same of the same snapshot
def _alone(found: Found, snapshot: TokenSnapshot) -> Reply:
    return Reply(body=price_line(found, snapshot), footer=provenance.footer(snapshot))


async def _row(ref: TokenRef, ctx: Ctx, enricher: Enricher) -> tuple[TokenKey | None, Text]:
    try:
        found, snapshot = await enricher.snapshot(ref, WANTED, ctx.deadline)
    except UnknownToken:
        return None, text(strong(str(ref)), ": no source knows it")
    except AmbiguousToken as error:
        return None, text(strong(str(ref)), f": {len(error.choices)} tokens are called so, ask for it alone")
    return found.token, price_line(found, snapshot)
