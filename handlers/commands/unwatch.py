"""Unwatch: takes a token off the watchlist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.addresses import RefKind, TokenRef
from core.enrichment.service import Enricher
from core.watching import Watchlists
from data.models.alerts import WatchItem
from data.models.chat import Level
from data.models.fields import SYMBOL
from data.models.ids import TokenKey
from handlers.args import Arg
from handlers.cards.watchlist import unwatched_card
from handlers.complete import tokens
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class UnwatchArgs:
    """Which token."""

    token: Annotated[TokenRef, Arg("Address, $TICKER or chart link", complete=tokens)]


@command(
    "unwatch",
    "Take a token off the watchlist",
    group=Group.WATCH,
    args=UnwatchArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(8, per_s=10),
    examples=("unwatch BONK",),
)
async def unwatch(ctx: Ctx, args: UnwatchArgs, *, watchlists: Watchlists, enricher: Enricher) -> Reply:
    """Take it off; what the list calls so needs no source to be found."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    items = await watchlists.of(user, ctx.chat)
    named = [item for item in items if _called(item, args.token)]
    token: TokenKey
    if len(named) == 1:
        token = named[0].token
    else:
        found, _ = await enricher.snapshot(args.token, {SYMBOL}, ctx.deadline)
        token = found.token
    gone = await watchlists.drop(user, ctx.chat, token)
    item = next((each for each in items if each.token == token), None)
    return unwatched_card(token, item, gone=gone)


def _called(item: WatchItem, ref: TokenRef) -> bool:
    if ref.kind is RefKind.ADDRESS:
        return item.token.address == ref.text
    return ref.kind is RefKind.TICKER and item.symbol.casefold() == ref.text.casefold()
