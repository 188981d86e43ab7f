"""Budget: how many messages an hour a chat takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.delivery.budget import MOST, USUAL
from core.delivery.hearing import Hearing
from core.delivery.routes import place_of
from core.delivery.wishes import BUDGET
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.hearing import budget_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import chats_own


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetArgs:
    """How many an hour; nothing to see it."""

    n: Annotated[int | None, Arg("Messages an hour", low=1, high=MOST)] = None


@command(
    "budget",
    "How many notices an hour this chat takes",
    group=Group.CHAT,
    args=BudgetArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(10, per_s=20),
    examples=("budget", "budget 20"),
)
async def budget(ctx: Ctx, args: BudgetArgs, *, hearing: Hearing) -> Reply:
    """Show the budget, or set it and read it back."""
    mine = chats_own(ctx)
    if args.n is not None:
        await hearing.choose(ctx.actor, mine, BUDGET, None if args.n == USUAL else str(args.n))
    wishes = await hearing.of(mine)
    used = await hearing.lately(place_of(ctx.chat))
    return budget_card(wishes.budget, used, changed=args.n is not None)
