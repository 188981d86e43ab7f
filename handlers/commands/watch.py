"""Watch: puts a token on the watchlist: one's own in private, the group's in a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import TokenRef
from core.enrichment.service import Enricher
from core.recents import Recents
from core.watching import Watchlists
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.price import WANTED
from handlers.cards.watchlist import watched_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

TAG_LIMIT = 24


def tag_of(word: str) -> str:
    """Read a tag: one short word, in small letters.

    Raises:
        BadArgument: it is several words, or too long.
    """
    tag = one_line(word, TAG_LIMIT * 2).removeprefix("#").casefold()
    if " " in tag or len(tag) > TAG_LIMIT:
        raise BadArgument(
            f"A tag is one word of at most {TAG_LIMIT} letters.", argument="tag", hint="Example: memes"
        )
    return tag


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchArgs:
    """Which token, under which tag."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]
    tag: Annotated[str, Arg("A word to find it by")] = ""


@command(
    "watch",
    "Put a token on the watchlist",
    group=Group.WATCH,
    args=WatchArgs,
    aliases=("w",),
    level=Level.MEMBER,
    cooldown=Cooldown(8, per_s=10),
    examples=("watch BONK", "watch $WIF memes"),
)
async def watch(
    ctx: Ctx, args: WatchArgs, *, watchlists: Watchlists, enricher: Enricher, recents: Recents
) -> Reply:
    """Put it there, and read it back with its price."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    tag = tag_of(args.tag)
    found, snapshot = await enricher.snapshot(args.token, WANTED, ctx.deadline)
    await recents.saw(ctx.actor, ctx.chat, found.token)
    await watchlists.put(user, ctx.chat, snapshot, tag)
    return watched_card(found, snapshot, tag, shared=not ctx.chat.private)
