"""Coins: every token that is stored, as it was seen last, to filter, sort and open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from core.addresses import RefKind, TokenRef
from core.boards.listing import Board
from core.boards.service import Boards
from core.charting import Charts
from core.enrichment.service import Enricher
from core.recents import Recents
from data.errors import UnknownToken
from data.models.fields import Span
from handlers.args import Arg
from handlers.cards.board import forgotten_card
from handlers.commands.t import TokenArgs, card_frames
from handlers.commands.top import BoardArgs, board_frames, filter_words
from handlers.reply import Button, Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsArgs:
    """Which page of which list, which row of it to open, and what rows must be."""

    tf: Annotated[Span | None, Arg("Look-back of changes and volumes")] = None
    page: Annotated[int, Arg("Page of the list", low=1, high=9999)] = 1
    at: Annotated[int, Arg("Which list the page is of; buttons know", low=0)] = 0
    row: Annotated[int, Arg("The row to open; buttons know", low=0)] = 0
    filters: Annotated[str, Arg("Such as liq>10k mc<5m age<7d by:vol", rest=True, complete=filter_words)] = ""


@command(
    "coins",
    "Every token that is stored, to filter, sort and open",
    group=Group.MARKET,
    args=CoinsArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("coins", "coins liq>100k by:vol", "coins mc<10m age<7d"),
    slow=True,
)
async def coins(
    ctx: Ctx, args: CoinsArgs, *, boards: Boards, enricher: Enricher, charts: Charts, recents: Recents
) -> AsyncGenerator[Reply, None]:
    """Answer with a page, or with the card of one of its rows and the way back."""
    listing = boards.kept(args.at) if args.row else None
    if listing is not None and listing.board is Board.COINS and 0 < args.row <= len(listing.rows):
        row = listing.rows[args.row - 1]
        opened = TokenArgs(token=TokenRef(RefKind.ADDRESS, row.token.address, row.token.chain))
        place = {name: word for name, word in ctx.given.items() if name != "row"}
        back = (Button("‹ Back to the list", Invoke("coins", place)),)
        try:
            cards = card_frames(ctx, opened, enricher=enricher, charts=charts, recents=recents)
            async with aclosing(cards) as frames:
                async for frame in frames:
                    yield frame.with_(buttons=(*frame.buttons, back))
        except UnknownToken:
            yield forgotten_card(row, listing, args.row).with_(buttons=(back,))
        return
    page = BoardArgs(tf=args.tf, page=args.page, at=args.at, filters=args.filters)
    async with aclosing(board_frames(ctx, Board.COINS, page, boards=boards)) as frames:
        async for frame in frames:
            yield frame
