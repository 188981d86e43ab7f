"""Wallets: which wallets you follow, and what each did last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.wallets.follow import Following, matching
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.following import SHOWN, wallets_card
from handlers.cards.layout import turned
from handlers.commands.untrackw import followed, for_oneself
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletsArgs:
    """Which of them, which page."""

    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1
    label: Annotated[str, Arg("Only those whose label begins so", rest=True, complete=followed)] = ""


@command(
    "wallets",
    "The wallets you follow, and what each did last",
    group=Group.WATCH,
    args=WalletsArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(6, per_s=10),
    examples=("wallets", "wallets whale"),
)
async def wallets(ctx: Ctx, args: WalletsArgs, *, following: Following) -> Reply:
    """List them."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    known = await following.of(user)
    chosen = matching(known, args.label) if args.label else known
    here = {name: word for name, word in ctx.given.items() if name != "page"}
    shown, page = turned(chosen, args.page, SHOWN, Invoke("wallets", here))
    names = [each.wallet for each in shown]
    latest, gaps = await following.latest(names), await following.gaps(names)
    return for_oneself(
        ctx, wallets_card(shown, len(chosen), page, latest, gaps, ctx.now, one_line(args.label, 44))
    )
