"""Quiet: hours in which nothing but danger comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.delivery.hearing import Hearing
from core.delivery.quiet import quiet_hours
from core.delivery.wishes import QUIET, ZONE
from core.delivery.zones import like, zone_name
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.hearing import quiet_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import kept_private, whose

_OFF = "off"


async def zones(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest time zones."""
    return tuple((name, name) for name in like(typed, 25))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietArgs:
    """From when to when, and on which clock."""

    hours: Annotated[str, Arg("From and to, such as 23:00-07:00; or off")] = ""
    zone: Annotated[str, Arg("Time zone, such as Europe/Berlin or +02:00", complete=zones)] = ""


@command(
    "quiet",
    "Hours in which only danger reaches you; in a group, it",
    group=Group.YOU,
    args=QuietArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("quiet", "quiet 23:00-07:00 Europe/Berlin", "quiet 22-8", "quiet Asia/Tokyo", "quiet off"),
)
async def quiet(ctx: Ctx, args: QuietArgs, *, hearing: Hearing) -> Reply:
    """Show the quiet hours, or change them and read them back."""
    mine = whose(ctx)
    hours, place = args.hours, args.zone
    if hours and not place and hours.lower() != _OFF and quiet_hours(hours) is None and zone_name(hours):
        hours, place = "", hours
    if not hours and not place:
        card = quiet_card(await hearing.of(mine), now=hearing.now())
        return kept_private(ctx, mine, card)
    name, wanted = _zone(place) if place else None, _hours(hours)
    if name is not None:
        await hearing.choose(ctx.actor, mine, ZONE, name)
    if hours:
        await hearing.choose(ctx.actor, mine, QUIET, wanted)
    card = quiet_card(await hearing.of(mine), now=hearing.now(), changed=True)
    return kept_private(ctx, mine, card)


def _hours(words: str) -> str | None:
    if not words or words.lower() == _OFF:
        return None
    hours = quiet_hours(words)
    if hours is None:
        raise BadArgument(
            f"{one_line(words, 40)!r} are no hours of a day from one to another.",
            argument="hours",
            hint="Example: 23:00-07:00",
        )
    return str(hours)


def _zone(words: str) -> str:
    name = zone_name(words)
    if name is None:
        near = ", ".join(like(words, 3))
        raise BadArgument(
            f"{one_line(words, 40)!r} is no time zone I know.",
            argument="zone",
            hint=f"Did you mean {near}?" if near else "Example: Europe/Berlin, or +02:00",
        )
    return name
