"""Top: what moved most of all that sources list, filtered and sorted as asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Annotated

from core.boards.filters import EXAMPLE, Filters, parse
from core.boards.listing import Board
from core.boards.service import Boards
from data.models.fields import Span
from handlers.args import Arg
from handlers.cards.board import board_card, board_picture
from handlers.cards.board_table import drawn
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_GONE = "That list is no longer kept: this is a new one."


async def filter_words(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest the next word of filters."""
    before, _, last = typed.rpartition(" ")
    start = f"{before} " if before else ""
    return tuple(
        (f"{start}{word}", f"{start}{word}") for word in EXAMPLE.split() if word.startswith(last.casefold())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardArgs:
    """Over which span, which page of which list, and what rows must be."""

    tf: Annotated[Span | None, Arg("Look-back of changes and volumes")] = None
    page: Annotated[int, Arg("Page of the list", low=1, high=999)] = 1
    at: Annotated[int, Arg("Which list the page is of; buttons know", low=0)] = 0
    filters: Annotated[
        str,
        Arg("Such as liq>10k mc<5m age<1h vol>50k change>20% pump by:vol", rest=True, complete=filter_words),
    ] = ""


def filters_of(words: str, tf: Span | None) -> Filters:
    """Read filters; a span given by itself counts where the words name none.

    Raises:
        BadArgument: a word is not understood.
    """
    filters = parse(words)
    return filters if tf is None or filters.span is not None else replace(filters, span=tf)


async def board_frames(
    ctx: Ctx, board: Board, args: BoardArgs, *, boards: Boards
) -> AsyncGenerator[Reply, None]:
    """Give a page in words at once, then with its picture."""
    filters = filters_of(args.filters, args.tf)
    listing = boards.kept(args.at) if args.at else None
    gone = listing is None or listing.board is not board
    if listing is None or gone:
        listing = await boards.listing(board, filters, ctx.deadline)
    page = 1 if gone and args.at else args.page
    note = _GONE if gone and args.at else ""
    yield board_card(listing, page, note=note)
    if not listing.rows or not ctx.flags.get("charts", True):
        return
    picture = board_picture(listing, page, practice=ctx.practice)
    image = drawn(*await boards.draw(picture, ctx.deadline), name=board.value)
    if image is not None:
        yield board_card(listing, page, note=note, image=image)


@command(
    "top",
    "Top movers of all that sources list",
    group=Group.MARKET,
    args=BoardArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("top", "top 1h", "top 1h liq>50k vol>100k", "top by:-change"),
    slow=True,
)
async def top(ctx: Ctx, args: BoardArgs, *, boards: Boards) -> AsyncGenerator[Reply, None]:
    """Answer with the board."""
    async with aclosing(board_frames(ctx, Board.TOP, args, boards=boards)) as frames:
        async for frame in frames:
            yield frame
