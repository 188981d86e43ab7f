"""What a command is: declared once, checked as it is declared; front ends, help and docs read it."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from data.errors import BadArgument
from data.models.chat import Actor, Chat, Level, Place
from data.ports import Deadline
from handlers.args import Param, assign, bind, params_of
from handlers.reply import Reply

_NAME = re.compile(r"[a-z][a-z0-9_]{0,11}")
_OPTION = re.compile(r"[a-z][a-z0-9_]{0,31}")
SUMMARY_LIMIT = 100  # Discord's; Telegram takes 256
CHOICES_LIMIT = 25


class Group(StrEnum):
    """The heading a command stands under in help and docs."""

    TOKEN = "Token"  # noqa: S105 - a heading
    MARKET = "Market"
    WATCH = "Watch and alerts"
    DATA = "Data"
    YOU = "You and help"
    CHAT = "This chat"
    OPERATOR = "Operator"


class Origin(StrEnum):
    """How a command was said."""

    SLASH = "slash"
    TEXT = "text"
    BUTTON = "button"
    PASTE = "paste"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Cooldown:
    """For one person: `calls` at once, and no more than `calls` in `per_s` seconds in the long run."""

    calls: int
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ctx:
    """The request, and nothing more."""

    command: str
    actor: Actor
    chat: Chat
    origin: Origin
    deadline: Deadline
    now: datetime
    request_id: str
    given: Mapping[str, str] = dataclasses.field(default_factory=dict)  # the arguments as words
    private_url: str = ""  # opens a private chat with us
    locale: str = "en"
    flags: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    practice: bool = False


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Arguments of a command that takes none."""


Result: TypeAlias = Awaitable[Reply] | AsyncGenerator[Reply, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """A command: its declaration and the function that answers."""

    name: str
    summary: str
    group: Group
    run: Callable[..., Result]
    args: type[Any]
    params: tuple[Param, ...]
    services: Mapping[str, type[Any]]
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    level: Level = Level.ANYONE
    place: Place = Place.BOTH
    cooldown: Cooldown | None = None
    slow: bool = False
    private: bool = False
    flag: str = ""
    standing: bool = False  # asks what the caller is in this chat, whatever its level
    menu: bool = True  # shown in menus and slash lists; hidden ones stay typeable
    streams: bool = False  # answers with frame after frame, not with one

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def usage(self) -> str:
        return " ".join((f"/{self.name}", *(param.usage for param in self.params)))

    def named(self, words: Sequence[str]) -> dict[str, str]:
        """Name the words as typed.

        Raises:
            BadArgument: a word fits no argument.
        """
        return assign(self.params, words)

    def bind(self, named: Mapping[str, str]) -> Any:
        """Make the arguments from named words.

        Raises:
            BadArgument: a word does not fit, is missing, or belongs to no argument.
        """
        return bind(self.args, self.params, named)

    @property
    def loosenable(self) -> bool:
        """Whether a chat's rules may change who runs it."""
        return self.level <= Level.PAPER


class IllegalDeclaration(ValueError):
    """A command is declared in a way that some platform or reader could not take."""


def command(
    name: str,
    summary: str,
    *,
    group: Group,
    args: type[Any] = NoArgs,
    examples: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    level: Level = Level.ANYONE,
    place: Place = Place.BOTH,
    cooldown: Cooldown | None = None,
    slow: bool = False,
    private: bool = False,
    flag: str = "",
    standing: bool = False,
    menu: bool = True,
) -> Callable[[Callable[..., Result]], CommandSpec]:
    """Declare the command that the decorated function `(ctx, args, *, services)` answers.

    Raises:
        IllegalDeclaration: as it is declared, at import.
    """

    def declare(run: Callable[..., Result]) -> CommandSpec:
        spec = CommandSpec(
            name=name, summary=summary, group=group, run=run, args=args, params=_read_params(args),
            services=_services(run), examples=examples or (name,), aliases=aliases, level=level, place=place,
            cooldown=cooldown, slow=slow, private=private, flag=flag, standing=standing, menu=menu,
            streams=inspect.isasyncgenfunction(run),
        )  # fmt: skip
        _check(spec)
        return spec

    return declare


def _read_params(args: type[Any]) -> tuple[Param, ...]:
    try:
        return params_of(args)
    except TypeError as error:
        raise IllegalDeclaration(str(error)) from error


def _services(run: Callable[..., Result]) -> Mapping[str, type[Any]]:
    """Read which services a function asks for: its keyword-only parameters, by type."""
    hints = typing.get_type_hints(run)
    parameters = inspect.signature(run).parameters.values()
    return {item.name: hints[item.name] for item in parameters if item.kind is item.KEYWORD_ONLY}


def services_of(function: Callable[..., Any]) -> Mapping[str, type[Any]]:
    """Tell the services that a completer asks for."""
    return _services(function)


def _check(spec: CommandSpec) -> None:
    """Refuse what a platform, the binder or a reader could not take."""
    for name in spec.names:
        _require(_NAME.fullmatch(name) is not None, spec, f"name {name!r}")
    _require(0 < len(spec.summary) <= SUMMARY_LIMIT, spec, "summary is empty or over 100 characters")
    _require(len(spec.params) <= CHOICES_LIMIT, spec, "more than 25 arguments")
    optional_seen = False
    for index, param in enumerate(spec.params):
        _require(_OPTION.fullmatch(param.name) is not None, spec, f"argument name {param.name!r}")
        _require(0 < len(param.about.summary) <= SUMMARY_LIMIT, spec, f"{param.name} has no summary")
        _require(len(param.choices) <= CHOICES_LIMIT, spec, f"{param.name} has more than 25 choices")
        _require(
            not (param.required and optional_seen), spec, f"{param.name} is required after an optional one"
        )
        last = index == len(spec.params) - 1
        _require(
            last or not param.takes_all,
            spec,
            f"{param.name} takes all words, but is not last",
        )
        optional_seen = optional_seen or not param.required
    for example in spec.examples:
        head, *words = example.split() or [""]
        _require(head in spec.names, spec, f"example {example!r} is of another command")
        try:
            spec.bind(spec.named(words))
        except BadArgument as error:
            raise IllegalDeclaration(f"{spec.name}: example {example!r}: {error}") from error


def _require(good: bool, spec: CommandSpec, problem: str) -> None:
    if not good:
        raise IllegalDeclaration(f"{spec.name}: {problem}")
