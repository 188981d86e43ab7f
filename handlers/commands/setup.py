"""Setup: five steps to a group that hears what it wants, where it wants it.

Each step is a command of its own and nothing is kept between them: whoever goes on after a restart, or with
an older message, goes on from what holds then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.delivery.budget import MOST
from core.delivery.hearing import Hearing, Whose
from core.delivery.quiet import quiet_hours
from core.delivery.routes import Places, Routes, place_of
from core.delivery.wishes import BUDGET, QUIET
from data.errors import BadArgument
from data.models.chat import Level, Place
from data.models.delivery import Stream
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.routes import STEPS, set_up_card, setup_card
from handlers.commands.route import HERE, OFF, lead
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import chats_own


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupArgs:
    """Which step, and what was chosen there."""

    step: Annotated[int, Arg("Which step", low=1, high=STEPS + 1)] = 1
    choice: Annotated[str, Arg("What was chosen in it")] = ""


@command(
    "setup",
    "Set this group up in five steps",
    group=Group.CHAT,
    args=SetupArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(20, per_s=20),
    examples=("setup", "setup 4"),
)
async def setup(ctx: Ctx, args: SetupArgs, *, routes: Routes, places: Places, hearing: Hearing) -> Reply:
    """Do what was chosen and ask the next question; the third step asks on until it is left."""
    mine, step = chats_own(ctx), args.step
    if args.choice and step <= STEPS:
        if step in {1, 2}:
            stream = Stream.RADAR if step == 1 else Stream.DANGER
            await lead(ctx, stream, args.choice, routes=routes, places=places)
        elif step == 3:
            await _toggle(ctx, args.choice, routes=routes, places=places)
        else:
            await _choose(ctx, mine, step, args.choice, hearing)
        step += step != 3
    found, wishes = await routes.of(ctx.chat), await hearing.of(mine)
    if step > STEPS:
        return set_up_card(found, wishes, ctx.chat, hearing.now())
    return setup_card(step, found, wishes, ctx.chat, hearing.now())


async def _toggle(ctx: Ctx, choice: str, *, routes: Routes, places: Places) -> None:
    """Let a stream come here, or where it does, no more."""
    if choice not in set(Stream):
        raise _refusal(choice, f"One of: {', '.join(Stream)}")
    stream = Stream(choice)
    heard = (await routes.of(ctx.chat)).get(stream)
    there = heard is not None and heard.active and heard.target == place_of(ctx.chat)
    await lead(ctx, stream, OFF if there else HERE, routes=routes, places=places)


async def _choose(ctx: Ctx, mine: Whose, step: int, choice: str, hearing: Hearing) -> None:
    """Take the quiet hours or the budget."""
    if step == 4:
        hours = quiet_hours(choice)
        if hours is None and choice != OFF:
            raise _refusal(choice, "Example: 23:00-07:00, or off")
        await hearing.choose(ctx.actor, mine, QUIET, None if hours is None else str(hours))
        return
    if not (choice.isascii() and choice.isdigit() and len(choice) < 6 and 1 <= int(choice) <= MOST):
        raise _refusal(choice, f"A whole number from 1 to {MOST}")
    await hearing.choose(ctx.actor, mine, BUDGET, choice)


def _refusal(choice: str, hint: str) -> BadArgument:
    return BadArgument(f"{one_line(choice, 40)!r} is no choice of this step.", argument="choice", hint=hint)
