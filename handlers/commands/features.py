"""Features: a tour of what there is, each with an example to press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.chats import Chats
from handlers.args import Arg
from handlers.cards.help import features_card
from handlers.menu import permitted
from handlers.registry import Registry
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturesArgs:
    """Where in the tour."""

    page: Annotated[int, Arg("Page of the tour", low=1, high=99)] = 1


@command(
    "features",
    "A tour with examples to press",
    group=Group.YOU,
    args=FeaturesArgs,
    cooldown=Cooldown(8, per_s=10),
    examples=("features", "features 2"),
)
async def features(ctx: Ctx, args: FeaturesArgs, *, registry: Registry, chats: Chats) -> Reply:
    """Answer with a page of the tour."""
    rules = await chats.rules(ctx.chat)
    return features_card(permitted(registry, ctx.actor, ctx.chat, rules, ctx.flags), args.page)
