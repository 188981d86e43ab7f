"""Flag: lists the switches of the running system, and turns one."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from config.flags import FLAGS, Flag
from core.chats import Chats
from data.errors import BadArgument
from data.models.chat import FlagOverride, FlagScope, Level, Place
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.flags import GLOBAL, flag_card, flags_card, setting
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_CHAT = re.compile(r"(telegram|discord|console):-?[A-Za-z0-9_]{1,40}", re.ASCII)


async def _names(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{name}: {flag.summary}", name) for name, flag in FLAGS.items() if name.startswith(typed.lower())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagArgs:
    """Which flag, on or off, for whom."""

    value: Annotated[Literal["on", "off", "default"] | None, Arg("What it shall be")] = None
    name: Annotated[str, Arg("Name of the flag; none to list all", complete=_names)] = ""
    scope: Annotated[str, Arg("global, here, me, or a chat such as telegram:-100123")] = GLOBAL


@command(
    "flag",
    "Switches of the running system",
    group=Group.OPERATOR,
    args=FlagArgs,
    level=Level.OPERATOR,
    place=Place.PRIVATE,
    private=True,
    cooldown=Cooldown(10, per_s=10),
    examples=("flag", "flag charts off", "flag charts default", "flag paste off telegram:-100123"),
)
async def flag(ctx: Ctx, args: FlagArgs, *, chats: Chats) -> Reply:
    """List the flags, or set one and read it back."""
    overrides = await chats.overrides()
    if not args.name and args.value is None:
        return flags_card(tuple(FLAGS.values()), overrides)
    declared = _declared(args.name)
    if args.value is None:
        return flags_card((declared,), overrides)
    scope, subject = _about(args.scope, ctx)
    wanted = (declared.name, scope, subject)
    before = next((each for each in overrides if (each.name, each.scope, each.subject) == wanted), None)
    if args.value == "default":
        await chats.clear_flag(ctx.actor, *wanted)
    elif args.value != setting(before):
        override = FlagOverride(name=declared.name, scope=scope, subject=subject, value=args.value == "on")
        await chats.set_flag(ctx.actor, override)
    return flag_card(declared, args.scope.lower(), setting(before), args.value)


def _declared(name: str) -> Flag:
    found = FLAGS.get(name.lower())
    if found is None:
        near = difflib.get_close_matches(name.lower()[:32], list(FLAGS), n=3)
        raise BadArgument(
            f"There is no flag {one_line(name, 32)!r}.",
            argument="name",
            hint=f"There are: {', '.join(near or FLAGS)}",
        )
    return found


def _about(words: str, ctx: Ctx) -> tuple[FlagScope, str]:
    """Read whom a flag is set for."""
    match words.lower():
        case "global":
            return FlagScope.GLOBAL, ""
        case "here":
            return FlagScope.CHAT, ctx.chat.key
        case "me":
            assert ctx.actor.user is not None  # the level asks for one
            return FlagScope.USER, str(ctx.actor.user.id)
    if not _CHAT.fullmatch(words):
        raise BadArgument(
            f"{one_line(words, 40)!r} is nobody a flag can be set for.",
            argument="scope",
            hint="One of: global, here, me, or a chat such as telegram:-100123",
        )
    return FlagScope.CHAT, words
