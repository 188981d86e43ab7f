"""The Bot API's own description, as a judge of calls: parameters, nested types, lengths.

Reads the machine-readable documentation (`tests/fakes/specs`) and takes limits, fixed values and choices from
its prose. Rules that span several fields are in `rules`. Knows nothing of chats, people or earlier calls.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from tests.fakes.telegram import markup, rules
from tests.fakes.telegram.formatted import MarkupError, is_blank, utf16_length
from tests.fakes.telegram.verdict import Json, Problem, Rule

SPECS = Path(__file__).parents[1] / "specs"

_LENGTH = re.compile(r"\b(\d+)\s*-\s*(\d+) (characters|bytes)")
_CONSTANT = re.compile(r"(?:always|must be) [\"“]?(\w+)[\"”]?\.?$")
_CHOICES = re.compile(r"(?:[Mm]ust|[Cc]urrently, it can) be one of (.*)")
_QUOTED = re.compile(r'"([^"]+)"')
_ARRAY = "Array of "
_SCALARS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "InputFile": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}
_ABSENT = {  # how the server words a missing parameter where it has words of its own
    "chat_id": "chat_id is empty",
    "message_id": "message identifier is not specified",
    "text": "message text is empty",
    "user_id": "invalid user_id specified",
}

_TOO_LONG = {  # and a length outside its limits
    "answerCallbackQuery.text": "MESSAGE_TOO_LONG",
    "text": "message is too long",
    "message_text": "MESSAGE_TOO_LONG",
    "caption": "message caption is too long",
    "callback_data": "BUTTON_DATA_INVALID",
    "command": "BOT_COMMAND_INVALID",
    "id": "RESULT_ID_INVALID",
}


@dataclass(frozen=True, slots=True)
class Length:
    """The documented length of a string, both ends included; characters are UTF-16 code units."""

    low: int
    high: int
    unit: Literal["characters", "bytes"]

    def of(self, text: str) -> int:
        """Measure a text in this unit."""
        return len(text.encode()) if self.unit == "bytes" else utf16_length(text)


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or one field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    length: Length | None
    constant: str | None
    choices: frozenset[str]

    @classmethod
    def read(cls, raw: Json) -> Self:
        """Read a field and what its description says about its values."""
        prose = raw["description"]
        length = _LENGTH.search(prose)
        constant = _CONSTANT.search(prose) if raw["name"] in {"type", "source", "status"} else None
        choices = _CHOICES.search(prose)
        allowed = _QUOTED.findall(choices[1]) if choices else [constant[1]] if constant else []
        return cls(
            name=raw["name"],
            types=tuple(raw["types"]),
            required=raw["required"],
            length=Length(int(length[1]), int(length[2]), _unit(length[3])) if length else None,
            constant=constant[1] if constant else None,
            choices=frozenset(allowed),
        )


def _unit(word: str) -> Literal["characters", "bytes"]:
    return "bytes" if word == "bytes" else "characters"


@dataclass(frozen=True, slots=True)
class Definition:
    """A method or a type: its fields, or the types it may be. `opaque`: documented without either."""

    name: str
    fields: Mapping[str, Field]
    subtypes: tuple[str, ...]
    returns: tuple[str, ...]
    opaque: bool

    def rejects(self, value: Json) -> bool:
        """Tell whether a fixed field (such as `type`) of the value is another type's."""
        return any(
            f.constant is not None and f.name in value and value[f.name] != f.constant
            for f in self.fields.values()
        )

    def markup_keys(self, name: str) -> tuple[str, str] | None:
        """Return the names of the parse mode and the entities of a text; None for a text without markup."""
        own, shared = f"{name}_entities", name in {"text", "message_text"} and "entities" in self.fields
        if own not in self.fields and not shared:
            return None
        mode = f"{name}_parse_mode"
        return mode if mode in self.fields else "parse_mode", own if own in self.fields else "entities"

    def misfit(self, value: Json) -> int:
        """Count the names that an object has too many, and the required ones it lacks."""
        required = {f.name for f in self.fields.values() if f.required}
        return len(value.keys() - self.fields.keys()) + len(required - value.keys())


