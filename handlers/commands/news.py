"""News: headlines of a token or a topic, how they are taken, and who wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.delivery.hearing import Hearing
from core.news.headlines import Headlines
from core.news.subscribing import Subscribers
from data.models.delivery import Stream
from handlers.args import Arg
from handlers.cards.changelog import subscribed_card, switch
from handlers.cards.news import news_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.subscribing import heard_here, set_here


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsArgs:
    """About what; nothing for all."""

    act: Annotated[Literal["subscribe", "unsubscribe"] | None, Arg("Hear of important news, or not")] = None
    page: Annotated[int, Arg("Page, the newest first", low=1, high=99)] = 1
    about: Annotated[str, Arg("A token, or words that headlines shall hold", rest=True)] = ""


@command(
    "news",
    "Headlines, how they are taken, and their sources",
    group=Group.MARKET,
    args=NewsArgs,
    cooldown=Cooldown(6, per_s=10),
    examples=("news", "news BONK", "news price is up", "news subscribe"),
)
async def news(
    ctx: Ctx, args: NewsArgs, *, headlines: Headlines, subscribers: Subscribers, hearing: Hearing
) -> Reply:
    """Answer with a page of headlines, or change whether their reader is told of important ones."""
    if args.act is not None:
        on = args.act == "subscribe"
        await set_here(ctx, Stream.NEWS, on=on, subscribers=subscribers, hearing=hearing)
        undo = switch(command="news", stream=Stream.NEWS.value, hears=on)
        return subscribed_card("important news", on=on, undo=undo)
    found = await headlines.about(args.about, ctx.deadline)
    hears = await heard_here(ctx, Stream.NEWS, subscribers=subscribers, hearing=hearing)
    return news_card(
        found,
        args.page,
        ctx.now,
        about=args.about,
        by_words=ctx.flags.get("headline_tone", False),
        switch=switch(command="news", stream=Stream.NEWS.value, hears=hears),
    )
