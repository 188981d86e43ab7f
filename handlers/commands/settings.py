"""Settings: a person's own in private, the chat's in a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from core.chats import Chats
from core.people import People
from data.errors import BadArgument, NotAllowed
from data.models.chat import Level
from data.models.text import one_line
from handlers.args import Arg
from handlers.cards.people import settings_card
from handlers.cards.rules import summary_card
from handlers.guards import exempt
from handlers.preferences import OF_CHATS, PREFERENCES, suggested
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


async def _values(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    offered = dict.fromkeys(value for each in PREFERENCES.values() for value in (*each.choices, each.usual))
    return suggested(typed, tuple(offered))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsArgs:
    """What to change; nothing to see all."""

    key: Annotated[Literal["timeframe", "scale", "studies"] | None, Arg("Which setting")] = None
    value: Annotated[str, Arg("What it shall be", complete=_values, rest=True)] = ""


@command(
    "settings",
    "Your settings; in a group, its own",
    group=Group.YOU,
    args=SettingsArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    standing=True,
    examples=("settings", "settings timeframe 1h", "settings scale log", "settings studies ema,rsi"),
)
async def settings(ctx: Ctx, args: SettingsArgs, *, people: People, chats: Chats) -> Reply:
    """Show the settings, changed where a value is given."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    if not ctx.chat.private:
        return await _of_chat(ctx, args, chats)
    if args.key is None:
        if args.value:
            raise BadArgument(
                f"{one_line(args.value, 40)!r} is no setting.",
                argument="key",
                hint=f"One of: {', '.join(PREFERENCES)}",
            )
        return settings_card(user)
    if not args.value:
        return settings_card(user, only=args.key)
    return settings_card(await people.prefer(user, args.key, _read(args.key, args.value)))


async def _of_chat(ctx: Ctx, args: SettingsArgs, chats: Chats) -> Reply:
    """Show what a group decided, changed where a value is given by who decides there."""
    may_change = exempt(ctx.actor)
    if args.key is not None and args.value:
        if args.key not in {each.name for each in OF_CHATS}:
            raise NotAllowed(
                "Your own settings are changed in a private chat.",
                rule="place private",
                hint="Open it below.",
            )
        if not may_change:
            raise NotAllowed(
                "The settings of this chat are for its admins; your own are changed in a private chat.",
                rule=f"level {Level.CHAT_ADMIN.value}",
                hint="Ask one of them.",
            )
        await chats.prefer(ctx.actor, ctx.chat, args.key, _read(args.key, args.value))
    rules, preferences = await chats.rules(ctx.chat), await chats.preferences(ctx.chat)
    return summary_card(rules, preferences, may_change=may_change)


def _read(key: str, typed: str) -> str | None:
    """Read a value; None is what is usual.

    Raises:
        BadArgument: it is not offered.
    """
    preference = PREFERENCES[key]
    value = preference.read(typed)
    if value is None:
        offered = ", ".join(dict.fromkeys((*preference.choices, preference.usual)))
        raise BadArgument(
            f"{preference.summary} cannot be {one_line(typed, 40)!r}.",
            argument="value",
            hint=f"{'Any' if preference.several else 'One'} of: {offered}",
        )
    return None if value == preference.usual else value
