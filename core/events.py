"""Events as text: a frozen dataclass to JSON and back, exactly, whatever it holds.

An event's class carries its own `version`; a body of an older one is read by what its class still accepts.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from data.errors import InvariantBroken

E = TypeVar("E")


def encode(event: object) -> str:
    """Write an event as JSON; decimals and times keep every digit. Strangers' words must be clean already."""
    kind: Any = type(event)
    return _adapter(kind).dump_json(event).decode()


def decode(kind: type[E], body: str) -> E:
    """Read an event of a kind.

    Raises:
        InvariantBroken: it is none of that kind.
    """
    wanted: Any = kind
    try:
        found: E = _adapter(wanted).validate_json(body)
    except ValidationError as error:
        raise InvariantBroken(f"not a {kind.__name__}: {error.error_count()} parts") from error
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
