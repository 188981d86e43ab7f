"""Dev: the wallet that made a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.recents import Recents
from core.security.maker import Makers
from handlers.args import Arg
from handlers.cards.maker import dev_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class DevArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "dev",
    "Who made a token, and what became of their other tokens",
    group=Group.TOKEN,
    args=DevArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("dev BONK",),
    slow=True,
)
async def dev(ctx: Ctx, args: DevArgs, *, makers: Makers, recents: Recents) -> Reply:
    """Answer with the card."""
    known = await makers.of(args.token, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, known.found.token)
    return dev_card(known)
