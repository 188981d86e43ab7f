"""The flags: what each is set to, for whom, and who answers for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.flags import Flag
from data.models.chat import FlagOverride, FlagScope
from data.models.text import one_line
from handlers.cards.layout import in_rows
from handlers.reply import Button, Invoke, Reply, Text, Tone, faint, lines, strong, text

GLOBAL = "global"
_PER_ROW, _SHOWN = 3, 10


def flags_card(flags: Sequence[Flag], overrides: Sequence[FlagOverride]) -> Reply:
    """List every flag with its state, its exceptions, and a switch for everyone."""
    rows: list[Text] = []
    buttons = []
    for flag in flags:
        mine = [override for override in overrides if override.name == flag.name]
        general = next((override.value for override in mine if override.scope is FlagScope.GLOBAL), None)
        on = flag.default if general is None else general
        narrower = [override for override in mine if override.scope is not FlagScope.GLOBAL]
        rows += [
            text(strong(f"{flag.name} {_word(on)}"), faint(" (default)" if general is None else ""),
                 f": {flag.summary}"),
            text(faint(f"by {flag.owner}, until {flag.remove_by:%d %b %Y}{_exceptions(narrower)}")),
        ]  # fmt: skip
        given = {"name": flag.name, "value": _word(not on)}
        buttons.append(Button(f"{flag.name} {_word(not on)}", Invoke("flag", given)))
    return Reply(title=text("Flags"), body=lines(*rows), buttons=in_rows(buttons, _PER_ROW))


def flag_card(flag: Flag, whom: str, before: str, after: str) -> Reply:
    """Read a change back; `before` and `after` are on, off or default."""
    undo = Invoke("flag", {"name": flag.name, "value": before, "scope": whom})
    return Reply(
        body=text(strong(f"{flag.name} is {after}"), f" for {_for(whom)}, was {before}: {flag.summary}"),
        buttons=((Button("Undo", undo), Button("All flags", Invoke("flag"))),),
        tone=Tone.GOOD,
    )


def setting(override: FlagOverride | None) -> str:
    """Word a setting: on, off, or default where there is none."""
    return "default" if override is None else _word(override.value)


def _for(whom: str) -> str:
    return {GLOBAL: "everyone", "me": "you", "here": "this chat"}.get(whom, one_line(whom, 60))


def _word(on: bool) -> str:
    return "on" if on else "off"


def _exceptions(overrides: Sequence[FlagOverride]) -> str:
    shown = [
        f"{_word(each.value)} for {'person ' if each.scope is FlagScope.USER else ''}{each.subject}"
        for each in overrides[:_SHOWN]
    ]
    more = [f"{len(overrides) - _SHOWN} more"] if len(overrides) > _SHOWN else []
    return "".join(f"; {words}" for words in (*shown, *more))
