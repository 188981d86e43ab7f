"""Knows the application commands: what may be registered, what a person can fill in. Refuses to run any.

Source: https://discord.com/developers/docs/interactions/application-commands#registering-a-command
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .ledger import FieldError, Json
from .objects import Channel, Role, User
from .rules import bad_length, duplicates, required

COMMANDS_MAX = {1: 100, 2: 15, 3: 15}
COMMAND_CHARS_MAX = 8000
CHAT_INPUT, MESSAGE_MENU, SUBCOMMAND, SUBCOMMAND_GROUP = 1, 3, 1, 2
NO_DESCRIPTION = "Context menu commands cannot have description"
NO_OPTIONS = "Context menu commands cannot have options"
EITHER = "Choices and autocomplete cannot both be used"
UNIQUE = "Option names must be unique"

_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
_OPTION_TYPES: dict[int, type | tuple[type, ...]] = {
    3: str,
    4: int,
    5: bool,
    6: User,
    7: Channel,
    8: Role,
    9: (User, Role),
    10: (int, float),
}


class ClientRefusalError(Exception):
    """What a person's own Discord app would not let them do."""


@dataclass(kw_only=True, slots=True)
class CommandTree:
    """The commands as last synced: globally, and per guild."""

    application_id: int
    scopes: dict[int | None, list[Json]] = field(default_factory=dict)

    def overwrite(self, guild_id: int | None, commands: list[Json], next_id: Callable[[], int]) -> list[Json]:
        """Replace a scope and return it as Discord would."""
        known = {(each["type"], each["name"]): each["id"] for each in self.scopes.get(guild_id, ())}
        stored = []
        for command in commands:
            version = str(next_id())
            kind = command.get("type") or CHAT_INPUT
            permissions = command.get("default_member_permissions")
            entry = {
                "nsfw": False,
                "dm_permission": True,
                "contexts": None,
                "integration_types": [0],
                **{key: value for key, value in command.items() if value is not None},
                "id": known.get((kind, command["name"]), version),
                "application_id": str(self.application_id),
                "version": version,
                "type": kind,
                "description": command.get("description") or "",
                "default_member_permissions": None if permissions is None else str(permissions),
            }
            stored.append(entry if guild_id is None else {**entry, "guild_id": str(guild_id)})
        self.scopes[guild_id] = stored
        return stored

    def find(self, kind: int, name: str, guild_id: int | None, permissions: int) -> Json:
        """Return the command a person would see in their picker.

        Raises:
            ClientRefusalError: it is not synced, not offered here, or hidden from them.
        """
        scopes = (guild_id, None) if guild_id else (None,)
        commands = (each for scope in scopes for each in self.scopes.get(scope, ()))
        found = next((each for each in commands if each["type"] == kind and each["name"] == name), None)
        if found is None:
            raise ClientRefusalError(f"no command {name!r} is synced")
        context = 0 if guild_id else 1
        if context not in (found["contexts"] or (0, 1)) or (not guild_id and not found["dm_permission"]):
            raise ClientRefusalError(f"{name!r} is not offered here")
        needed = int(found["default_member_permissions"] or 0)
        if guild_id and permissions & needed != needed:
            raise ClientRefusalError(f"{name!r} is hidden from this member")
        return found


def descend(command: Json, path: list[str]) -> list[Json]:
    """Return a command and the subcommands that `path` names, outermost first.

    Raises:
        ClientRefusalError: there is none, or a subcommand must be chosen.
    """
    trail = [command]
    for step in path:
        found = next((each for each in _subcommands(trail[-1]) if each["name"] == step), None)
        if found is None:
            raise ClientRefusalError(f"{trail[-1]['name']!r} has no subcommand {step!r}")
        trail.append(found)
    if _subcommands(trail[-1]):
        raise ClientRefusalError(f"{trail[-1]['name']!r} needs a subcommand")
    return trail


def fill(command: Json, values: Mapping[str, Any], *, focused: str | None = None) -> list[Json]:
    """Fill in options as the picker does; while typing, one is `focused` and the rest may be missing.

    Raises:
        ClientRefusalError: an option is unknown, missing, of the wrong type or out of bounds.
    """
    options = {each["name"]: each for each in command.get("options", ())}
    unknown = values.keys() - options.keys()
    if unknown:
        raise ClientRefusalError(f"{command['name']!r} has no option {sorted(unknown)}")
    missing = [name for name, each in options.items() if each.get("required") and name not in values]
    if missing and focused is None:
        raise ClientRefusalError(f"{command['name']!r} needs {missing}")
    if focused is not None and not options[focused].get("autocomplete"):
        raise ClientRefusalError(f"option {focused!r} has no autocomplete")
    return [
        {"name": focused, "type": options[name]["type"], "value": value, "focused": True}
        if name == focused
        else {"name": name, "type": options[name]["type"], "value": _accepted(options[name], value)}
        for name, value in values.items()
    ]


