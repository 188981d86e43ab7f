"""Untrackw: follows a wallet no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.wallets.follow import Following
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.following import let_go_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


def for_oneself(ctx: Ctx, reply: Reply) -> Reply:
    """Show what a person follows to that person alone."""
    return reply if ctx.chat.private else reply.with_(private=True)


async def followed(ctx: Ctx, typed: str, *, following: Following) -> tuple[tuple[str, str], ...]:
    """Suggest the wallets that the person follows."""
    if ctx.actor.user is None:
        return ()
    known = await following.of(ctx.actor.user)
    found = [each for each in known if typed.casefold() in f"{each.label} {each.wallet}".casefold()]
    return tuple((f"{each.label} {each.wallet}".strip(), each.wallet) for each in found[:10])


@dataclass(frozen=True, slots=True, kw_only=True)
class UntrackwArgs:
    """Which wallet."""

    wallet: Annotated[str, Arg("Its label or address", rest=True, complete=followed)]


@command(
    "untrackw",
    "Follow a wallet no more",
    group=Group.WATCH,
    args=UntrackwArgs,
    aliases=("utw",),
    level=Level.MEMBER,
    cooldown=Cooldown(8, per_s=10),
    examples=("untrackw whale",),
)
async def untrackw(ctx: Ctx, args: UntrackwArgs, *, following: Following) -> Reply:
    """Let it go, and read it back."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    gone = await following.let_go(user, args.wallet)
    return for_oneself(ctx, let_go_card(gone, one_line(args.wallet, 44)))
