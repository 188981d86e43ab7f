"""Similar: tokens like another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.recents import Recents
from core.security.similar import Similar
from handlers.args import Arg
from handlers.cards.similar import similar_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "similar",
    "Tokens of the same name, picture or creator",
    group=Group.TOKEN,
    args=SimilarArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("similar BONK",),
    slow=True,
)
async def similar(ctx: Ctx, args: SimilarArgs, *, similar: Similar, recents: Recents) -> Reply:
    """Answer with the card."""
    known = await similar.of(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, known.found.token)
    return similar_card(known)
