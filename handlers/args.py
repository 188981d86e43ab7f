"""Words become domain types: one converter a type, and the binding of words to a command's arguments.

A word that does not fit raises BadArgument with what was wrong, what is expected and an example.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from core import addresses
from core.addresses import TokenRef
from data.errors import BadArgument
from data.models.chat import Level, SubjectKind
from data.models.ids import Platform
from data.models.market import Timeframe
from data.models.money import EXACT
from data.models.text import one_line, visible

MANY_LIMIT = 10


@dataclass(frozen=True, slots=True)
class PersonRef:
    """How a person was named: an id on a platform, our own id, or a name."""

    text: str
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a chat's rule is about."""

    kind: SubjectKind
    id: str = ""


@dataclass(frozen=True, slots=True)
class Converter:
    """Reads one word; `parse` gives None where it does not fit."""

    parse: Callable[[str], Any]
    expected: str
    example: str
    choices: tuple[str, ...] = ()


_SUFFIX = {"k": 3, "m": 6, "b": 9}
_QUANTITY = re.compile(r"\$?([1-9]\d{0,2}(?:,\d{3})+|\d{1,24})?(\.\d{1,18})?([kmb])?", re.IGNORECASE)


def quantity(word: str) -> Decimal | None:
    """Read an amount such as 0.5, 1.5m or 3,000; a comma counts only before groups of three digits.

    0,500 is refused: to whoever writes a decimal comma it is half of one.
    """
    match = _QUANTITY.fullmatch(word) if word.isascii() else None
    if match is None or not (match[1] or match[2]):
        return None
    number = Decimal((match[1] or "0").replace(",", "") + (match[2] or ""))
    return EXACT.scaleb(number, _SUFFIX[match[3].lower()]) if match[3] else number


