"""Snipers: the first twenty buyers of a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.recents import Recents
from core.security.forensics import Forensics
from handlers.args import Arg
from handlers.cards.launch import snipers_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class SnipersArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "snipers",
    "The first twenty buyers of a token, and what they hold",
    group=Group.TOKEN,
    args=SnipersArgs,
    aliases=("first20",),
    cooldown=Cooldown(6, per_s=10),
    examples=("snipers BONK",),
    slow=True,
)
async def snipers(ctx: Ctx, args: SnipersArgs, *, forensics: Forensics, recents: Recents) -> Reply:
    """Answer with the card."""
    known = await forensics.look(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, known.found.token)
    return snipers_card(known)
