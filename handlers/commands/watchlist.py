"""Watchlist: what is watched here, as a table in words at once and as a picture a moment later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from core.addresses import RefKind, TokenRef
from core.charting import Charts
from core.enrichment.service import Enricher
from core.watching import Watchlists
from data.errors import UnknownToken
from data.models.alerts import WatchItem
from data.models.chat import Level
from data.models.market import TokenSnapshot
from data.ports import Deadline
from handlers.args import Arg
from handlers.cards.board_table import drawn
from handlers.cards.layout import turned
from handlers.cards.price import WANTED
from handlers.cards.watchlist import SHOWN, watchlist_card, watchlist_picture
from handlers.commands.watch import tag_of
from handlers.reply import Invoke, Reply
from handlers.spec import Cooldown, Ctx, Group, command

_PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistArgs:
    """Under which tag, which page."""

    page: Annotated[int, Arg("Page of the list", low=1, high=99)] = 1
    tag: Annotated[str, Arg("Only what bears this tag")] = ""


@command(
    "watchlist",
    "What is watched here: prices, changes, caps",
    group=Group.WATCH,
    args=WatchlistArgs,
    aliases=("wl",),
    level=Level.MEMBER,
    cooldown=Cooldown(6, per_s=10),
    examples=("watchlist", "wl memes"),
    slow=True,
)
async def watchlist(
    ctx: Ctx, args: WatchlistArgs, *, watchlists: Watchlists, enricher: Enricher, charts: Charts
) -> AsyncGenerator[Reply, None]:
    """Answer with the table, then with its picture."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    tag, shared = tag_of(args.tag), not ctx.chat.private
    items = await watchlists.of(user, ctx.chat, tag)
    here = {name: word for name, word in ctx.given.items() if name != "page"}
    shown, page = turned(items, args.page, SHOWN, Invoke("watchlist", here))
    deadline = ctx.deadline.at_most(_PATIENCE_S)
    known = await asyncio.gather(*(_snapshot(item, enricher, deadline) for item in shown))
    rows = list(zip(shown, known, strict=True))
    card = watchlist_card(rows, len(items), page, tag, shared=shared)
    yield card
    if not rows or not ctx.flags.get("charts", True):
        return
    picture = watchlist_picture(
        rows, page, len(items), tag, shared=shared, practice=ctx.practice, now=ctx.now
    )
    drawing = await charts.picture(picture, ctx.deadline)
    image = drawn(drawing.chart, drawing.key, "watchlist")
    if image is not None:
        yield card.with_(image=image)


async def _snapshot(item: WatchItem, enricher: Enricher, deadline: Deadline) -> TokenSnapshot | None:
    ref = TokenRef(RefKind.ADDRESS, item.token.address, item.token.chain)
    try:
        return (await enricher.snapshot(ref, WANTED, deadline))[1]
    except UnknownToken:
        return None
