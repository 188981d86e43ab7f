"""Route: to which place of a chat each stream comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from core.delivery.hearing import Hearing
from core.delivery.routes import Places, Routes, place_of
from data.errors import BadArgument, NotAllowed
from data.models.chat import Chat, Level, Place
from data.models.delivery import Stream, Target
from data.models.ids import Platform
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.routes import route_card, routes_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import chats_own

OFF, HERE, MAIN = "off", "here", "main"
_NAMED = re.compile(r"(?:<#(\d{1,25})>|(channel|topic):(\d{1,25}))", re.ASCII)


async def _places(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, word) for word in (HERE, MAIN, OFF) if word.startswith(typed.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteArgs:
    """Which stream, where; nothing to see all."""

    stream: Annotated[Stream | None, Arg("What shall come")] = None
    place: Annotated[str, Arg("here, main, a #channel, topic:ID, or off", complete=_places)] = ""


@command(
    "route",
    "Where in this chat each stream comes",
    group=Group.CHAT,
    args=RouteArgs,
    level=Level.CHAT_ADMIN,
    place=Place.GROUP,
    cooldown=Cooldown(10, per_s=20),
    examples=("route", "route radar here", "route danger topic:12", "route hunt off"),
)
async def route(ctx: Ctx, args: RouteArgs, *, routes: Routes, places: Places, hearing: Hearing) -> Reply:
    """Show the routes, or set one and read it back."""
    mine = chats_own(ctx)
    if args.stream is None:
        if args.place:
            raise BadArgument(
                f"{one_line(args.place, 40)!r} is no stream.",
                argument="stream",
                hint=f"One of: {', '.join(Stream)}",
            )
        return routes_card(await routes.of(ctx.chat), await hearing.of(mine), ctx.chat)
    if args.place:
        await lead(ctx, args.stream, args.place, routes=routes, places=places)
    found, wishes = await routes.of(ctx.chat), await hearing.of(mine)
    return route_card(args.stream, found, wishes, ctx.chat, changed=bool(args.place))


async def lead(ctx: Ctx, stream: Stream, words: str, *, routes: Routes, places: Places) -> None:
    """Let a stream come where the words say.

    Raises:
        BadArgument: they name no place.
        NotAllowed: the place is not known to belong to this chat.
    """
    if words.lower() == OFF:
        await routes.end(ctx.actor, ctx.chat, stream)
        return
    await routes.lead(ctx.actor, ctx.chat, stream, await _place(ctx.chat, words, places))


async def _place(chat: Chat, words: str, places: Places) -> Target:
    match words.lower():
        case "here":
            return place_of(chat)
        case "main":
            return place_of(chat, topic="")
    named = _NAMED.fullmatch(words.lower())
    if named is None:
        raise BadArgument(
            f"{one_line(words, 40)!r} is no place of this chat.",
            argument="place",
            hint="Example: here, main, topic:12, or off",
        )
    number = named[1] or named[3]
    if chat.platform is Platform.TELEGRAM:
        if named[2] == "topic":
            return place_of(chat, topic=number)
    elif await places.holds(chat, number):
        return place_of(chat, channel=number)
    raise NotAllowed(
        "I cannot tell from here that this place belongs to this chat.",
        rule="place of this chat",
        hint="Say /route there: an admin of that place sends to it.",
    )
