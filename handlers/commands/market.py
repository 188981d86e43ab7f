"""Market: the majors, breadth, and what leads each list; or tokens compared and correlated."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from core.boards.service import MAJORS, Boards
from core.charts import builders
from core.recents import Recents
from data.models.market import Timeframe
from handlers.args import Arg
from handlers.cards.board_market import compared_card, compared_frame, market_card, market_picture
from handlers.cards.board_table import drawn
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_NO_PICTURE = "The picture could not be drawn in time."

View: TypeAlias = Literal["overview", "comparison", "correlation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketArgs:
    """Which board."""

    board: Annotated[View, Arg("The market in short, or the majors and your last token side by side")] = (
        "overview"
    )


@command(
    "market",
    "The market: majors, breadth, gainers, losers, new, trending",
    group=Group.MARKET,
    args=MarketArgs,
    aliases=("m",),
    cooldown=Cooldown(6, per_s=10),
    examples=("market", "market correlation", "market comparison"),
    slow=True,
)
async def market(
    ctx: Ctx, args: MarketArgs, *, boards: Boards, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with the board in words, then with its picture."""
    if args.board != "overview":
        async with aclosing(_compared(ctx, args.board, boards, recents)) as frames:
            async for frame in frames:
                yield frame
        return
    overview = await boards.overview()
    yield market_card(overview)
    if overview.answered and ctx.flags.get("charts", True):
        picture = market_picture(overview, practice=ctx.practice)
        image = drawn(*await boards.draw(picture, ctx.deadline), name="market")
        if image is not None:
            yield market_card(overview, image=image)


async def _compared(ctx: Ctx, board: View, boards: Boards, recents: Recents) -> AsyncGenerator[Reply, None]:
    """Put the asker's last token beside the majors."""
    last = await recents.token(ctx.actor, ctx.chat)
    tokens = MAJORS if last is None else (last, *MAJORS)
    bars = await boards.bars(tokens, Timeframe.H1, ctx.deadline)
    if not bars.series or not ctx.flags.get("charts", True):
        yield compared_card(bars, board, ctx.now)
        return
    yield compared_card(bars, board, ctx.now)
    build = builders.comparison if board == "comparison" else builders.correlation
    picture = build(compared_frame(board, ctx.now, practice=ctx.practice), bars.series)
    image = drawn(*await boards.draw(picture, ctx.deadline), name=board)
    yield compared_card(bars, board, ctx.now, image=image, note="" if image else _NO_PICTURE)
