"""Track: what the radar's signals came to, after costs, with how much that proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from core.radar.board import Records
from core.radar.events import NAMES
from handlers import figures
from handlers.args import Arg
from handlers.cards.radar import track_card
from handlers.radar_words import kind_and_period, kinds
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackArgs:
    """Which type, of how long; in any order."""

    type: Annotated[str, Arg("Such as breakout or launch", complete=kinds)] = ""
    period: Annotated[str, Arg("How far back, such as 7d or 4w")] = ""


@command(
    "track",
    "The radar's record: hit rates and results after costs",
    group=Group.WATCH,
    args=TrackArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("track", "track breakout", "track launch 7d"),
)
async def track(ctx: Ctx, args: TrackArgs, *, records: Records) -> Reply:
    """Show the record."""
    kind, period = kind_and_period((args.type, args.period))
    period = period or _USUAL
    board = await records.board(period, kind)
    word = f"{period.days}d" if period >= timedelta(days=1) and not period.seconds else figures.age(period)
    return track_card(board, word, "" if kind is None else NAMES[kind])