def _subcommands(command: Json) -> list[Json]:
    return [each for each in command.get("options", ()) if each["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)]


def _accepted(option: Json, value: Any) -> Any:
    kind, name = option["type"], option["name"]
    if not isinstance(value, _OPTION_TYPES[kind]) or (isinstance(value, bool) and kind != 5):
        raise ClientRefusalError(f"option {name!r} does not take {value!r}")
    if option.get("choices") and value not in [choice["value"] for choice in option["choices"]]:
        raise ClientRefusalError(f"option {name!r} offers no {value!r}")
    size = len(value) if isinstance(value, str) else value
    unit = "length" if kind == 3 else "value"
    least, most = option.get(f"min_{unit}"), option.get(f"max_{unit}")
    if kind in (3, 4, 10) and ((least is not None and size < least) or (most is not None and size > most)):
        raise ClientRefusalError(f"option {name!r} takes {least} to {most}, not {value!r}")
    return str(value.id) if isinstance(value, User | Channel | Role) else value


def command_errors(commands: list[Json]) -> list[FieldError]:
    """Judge a whole set of application commands, as a bulk overwrite sends it."""
    errors: list[FieldError] = []
    kinds = Counter(_kind(command) for command in commands)
    for kind, most in COMMANDS_MAX.items():
        if kinds[kind] > most:
            message = f"Maximum number of application commands reached ({most})"
            errors.append(FieldError((), "APPLICATION_COMMANDS_MAX", message))
    for index, twin in duplicates((_kind(command), command["name"]) for command in commands):
        message = f"Application command names must be unique: {twin[1]}"
        errors.append(FieldError((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message))
    for index, command in enumerate(commands):
        errors += [error.under(index) for error in _one_command_errors(command)]
    return errors


def choice_errors(choices: list[Json]) -> list[FieldError]:
    """Judge what an autocomplete answers, where the document is too lenient."""
    errors = []
    for index, choice in enumerate(choices):
        if not 1 <= len(str(choice["value"])) <= 100:
            errors.append(bad_length(("data", "choices", index, "value"), 1, 100))
        if not choice["name"].strip():
            errors.append(required(("data", "choices", index, "name")))
    return errors


def _one_command_errors(command: Json) -> Iterator[FieldError]:
    description = command.get("description") or ""
    if _kind(command) == CHAT_INPUT:
        if not _is_command_name(command["name"]):
            yield FieldError(("name",), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if not description.strip():
            yield required(("description",))
    elif description:
        yield FieldError(
            ("description",), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", NO_DESCRIPTION
        )
    elif command.get("options"):
        yield FieldError(("options",), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID", NO_OPTIONS)
    yield from _option_errors(command)
    if _command_length(command) > COMMAND_CHARS_MAX:
        message = f"Command exceeds maximum size ({COMMAND_CHARS_MAX})"
        yield FieldError((), "APPLICATION_COMMAND_TOO_LARGE", message)


def _option_errors(command: Json) -> Iterator[FieldError]:
    options = command.get("options") or []
    optional_seen = False
    for index, option in enumerate(options):
        at = ("options", index)
        if not _is_command_name(option["name"]):
            yield FieldError((*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            yield FieldError(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        if option["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP):
            yield from (error.under(*at) for error in _option_errors(option))
        else:
            optional_seen = optional_seen or not option.get("required")
        choices = option.get("choices") or ()
        if choices and option.get("autocomplete"):
            yield FieldError(
                (*at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", EITHER
            )
        for place, choice in enumerate(choices):
            if not 1 <= len(str(choice["value"])) <= 100:
                yield bad_length((*at, "choices", place, "value"), 1, 100)
    for index, _ in duplicates(option["name"] for option in options):
        yield FieldError(("options", index, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", UNIQUE)


def _command_length(command: Json) -> int:
    """Add name, description and string values of a command, its options and choices."""
    own = len(command["name"]) + len(command.get("description") or "")
    choices = command.get("choices") or ()
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in choices)
    return own + sum(_command_length(option) for option in command.get("options") or ())


def _kind(command: Json) -> int:
    return command.get("type") or CHAT_INPUT


def _is_command_name(name: str) -> bool:
    return bool(_COMMAND_NAME.fullmatch(name)) and name == name.lower()
