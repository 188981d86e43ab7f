"""Radar: whether this chat hears what the radar sees, which types, and from which score on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from core.radar.engine import Radar
from core.radar.hearers import Hearers
from data.models.delivery import Stream
from handlers.args import Arg
from handlers.cards.radar import hears_card
from handlers.radar_words import changed
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


class RadarAct(StrEnum):
    """What to do."""

    ON = "on"
    OFF = "off"
    TYPES = "types"
    MIN = "min"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarArgs:
    """What to do; nothing to see what holds."""

    act: Annotated[RadarAct | None, Arg("on, off, here, types or min")] = None
    what: Annotated[str, Arg("Types such as breakout momentum, or a score in percent", rest=True)] = ""


@command(
    "radar",
    "What the radar tells here: on, off, which types, from which score",
    group=Group.WATCH,
    args=RadarArgs,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("radar", "radar on", "radar types breakout whale_buy", "radar min 40", "radar here"),
)
async def radar(ctx: Ctx, args: RadarArgs, *, radar: Radar, hearers: Hearers) -> Reply:
    """Show what holds, or change it and read it back."""
    watched = len(radar.watched)
    if args.act is None:
        heard = await hearers.of(ctx.actor, ctx.chat, Stream.RADAR)
        return hears_card(Stream.RADAR, heard, watched=watched, changed=False)
    heard = await changed(ctx, hearers, Stream.RADAR, args.act.value, args.what)
    return hears_card(Stream.RADAR, heard, watched=watched, changed=True)
