"""Settings: a person's own in private, the chat's rules in a group."""

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
from handlers.preferences import PREFERENCES
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command


async def _values(ctx: Ctx, typed: str) -> tuple[tuple[str, str], ...]:
    values = dict.fromkeys(value for each in PREFERENCES.values() for value in each.choices)
    return tuple((value, value) for value in values if value.startswith(typed.lower()))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsArgs:
    """What to change; nothing to see all."""

    key: Annotated[Literal["timeframe", "scale"] | None, Arg("Which setting")] = None
    value: Annotated[str, Arg("What it shall be", complete=_values)] = ""


@command(
    "settings",
    "Your settings; in a group, its rules",
    group=Group.YOU,
    args=SettingsArgs,
    level=Level.MEMBER,
    cooldown=Cooldown(10, per_s=10),
    examples=("settings", "settings timeframe 1h", "settings scale log"),
)
async def settings(ctx: Ctx, args: SettingsArgs, *, people: People, chats: Chats) -> Reply:
    """Show the settings, changed where a value is given."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    if not ctx.chat.private:
        if args.key is not None:
            raise NotAllowed(
                "Your own settings are changed in a private chat.",
                rule="place private",
                hint="Open it below.",
            )
        return summary_card(await chats.rules(ctx.chat))
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
    preference, value = PREFERENCES[args.key], args.value.lower()
    if value not in preference.choices:
        raise BadArgument(
            f"{preference.summary} cannot be {one_line(args.value, 40)!r}.",
            argument="value",
            hint=f"One of: {', '.join(preference.choices)}",
        )
    return settings_card(await people.prefer(user, args.key, None if value == preference.usual else value))
