"""Trending: what sources name as looked at or traded most, the most named first."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.boards.listing import Board
from core.boards.service import Boards
from handlers.commands.top import BoardArgs, board_frames
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@command(
    "trending",
    "What sources call trending, the most named first",
    group=Group.MARKET,
    args=BoardArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("trending", "trending 1h", "trending liq>100k age<7d"),
    slow=True,
)
async def trending(ctx: Ctx, args: BoardArgs, *, boards: Boards) -> AsyncGenerator[Reply, None]:
    """Answer with the board."""
    async with aclosing(board_frames(ctx, Board.TRENDING, args, boards=boards)) as frames:
        async for frame in frames:
            yield frame
