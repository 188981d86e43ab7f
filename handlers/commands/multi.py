"""Multi: to be told when several of the wallets that you follow buy the same token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from core.delivery.snoozes import span
from core.wallets.follow import FEWEST, LONGEST, MOST_OWNERS, SHORTEST, Following
from data.errors import BadArgument
from data.models.chat import Level
from handlers.args import Arg, quantity
from handlers.cards.following import rule_card
from handlers.commands.untrackw import for_oneself
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiArgs:
    """How many owners, within which time, for how much each; nothing to see the rule."""

    act: Annotated[Literal["off"] | None, Arg("Drop the rule")] = None
    owners: Annotated[int | None, Arg("How many independent owners", low=FEWEST, high=MOST_OWNERS)] = None
    window: Annotated[str, Arg("Within which time, from 1m to 1d, such as 60m")] = ""
    least: Annotated[Decimal | None, Arg("Least sum of each, in USD")] = None


@command(
    "multi",
    "Be told when several wallets you follow buy the same token",
    group=Group.WATCH,
    args=MultiArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(6, per_s=10),
    examples=("multi", "multi 3 60m $500", "multi off"),
)
async def multi(ctx: Ctx, args: MultiArgs, *, following: Following) -> Reply:
    """Show, set or drop the rule."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    followed = len(await following.of(user))
    if args.act == "off":
        await following.drop_rule(user)
        return for_oneself(ctx, rule_card(None, followed, fresh=True))
    window, least = args.window, args.least
    if least is None and window and span(window) is None:  # no time was named
        window, least = "", quantity(window)
        if least is None:
            _window(args.window)
    if args.owners is None:
        if window or least is not None:
            raise BadArgument(
                f"How many owners? A whole number from {FEWEST} to {MOST_OWNERS} comes first.",
                argument="owners", hint="Example: /multi 3 60m $500",
            )  # fmt: skip
        return for_oneself(ctx, rule_card(await following.rule(user), followed, fresh=False))
    rule = await following.set_rule(user, args.owners, _window(window), least)
    return for_oneself(ctx, rule_card(rule, followed, fresh=True))


def _window(word: str) -> timedelta:
    """Read how long the window is; an hour where nothing is said.

    Raises:
        BadArgument: it is none, or too short or long.
    """
    length = span(word) if word else timedelta(hours=1)
    if length is None or not SHORTEST <= length <= LONGEST:
        raise BadArgument(
            f"{word[:20]!r} is no time from 1m to 1d.", argument="window", hint="Example: /multi 3 60m $500"
        )
    return length
