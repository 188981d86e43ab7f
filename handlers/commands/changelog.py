"""Changelog: what is new, and who wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.delivery.hearing import Hearing
from core.news.releases import Releases
from core.news.subscribing import Subscribers
from data.models.delivery import Stream
from handlers.args import Arg
from handlers.cards.changelog import changelog_card, subscribed_card, switch
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.subscribing import heard_here, set_here

_UPDATES = "announcements"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangelogArgs:
    """Which page, or whether to hear announcements."""

    page: Annotated[int, Arg("Page, the newest first", low=1, high=99)] = 1
    act: Annotated[Literal["subscribe", "unsubscribe"] | None, Arg("Hear announcements, or not")] = None


@command(
    "changelog",
    "What is new",
    group=Group.YOU,
    args=ChangelogArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("changelog", "changelog 2", "changelog subscribe"),
)
async def changelog(
    ctx: Ctx, args: ChangelogArgs, *, releases: Releases, subscribers: Subscribers, hearing: Hearing
) -> Reply:
    """Answer with a page, or change whether its reader hears of updates."""
    if args.act is not None:
        on = args.act == "subscribe"
        await set_here(ctx, Stream.UPDATES, on=on, subscribers=subscribers, hearing=hearing)
        undo = switch(command="changelog", stream=Stream.UPDATES.value, hears=on)
        return subscribed_card(_UPDATES, on=on, undo=undo)
    hears = await heard_here(ctx, Stream.UPDATES, subscribers=subscribers, hearing=hearing)
    return changelog_card(
        releases, args.page, switch(command="changelog", stream=Stream.UPDATES.value, hears=hears)
    )
