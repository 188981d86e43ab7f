"""Role: gives a person another level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.people import People
from data.models.chat import Level, Place
from handlers.args import Arg, PersonRef
from handlers.cards.people import role_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleArgs:
    """Who, and what they shall be."""

    person: Annotated[PersonRef, Arg("Who")]
    level: Annotated[Level, Arg("Their level from now on")]


@command(
    "role",
    "Approve a person, or change their level",
    group=Group.OPERATOR,
    args=RoleArgs,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=10),
    examples=("role @alice member", "role telegram:123 operator"),
)
async def role(ctx: Ctx, args: RoleArgs, *, people: People) -> Reply:
    """Change the level and read it back."""
    assert ctx.actor.user is not None  # the level asks for one
    target = await people.find(args.person.text, args.person.platform)
    if target.level is args.level:
        return role_card(target, before=target.level)
    return role_card(await people.set_level(ctx.actor.user, target, args.level), before=target.level)
