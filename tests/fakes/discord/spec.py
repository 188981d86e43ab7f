"""Knows Discord's OpenAPI document: which calls exist, what they may hold. Refuses to know any behaviour."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .ledger import FieldError, Json

DOCUMENT = Path(__file__).parent.parent / "specs" / "discord-openapi.json"
_URI = "urn:discord"


@dataclass(frozen=True)
class Operation:
    """One method of one path; `pointer` locates it inside the document."""

    method: str
    template: str
    pointer: str
    registry: Registry[Any]
    details: Json

    @property
    def public(self) -> bool:
        """Whether the call may come without the bot's token."""
        return {} in self.details.get("security", ({},))

    @cached_property
    def _body(self) -> Draft202012Validator | None:
        if "application/json" not in self.details.get("requestBody", {}).get("content", {}):
            return None
        return self._validator("/requestBody/content/application~1json/schema")

    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{_URI}#{self.pointer}{pointer}"}, registry=self.registry)

    def body_errors(self, body: object) -> list[FieldError]:
        """Say where a request body breaks the document."""
        if self._body is None:
            return []
        if body is None:
            required = self.details["requestBody"].get("required", False)
            return [FieldError((), "BASE_TYPE_REQUIRED", "This field is required")] if required else []
        return _field_errors(self._body, body)

    def answer_errors(self, status: int, answer: object) -> list[FieldError]:
        """Say where an answer breaks the document, for the fake to check itself."""
        response = self.details["responses"].get(str(status))
        if response is None:
            return [FieldError((), "STATUS", f"{status} is not documented")]
        if "content" not in response:
            return [] if answer is None else [FieldError((), "BODY", "no body is documented")]
        pointer = f"/responses/{status}/content/application~1json/schema"
        return _field_errors(self._validator(pointer), answer)


class Spec:
    """Every operation of the document, found by method and path."""

    def __init__(self, document: Json) -> None:
        # Discord takes ids as numbers too, and discord.py sends them so inside bodies.
        document["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document))
        self._operations: dict[tuple[str, str], Operation] = {}
        patterns: dict[str, re.Pattern[str]] = {}
        for template, item in document["paths"].items():
            patterns[template] = _pattern(template, item, document)
            for method, details in item.items():
                if method != "parameters":
                    pointer = f"/paths/{template.replace('/', '~1')}/{method}"
                    operation = Operation(method.upper(), template, pointer, registry, details)
                    self._operations[method.upper(), template] = operation
        # A literal path (`@me`, `@original`) wins over one with a parameter in its place.
        self._patterns = sorted(patterns.items(), key=lambda pair: pair[0].count("{"))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation behind a call and its path parameters."""
        for template, pattern in self._patterns:
            match = pattern.fullmatch(path)
            if match and (method, template) in self._operations:
                return self._operations[method, template], match.groupdict()
        return None


@cache
def load() -> Spec:
    """Read the document, once per process."""
    return Spec(cast(Json, json.loads(DOCUMENT.read_bytes())))


def _pattern(template: str, item: Json, document: Json) -> re.Pattern[str]:
    """Turn `/channels/{channel_id}` into a pattern that takes digits where the document says snowflake."""
    schemas = {each["name"]: each["schema"] for each in item.get("parameters", ())}

    def group(match: re.Match[str]) -> str:
        reference = schemas.get(match[1], {}).get("$ref", "")
        shape = r"\d+" if reference.endswith("/SnowflakeType") else "[^/]+"
        return f"(?P<{match[1]}>{shape})"

    return re.compile(re.sub(r"\{(\w+)\}", group, template))


def _field_errors(validator: Draft202012Validator, value: object) -> list[FieldError]:
    return [_as_field_error(leaf) for error in validator.iter_errors(value) for leaf in _leaves(error)]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Follow a union's failure into the branch that was meant."""
    if not error.context:
        yield error
        return
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for inner in min(branches.values(), key=_distance):
        yield from _leaves(inner)


def _distance(branch: list[ValidationError]) -> tuple[bool, int]:
    """Rank branches: the right `type` first, then the one whose failure lies deepest."""
    other_type = any(list(error.path)[-1:] == ["type"] for error in branch)
    return other_type, -max(len(error.path) for error in branch)


def _as_field_error(error: ValidationError) -> FieldError:
    path = tuple(error.absolute_path)
    match error.validator:
        case "maxLength" | "maxItems":
            limit = error.validator_value
            return FieldError(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")
        case "minLength" | "minItems":
            limit = error.validator_value
            return FieldError(path, "BASE_TYPE_MIN_LENGTH", f"Must be {limit} or more in length.")
        case "required":
            # One error per missing property; only its message says which.
            missing = error.message.split("'")[1]
            return FieldError((*path, missing), "BASE_TYPE_REQUIRED", "This field is required")
        case "enum" | "const":
            return FieldError(path, "BASE_TYPE_CHOICES", f"Value must be one of {error.validator_value}.")
        case _:
            return FieldError(path, "BASE_TYPE_INVALID", error.message[:200])
