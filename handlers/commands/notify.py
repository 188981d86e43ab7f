"""Notify: how loud each type of notice is, and where a person is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from core.delivery.audience import SENT_BY, Audience
from core.delivery.hearing import Hearing
from core.delivery.loudness import DANGEROUS, TYPES, Loudness, type_name
from core.delivery.wishes import HOME
from data.errors import BadArgument
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.hearing import called, loud_card, notify_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command
from handlers.whose import chats_own, kept_private, whose

_HERE = "here"


async def types(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    """Suggest types of notices."""
    words = typed.lower()
    return tuple((called(each), each) for each in TYPES if words in each or words in called(each).lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyArgs:
    """Which type, how loud; nothing to see all."""

    type: Annotated[
        str, Arg("A stream or type of signal; or here, to be told in this chat", complete=types)
    ] = ""
    loudness: Annotated[Loudness | None, Arg("How it shall come")] = None


@command(
    "notify",
    "What reaches you, and how loud; in a group, what reaches it",
    group=Group.YOU,
    args=NotifyArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("notify", "notify radar silent", "notify liq_drain on", "notify here"),
)
async def notify(ctx: Ctx, args: NotifyArgs, *, hearing: Hearing, audience: Audience) -> Reply:
    """Show what holds, or change it and read it back."""
    mine = whose(ctx)
    if args.type.lower() == _HERE:
        return await _here(ctx, args, hearing=hearing, audience=audience)
    if not args.type:
        if args.loudness is not None:
            raise BadArgument(
                f"What shall be {args.loudness}?", argument="type", hint="Example: radar silent"
            )
        home = None if mine.chat is not None else await audience.home(mine.user.id)
        card = notify_card(await hearing.of(mine), chat=mine.chat is not None, home=home, now=hearing.now())
        return kept_private(ctx, mine, card)
    kind = type_name(args.type)
    if kind is None:
        raise BadArgument(
            f"{one_line(args.type, 40)!r} is no type of notice.",
            argument="type",
            hint=f"One of: {', '.join(TYPES[:9])}; or a type of signal such as liq_drain",
        )
    chat = mine.chat is not None
    if args.loudness is None:
        return kept_private(ctx, mine, loud_card(await hearing.of(mine), kind, chat=chat, changed=False))
    if args.loudness is Loudness.DIGEST and kind in DANGEROUS:
        raise BadArgument(
            f"{called(kind)} is never held back.", argument="loudness", hint="It can be on, silent or off."
        )
    wishes = await hearing.loud(ctx.actor, chats_own(ctx), kind, args.loudness)
    return loud_card(wishes, kind, chat=chat, changed=True)


async def _here(ctx: Ctx, args: NotifyArgs, *, hearing: Hearing, audience: Audience) -> Reply:
    mine = whose(ctx)
    if not ctx.chat.private or args.loudness is not None or ctx.chat.platform not in SENT_BY:
        raise BadArgument(
            "Here means this private chat.",
            argument="type",
            hint="Say /notify here in a private chat with me on Telegram or Discord.",
        )
    wishes = await hearing.choose(ctx.actor, mine, HOME, ctx.chat.platform.value)
    home = await audience.home(mine.user.id)
    return notify_card(wishes, chat=False, home=home, now=hearing.now())
