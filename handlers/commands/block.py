"""Block: shuts a person out of everything, everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.people import People
from data.errors import BadArgument
from data.models.chat import Level
from handlers.args import Arg, PersonRef
from handlers.cards.people import blocked_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockArgs:
    """Who."""

    person: Annotated[PersonRef, Arg("Who")]


@command(
    "block",
    "Shut a person out everywhere; in one chat: /deny * user:ID",
    group=Group.OPERATOR,
    args=BlockArgs,
    level=Level.OPERATOR,
    cooldown=Cooldown(10, per_s=10),
    examples=("block @mallory", "block telegram:123"),
)
async def block(ctx: Ctx, args: BlockArgs, *, people: People) -> Reply:
    """Block and read it back."""
    return await set_blocked(ctx, args, people=people, blocked=True)


async def set_blocked(ctx: Ctx, args: BlockArgs, *, people: People, blocked: bool) -> Reply:
    """Shut a person out, or let them in again.

    Raises:
        BadArgument: there is no such person, or they cannot be blocked.
    """
    operator = ctx.actor.user
    assert operator is not None  # the level asks for one
    target = await people.find(args.person.text, args.person.platform)
    if target.id == operator.id:
        raise BadArgument("That is you.", argument="person", hint="Another operator can block you.")
    if target.blocked is not blocked:
        target = await people.set_blocked(operator, target, blocked=blocked)
    return blocked_card(target)