class Spec:
    """The whole Bot API as documented."""

    def __init__(self, base: Json, overlay: Json) -> None:
        self.version: str = base["version"]
        self.methods = _definitions(base["methods"], overlay["methods"])
        self.types = _definitions(base["types"], overlay["types"])

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the description kept beside the fakes, read once."""
        base = json.loads((SPECS / "telegram-bot-api.json").read_bytes())
        return cls(base, json.loads((SPECS / "telegram-bot-api-overlay.json").read_bytes()))

    def decode(self, method: str, raw: Mapping[str, Any]) -> Json:
        """Return form values as their documented types; what cannot be decoded stays a string."""
        fields = self.methods[method].fields
        return {
            name: _decode(value, fields[name].types) if name in fields else value
            for name, value in raw.items()
        }

    def check(self, method: str, params: Json) -> list[Problem]:
        """Return every documented rule that a decoded call breaks."""
        return list(self._fields(self.methods[method], params, ""))

    def check_value(self, type_name: str, value: object) -> list[Problem]:
        """Return every rule that a value of a named type breaks."""
        return list(self._value(value, (type_name,), type_name))

    def _value(self, value: object, types: tuple[str, ...], path: str) -> Iterator[Problem]:
        kinds = self._expand(types)
        if isinstance(value, list):
            items = tuple(kind.removeprefix(_ARRAY) for kind in kinds if kind.startswith(_ARRAY))
            if not items:
                yield _wrong_type(path, types, value)
                return
            for index, item in enumerate(value):
                yield from self._value(item, items, f"{path}[{index}]")
        elif isinstance(value, dict):
            yield from self._object(value, kinds, types, path)
        elif not any(_is(value, _SCALARS[kind]) for kind in kinds if kind in _SCALARS):
            yield _wrong_type(path, types, value)

    def _expand(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """Replace every type that is a choice of others by those others."""
        expanded: list[str] = []
        for name in types:
            definition = self.types.get(name)
            subtypes = definition.subtypes if definition else ()
            expanded += self._expand(subtypes) if subtypes else (name,)
        return tuple(expanded)

    def _object(
        self, value: Json, kinds: tuple[str, ...], types: tuple[str, ...], path: str
    ) -> Iterator[Problem]:
        candidates = [self.types[kind] for kind in kinds if kind in self.types and kind != "InputFile"]
        if not candidates:
            yield _wrong_type(path, types, value)
            return
        fitting = [candidate for candidate in candidates if not candidate.rejects(value)] or candidates
        closest = min(candidate.misfit(value) for candidate in fitting)
        verdicts = [list(self._fields(c, value, f"{path}.")) for c in fitting if c.misfit(value) == closest]
        yield from min(verdicts, key=len)

    def _fields(self, definition: Definition, value: Json, path: str) -> Iterator[Problem]:
        if definition.opaque:
            return
        for name in value.keys() - definition.fields.keys():
            yield Problem(Rule.UNKNOWN_PARAMETER, f"{path}{name} is not part of {definition.name}")
        for field in definition.fields.values():
            where = f"{path}{field.name}"
            if field.name not in value:
                if field.required:
                    answer = _ABSENT.get(field.name, f'parameter "{where}" is required')
                    yield Problem(Rule.MISSING_PARAMETER, f"{where} is missing", answer)
                continue
            wrong = list(self._value(value[field.name], field.types, where))
            yield from wrong
            if not wrong:
                yield from _content(definition, field, value, where)
        if rule := rules.BY_NAME.get(definition.name):
            yield from rule(value)


def _definitions(base: Json, overlay: Json) -> dict[str, Definition]:
    merged: dict[str, Definition] = {}
    for name in base.keys() | overlay.keys():
        old, new = base.get(name, {}), overlay.get(name, {})
        fields = {raw["name"]: Field.read(raw) for raw in [*new.get("fields", []), *old.get("fields", [])]}
        subtypes = tuple(old.get("subtypes", ()))
        merged[name] = Definition(
            name=name,
            fields=fields,
            subtypes=subtypes,
            returns=tuple(old.get("returns", ())),
            # newer abstract types are listed by name only
            opaque=not fields and not subtypes and name in overlay and "returns" not in old,
        )
    return merged


def _decode(value: object, types: tuple[str, ...]) -> object:
    if not isinstance(value, str):
        return value
    if "Integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "String" in types:
        return value
    if "Boolean" in types:
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is(value: object, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _wrong_type(path: str, types: tuple[str, ...], value: object) -> Problem:
    expected = " or ".join(types)
    return Problem(
        Rule.WRONG_TYPE,
        f"{path} must be {expected}, not {value!r:.60}",
        f'can\'t parse "{path}": expected {expected}',
    )


def _content(definition: Definition, field: Field, value: Json, where: str) -> Iterator[Problem]:
    """Check choices, markup and length of one string; the length of formatted text is what a person sees."""
    text = value[field.name]
    if not isinstance(text, str):
        return
    if field.choices and text not in field.choices:
        yield Problem(Rule.WRONG_TYPE, f"{where} is {text!r}, not a documented choice", f"{where} is invalid")
    if keys := definition.markup_keys(field.name):
        mode, entities = value.get(keys[0]), value.get(keys[1])
        if mode and entities:
            yield Problem(Rule.MARKUP, f"{keys[1]} count for nothing beside {keys[0]}")
        if not _is_list_of_objects(entities):
            return
        try:
            text = markup.parse(text, mode, entities).text
        except MarkupError as error:
            yield Problem(Rule.MARKUP, f"{where}: {error}", f"can't parse entities: {error}")
            return
        if field.length and field.length.low and is_blank(text):
            yield Problem(Rule.LENGTH, f"{where} is empty", "message text is empty")
            return
    if field.length:
        yield from _length(definition, field, field.length, text, where)


def _is_list_of_objects(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, dict) for item in value))


def _length(definition: Definition, field: Field, length: Length, text: str, where: str) -> Iterator[Problem]:
    measured = length.of(text)
    if length.low <= measured <= length.high:
        return
    fallback = f"{field.name} must be {length.low}-{length.high} {length.unit} long"
    answer = _TOO_LONG.get(f"{definition.name}.{field.name}") or _TOO_LONG.get(field.name, fallback)
    detail = f"{where} has {measured} {length.unit}, allowed are {length.low} to {length.high}"
    yield Problem(Rule.LENGTH, detail, answer)
