"""Commands as Discord lists them: one slash command a declaration, made from its arguments.

Knows what Discord takes and refuses, as the program starts, what it would not. Runs nothing itself.
Source: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Optional, TypeAlias

import discord
import structlog
from discord import app_commands

from bot.discord.failures import translated
from data.errors import InvariantBroken
from data.models.chat import Level, Place
from handlers.args import Param
from handlers.registry import Registry
from handlers.spec import CommandSpec, Group

log = structlog.get_logger("discord")

SCAN: Final = "Scan"
_LONGEST_WORDS: Final = 1000
_LONGEST_COMMAND: Final = 8000  # names, summaries and choices together
_LONGEST_CHOICE: Final = 100
_CHOICES: Final = 25

# Commands that few need stand under one name, which keeps the list of the others short.
_PARENTS: Final = {
    Group.CHAT: ("group", "How this bot behaves in this server"),
    Group.OPERATOR: ("admin", "For the operator of this bot"),
}
_NEEDED: Final = {
    Level.CHAT_ADMIN: discord.Permissions(manage_guild=True),
    Level.MODERATOR: discord.Permissions(manage_messages=True),
}
_CONTEXTS: Final = {
    Place.BOTH: app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
    Place.PRIVATE: app_commands.AppCommandContext(guild=False, dm_channel=True, private_channel=False),
    Place.GROUP: app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
}

Interaction: TypeAlias = discord.Interaction[discord.Client]
Command: TypeAlias = app_commands.Command[Any, ..., Any]
Run: TypeAlias = Callable[[Interaction, CommandSpec, Mapping[str, str]], Awaitable[None]]
Complete: TypeAlias = Callable[[Interaction, CommandSpec, Param, str], Awaitable[tuple[tuple[str, str], ...]]]
Admit: TypeAlias = Callable[[Interaction], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """A short text that outlives the process: the digest of what was synced last."""

    get: Callable[[], Awaitable[str | None]]
    put: Callable[[str], Awaitable[None]]


class Tree(app_commands.CommandTree[discord.Client]):
    """Our commands; `admit` says whether an interaction is to be answered."""

    def __init__(self, client: discord.Client, admit: Admit) -> None:
        super().__init__(client)
        self._admit = admit

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        return self._admit(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer somebody whose app shows a command as it was before an update."""
        if not isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            log.error("command_crashed", exc_info=error)
        elif interaction.type is discord.InteractionType.autocomplete:
            await interaction.response.autocomplete([])
        else:
            words = "This command has changed. Restart Discord to see it as it is now."
            await interaction.response.send_message(words, ephemeral=True)


def fill(tree: Tree, registry: Registry, run: Run, complete: Complete) -> None:
    """Put every listed command into the tree, those of rare groups under a parent.

    Raises:
        InvariantBroken: Discord would refuse one.
    """
    try:
        for one in _grouped(registry, run, complete):
            _check(one.to_dict(tree))
            tree.add_command(one)
    except (TypeError, ValueError, app_commands.AppCommandError) as error:
        raise InvariantBroken(f"Discord would refuse the commands: {error}") from error


def _grouped(registry: Registry, run: Run, complete: Complete) -> Iterator[Command | app_commands.Group]:
    for group in Group:
        specs = [spec for spec in registry if spec.group is group and spec.menu]
        made = [command(spec, run, complete) for spec in specs]
        if specs and group in _PARENTS:
            yield _parent(group, specs, made)
        else:
            yield from made


def command(spec: CommandSpec, run: Run, complete: Complete) -> Command:
    """Make the slash command of one declaration."""

    async def callback(interaction: Interaction, **given: object) -> None:
        await run(interaction, spec, {name: str(value) for name, value in given.items() if value is not None})

    # The library reads the options off the signature: it is written here, as the callback itself has none.
    asked = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=Interaction)
    callback.__signature__ = inspect.Signature([asked, *map(_option, spec.params)])  # type: ignore[attr-defined]
    callback.__name__ = callback.__qualname__ = spec.name
    app_commands.describe(**{param.name: param.about.summary for param in spec.params})(callback)
    completed = [param for param in spec.params if param.about.complete is not None and not _choices(param)]
    app_commands.autocomplete(**{param.name: _completer(spec, param, complete) for param in completed})(
        callback
    )
    made: Command = app_commands.Command(
        name=spec.name, description=spec.summary, callback=callback, allowed_contexts=_CONTEXTS[spec.place],
        auto_locale_strings=False,
    )  # fmt: skip
    made.default_permissions = _NEEDED.get(spec.level)
    return made


