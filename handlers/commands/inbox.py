"""Inbox: what was told to you, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.delivery.inbox import Inboxes
from data.errors import BadArgument
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.inbox import all_read_card, inbox_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxArgs:
    """How many, from where on; or to mark all as read."""

    n: Annotated[int, Arg("How many, at most 20", low=1)] = 8
    before: Annotated[int | None, Arg("Only what is older than this one", low=1)] = None
    read: Annotated[Literal["all"] | None, Arg("Mark all as read")] = None


@command(
    "inbox",
    "What was told to you, and how it went",
    group=Group.YOU,
    args=InboxArgs,
    level=Level.MEMBER,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=10),
    examples=("inbox", "inbox 20", "inbox all"),
)
async def inbox(ctx: Ctx, args: InboxArgs, *, inboxes: Inboxes) -> Reply:
    """Answer with a page of notices."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    if args.n > MOST:
        raise BadArgument(f"At most {MOST} are shown at once.", argument="n", hint="Example: /inbox 20")
    if args.read is not None:
        return all_read_card(await inboxes.read_all(user))
    return inbox_card(await inboxes.page(user, args.n, args.before), args.n)