def _whole(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


def _person(word: str) -> PersonRef | None:
    mention = re.fullmatch(r"<@!?(\d{1,25})>", word)
    if mention:
        return PersonRef(mention[1], Platform.DISCORD)
    platform, colon, rest = word.partition(":")
    if colon and platform in set(Platform):
        return PersonRef(rest, Platform(platform)) if rest else None
    name = visible(word, 64).removeprefix("@").strip()
    return PersonRef(name) if name else None


def _subject(word: str) -> Subject | None:
    if word in {"everyone", "all", "*"}:
        return Subject(SubjectKind.EVERYONE)
    if match := re.fullmatch(r"<@!?(\d{1,25})>", word):
        return Subject(SubjectKind.USER, match[1])
    if match := re.fullmatch(r"<@&(\d{1,25})>", word):
        return Subject(SubjectKind.ROLE, match[1])
    if match := re.fullmatch(r"<#(\d{1,25})>", word):
        return Subject(SubjectKind.CHANNEL, match[1])
    kind, colon, rest = word.partition(":")
    kind = "channel" if kind == "topic" else kind
    if colon and rest and len(rest) <= 64 and kind in {"user", "role", "channel"}:
        return Subject(SubjectKind(kind), rest.removeprefix("@"))
    if word.startswith("@") and 1 < len(word) <= 64:
        return Subject(SubjectKind.USER, word[1:])
    return Subject(SubjectKind.CHANNEL, "here") if word == "here" else None


def _level(word: str) -> Level | None:
    if word in {"0", "1", "2", "3", "6"}:
        return Level(int(word))
    return {"member": Level.MEMBER, "paper": Level.PAPER, "live": Level.LIVE, "operator": Level.OPERATOR,
            "anyone": Level.ANYONE}.get(word.lower())  # fmt: skip


_TIMEFRAMES = {frame.value: frame for frame in Timeframe}

CONVERTERS: dict[Any, Converter] = {
    TokenRef: Converter(
        addresses.parse_ref,
        "an address, $TICKER, or a chart link",
        "$BONK",
    ),
    Timeframe: Converter(
        lambda word: _TIMEFRAMES.get(word.lower()),
        f"a timeframe: {', '.join(_TIMEFRAMES)}",
        "1h",
        tuple(_TIMEFRAMES),
    ),
    Decimal: Converter(quantity, "an amount", "1.5m"),
    int: Converter(_whole, "a whole number", "10"),
    str: Converter(lambda word: visible(word, 500).strip() or None, "a word", "text"),
    PersonRef: Converter(_person, "a person: @name, an id, or platform:id", "telegram:123"),
    Subject: Converter(_subject, "everyone, here, @user, user:ID, role:ID or topic:ID", "role:123"),
    Level: Converter(
        _level, "a level", "member", ("anyone", "member", "paper", "live", "operator")
    ),
}  # fmt: skip


def choice_converter(hint: Any) -> Converter | None:
    """Make a converter for a Literal of words or an enum of words; None for any other type."""
    if get_origin(hint) is Literal:
        values = {str(value).lower(): value for value in get_args(hint)}
    elif isinstance(hint, type) and issubclass(hint, StrEnum):
        values = {item.value: item for item in hint}
    else:
        return None
    names = tuple(values)
    return Converter(lambda word: values.get(word.lower()), f"one of {', '.join(names)}", names[0], names)


Completer: TypeAlias = Callable[..., Awaitable[tuple[tuple[str, str], ...]]]


@dataclass(frozen=True, slots=True)
class Arg:
    """What an argument is for.

    `complete` is an async function (ctx, typed, *, services) giving (label, value) pairs. `rest` takes all
    remaining words as one. `low` and `high` bound a whole number.
    """

    summary: str
    complete: Completer | None = None
    rest: bool = False
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One argument of a command, read from its dataclass."""

    name: str
    kind: Any
    about: Arg
    converter: Converter
    required: bool
    many: bool

    @property
    def choices(self) -> tuple[str, ...]:
        return self.converter.choices

    @property
    def usage(self) -> str:
        """How the usage line writes it."""
        word = "|".join(self.choices) if 0 < len(self.choices) <= 6 else self.name
        word += "…" if self.many else ""
        return f"<{word}>" if self.required else f"[{word}]"

    @property
    def gathers(self) -> bool:
        """Whether it is an optional set of choices: it takes each word that names one, wherever it stands."""
        return self.many and bool(self.choices) and not self.required

    @property
    def takes_all(self) -> bool:
        """Whether it eats all words that are left."""
        return (self.many and not self.gathers) or self.about.rest

    @property
    def expected(self) -> str:
        about = self.about
        if self.kind is int and about.low is not None and about.high is not None:
            return f"a whole number from {about.low} to {about.high}"
        return self.converter.expected

    def accepts(self, word: str) -> Any | None:
        """Read one word; None where it does not fit."""
        value = self.converter.parse(word)
        if isinstance(value, int) and self.kind is int:
            low, high = self.about.low, self.about.high
            if (low is not None and value < low) or (high is not None and value > high):
                return None
        return value

    def read(self, word: str) -> Any:
        """Read one word.

        Raises:
            BadArgument: it does not fit.
        """
        value = self.accepts(word)
        if value is None:
            raise refusal(self, word)
        return value


def refusal(param: Param, word: str) -> BadArgument:
    """Word why an argument does not fit."""
    shown = one_line(word, 60)
    detail = ""
    if param.kind is TokenRef and addresses.looks_like_address(word):
        detail = " (an address has 32 to 44 letters and digits and is case-sensitive; was it cut?)"
    return BadArgument(
        f"{param.name} {shown!r} is not {param.expected}{detail}.",
        argument=param.name,
        hint=f"Example: {param.converter.example}",
    )


def params_of(args: type[Any]) -> tuple[Param, ...]:
    """Read a command's arguments from their dataclass, in order.

    Raises:
        TypeError: a type has no converter.
    """
    hints = get_type_hints(args, include_extras=True)
    return tuple(_param(args, item, hints[item.name]) for item in dataclasses.fields(args))


def _param(args: type[Any], item: dataclasses.Field[Any], hint: Any) -> Param:
    about = Arg("")
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        about = next((extra for extra in extras if isinstance(extra, Arg)), about)
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    many = get_origin(hint) is tuple
    if many:
        hint = get_args(hint)[0]
    converter = CONVERTERS.get(hint) or choice_converter(hint)
    if converter is None:
        raise TypeError(f"{args.__name__}.{item.name}: no converter for {hint!r}")
    required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    return Param(name=item.name, kind=hint, about=about, converter=converter, required=required, many=many)


class MissingArgument(BadArgument):
    """A required argument was not given; `given` holds those that were."""

    def __init__(self, param: Param, given: Mapping[str, str]) -> None:
        super().__init__(f"{param.name} is missing: {param.expected}.", argument=param.name)
        self.param = param
        self.given = given


def assign(params: Sequence[Param], words: Sequence[str]) -> dict[str, str]:
    """Name the words as typed: required arguments take them in order, optional ones wherever they fit.

    Raises:
        BadArgument: an optional word fits no argument, or there is one too many.
    """
    named: dict[str, str] = {}
    left = [word for word in words if visible(word).strip()]
    for param in (param for param in params if param.required):
        if left:
            named[param.name] = _take(param, left)
    optional = [param for param in params if not param.required]
    while left:
        fitting = next((param for param in optional if _fits(param, left[0])), None)
        if fitting is None:
            raise _misfit(optional, left[0])
        if fitting.gathers:
            named[fitting.name] = " ".join(filter(None, (named.get(fitting.name), left.pop(0))))
            continue
        optional.remove(fitting)
        named[fitting.name] = _take(fitting, left)
    return named


def _fits(param: Param, word: str) -> bool:
    """Tell whether an optional argument takes a word; a set takes choices joined by commas."""
    if param.gathers:
        return any(param.accepts(part) is not None for part in word.split(","))
    return param.takes_all or param.accepts(word) is not None


def _misfit(optional: Sequence[Param], word: str) -> BadArgument:
    """Word why no argument takes a word: the first that is left tells what it takes, and so does a set."""
    if not optional:
        return BadArgument(f"{one_line(word, 60)!r} is one word too many.")
    sets = [param for param in optional[1:] if param.gathers]
    if not sets:
        return refusal(optional[0], word)
    expected = "; ".join(f"{param.name} is {param.expected}" for param in optional)
    return BadArgument(
        f"{one_line(word, 60)!r} is no argument here: {expected}.",
        argument=sets[0].name,
        hint=f"Example: {sets[0].converter.example}",
    )


def _take(param: Param, left: list[str]) -> str:
    """Take the words that one argument eats off the front."""
    count = len(left) if param.takes_all else 1
    taken = " ".join(left[:count])
    del left[:count]
    return taken


def bind(args: type[Any], params: Sequence[Param], named: Mapping[str, str]) -> Any:
    """Make the arguments from named words, as options and buttons give them, and `assign` does.

    Raises:
        BadArgument: a word does not fit, is missing, or belongs to no argument.
    """
    known = {param.name for param in params}
    for name in named:
        if name not in known:
            raise BadArgument(f"There is no argument {one_line(name, 30)!r} here.", argument=name)
    values: dict[str, Any] = {}
    for param in params:
        word = named.get(param.name, "").strip()
        if word:
            values[param.name] = _many(param, word) if param.many else param.read(word)
        elif param.required:
            raise MissingArgument(param, {name: given for name, given in named.items() if given.strip()})
    return args(**values)


def _many(param: Param, word: str) -> tuple[Any, ...]:
    words = word.replace(",", " ").split()
    if not words:
        raise refusal(param, word)
    if len(words) > MANY_LIMIT:
        raise BadArgument(f"At most {MANY_LIMIT} at once, {len(words)} were given.", argument=param.name)
    return tuple(dict.fromkeys(param.read(word) for word in words))