def message_menu(
    name: str, run: Callable[[Interaction, discord.Message], Awaitable[None]]
) -> app_commands.ContextMenu:
    """Make a command of a message's own menu."""

    async def callback(interaction: Interaction, message: discord.Message) -> None:
        await run(interaction, message)

    return app_commands.ContextMenu(
        name=name, callback=callback, allowed_contexts=_CONTEXTS[Place.BOTH], auto_locale_strings=False
    )


def _option(param: Param) -> inspect.Parameter:
    kind: Any = _type(param)
    return inspect.Parameter(
        param.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=kind if param.required else Optional[kind],  # noqa: UP045 - a union of a value, not of a name
        default=inspect.Parameter.empty if param.required else None,
    )


def _type(param: Param) -> Any:
    """Choose what Discord asks for; all that has a meaning of its own travels as words."""
    if _choices(param):
        return Literal[param.choices]
    if param.kind is int and not param.many:
        return app_commands.Range[int, param.about.low, param.about.high] if _bounded(param) else int
    return app_commands.Range[str, 1, _LONGEST_WORDS]


def _choices(param: Param) -> tuple[str, ...]:
    return () if param.many else param.choices


def _bounded(param: Param) -> bool:
    return param.about.low is not None or param.about.high is not None


def _completer(spec: CommandSpec, param: Param, complete: Complete) -> Callable[..., Any]:
    async def completer(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        # Of several words the last is the one being typed.
        before, space, last = typed.rpartition(" ") if param.many else ("", "", typed)
        found = await complete(interaction, spec, param, last)
        pairs = ((f"{before}{space}{label}", f"{before}{space}{value}") for label, value in found)
        return [
            app_commands.Choice(name=label[:_LONGEST_CHOICE], value=value)
            for label, value in pairs
            if label.strip() and 0 < len(value) <= _LONGEST_CHOICE
        ][:_CHOICES]

    return completer


def _parent(group: Group, specs: Iterable[CommandSpec], made: Iterable[Command]) -> app_commands.Group:
    """Put commands under one name; Discord asks for permissions and places there alone."""
    name, summary = _PARENTS[group]
    places, levels = {spec.place for spec in specs}, [spec.level for spec in specs]
    place = places.pop() if len(places) == 1 else Place.BOTH
    parent = app_commands.Group(
        name=name, description=summary, default_permissions=_NEEDED.get(min(levels)),
        allowed_contexts=_CONTEXTS[place], auto_locale_strings=False,
    )  # fmt: skip
    for one in made:
        parent.add_command(one)
    return parent


def _check(payload: Mapping[str, Any]) -> None:
    """Refuse what the library lets through and Discord does not.

    Raises:
        InvariantBroken: it is too long as a whole, or in a choice.
    """
    if _length(payload) > _LONGEST_COMMAND:
        raise InvariantBroken(f"/{payload['name']} is longer than {_LONGEST_COMMAND} letters in all")
    for option in payload.get("options", ()):
        for choice in option.get("choices", ()):
            if not 0 < len(choice["value"]) <= _LONGEST_CHOICE:
                raise InvariantBroken(f"/{payload['name']} has a choice of {len(choice['value'])} letters")
        _check(option)


def _length(payload: Mapping[str, Any]) -> int:
    own = len(payload["name"]) + len(payload.get("description", ""))
    own += sum(len(choice["name"]) + len(choice["value"]) for choice in payload.get("choices", ()))
    return own + sum(_length(option) for option in payload.get("options", ()))


async def sync(tree: Tree, kept: Kept) -> dict[str, str]:
    """Tell Discord the commands where they differ from what it was told last; give their mentions by name.

    Raises:
        InvariantBroken: Discord refuses them.
        DeliveryError: they cannot be told now.
    """
    payload = [one.to_dict(tree) for one in tree.get_commands()]
    words = json.dumps([tree.client.application_id, payload], sort_keys=True)
    digest = hashlib.sha256(words.encode()).hexdigest()
    known = await kept.get() == digest
    with translated():
        try:
            told = await (tree.fetch_commands() if known else tree.sync())
        except app_commands.CommandSyncFailure as error:
            raise InvariantBroken(f"Discord refuses the commands: {error}") from error
    if not known:
        await kept.put(digest)
        log.info("commands_synced", count=len(told))
    return _mentions(told)


def _mentions(told: Iterable[app_commands.AppCommand]) -> dict[str, str]:
    """Write each command so that it can be tapped."""
    mentions: dict[str, str] = {}
    for one in told:
        if one.type is not discord.AppCommandType.chat_input:
            continue
        below = [option for option in one.options if isinstance(option, app_commands.AppCommandGroup)]
        mentions |= {option.name: option.mention for option in below} or {one.name: one.mention}
    return mentions
