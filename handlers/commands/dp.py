"""Paid promotion: profile, advertisements and boosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.recents import Recents
from core.security.promotion import Promotions
from handlers.args import Arg
from handlers.cards.promotion import promotion_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "dp",
    "What was paid to show a token on chart sites",
    group=Group.TOKEN,
    args=PromotionArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("dp BONK",),
    slow=True,
)
async def dp(ctx: Ctx, args: PromotionArgs, *, promotions: Promotions, recents: Recents) -> Reply:
    """Answer with the card."""
    known = await promotions.of(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, known.found.token)
    return promotion_card(known)
