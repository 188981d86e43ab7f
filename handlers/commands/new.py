"""New: what was launched last, by every source that lists launches."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.boards.listing import Board
from core.boards.service import Boards
from handlers.commands.top import BoardArgs, board_frames
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@command(
    "new",
    "New tokens, the youngest first",
    group=Group.MARKET,
    args=BoardArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("new", "new liq>10k", "new pump mc<1m"),
    slow=True,
)
async def new(ctx: Ctx, args: BoardArgs, *, boards: Boards) -> AsyncGenerator[Reply, None]:
    """Answer with the board."""
    async with aclosing(board_frames(ctx, Board.NEW, args, boards=boards)) as frames:
        async for frame in frames:
            yield frame
