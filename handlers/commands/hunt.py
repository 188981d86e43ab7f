"""Hunt: launches as they happen, what of them this chat hears, and the board of those that are there now."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from core.boards.listing import Board
from core.boards.service import Boards
from core.radar.engine import Radar
from core.radar.hearers import Hearers
from data.models.delivery import Stream
from handlers.args import Arg
from handlers.cards.radar import hears_card
from handlers.commands.top import BoardArgs, board_frames
from handlers.radar_words import changed
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


class HuntAct(StrEnum):
    """What to do."""

    ON = "on"
    OFF = "off"
    NOW = "now"
    TYPES = "types"
    MIN = "min"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class HuntArgs:
    """What to do; nothing to see what holds."""

    act: Annotated[HuntAct | None, Arg("on, off, here, types, min, or now for the board")] = None
    what: Annotated[
        str, Arg("Types, a score in percent, or of the board such as liq>10k age<1h", rest=True)
    ] = ""


@command(
    "hunt",
    "Launches as they happen, and the board of the newest",
    group=Group.WATCH,
    args=HuntArgs,
    cooldown=Cooldown(8, per_s=10),
    standing=True,
    slow=True,
    examples=("hunt", "hunt on", "hunt now liq>10k age<1h", "hunt types launch", "hunt min 30"),
)
async def hunt(
    ctx: Ctx, args: HuntArgs, *, radar: Radar, hearers: Hearers, boards: Boards
) -> AsyncGenerator[Reply, None]:
    """Show what holds, change it and read it back, or answer with the board."""
    if args.act is HuntAct.NOW:
        board = BoardArgs(filters=args.what)
        async with aclosing(board_frames(ctx, Board.NEW, board, boards=boards)) as frames:
            async for frame in frames:
                yield frame
        return
    watched = len(radar.watched)
    if args.act is None:
        heard = await hearers.of(ctx.actor, ctx.chat, Stream.HUNT)
        yield hears_card(Stream.HUNT, heard, watched=watched, changed=False)
        return
    heard = await changed(ctx, hearers, Stream.HUNT, args.act.value, args.what)
    yield hears_card(Stream.HUNT, heard, watched=watched, changed=True)
