"""Bundle: which wallets bought a token together at its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.recents import Recents
from core.security.forensics import Forensics
from handlers.args import Arg
from handlers.cards.launch import bundle_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "bundle",
    "Wallets that bought together at the start, and what they hold",
    group=Group.TOKEN,
    args=BundleArgs,
    aliases=("bundles",),
    cooldown=Cooldown(6, per_s=10),
    examples=("bundle BONK",),
    slow=True,
)
async def bundle(ctx: Ctx, args: BundleArgs, *, forensics: Forensics, recents: Recents) -> Reply:
    """Answer with the card."""
    known = await forensics.look(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, known.found.token)
    return bundle_card(known)
