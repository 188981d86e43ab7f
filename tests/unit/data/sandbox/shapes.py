"""Comparing the shape of JSON: which keys there are, and of which types their values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[4] / "data" / "providers" / "samples"


def sample(name: str) -> Any:
    """Load a recorded answer by `vendor/file`, without its ending."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


@dataclass(slots=True)
class Shape:
    """What was seen at one place: types, keys, and the keys that were always there."""

    types: set[str] = field(default_factory=set)
    keys: dict[str, Shape] = field(default_factory=dict)
    always: set[str] | None = None
    items: Shape | None = None

    def learn(self, value: Any) -> Shape:
        """Add what one value shows."""
        self.types.add(kind(value))
        if isinstance(value, Mapping):
            self.always = set(value) if self.always is None else self.always & set(value)
            for key, each in value.items():
                self.keys.setdefault(key, Shape()).learn(each)
        elif isinstance(value, list):
            self.items = self.items or Shape()
            for each in value:
                self.items.learn(each)
        return self


def kind(value: Any) -> str:
    """Name the JSON type of a value."""
    names = {bool: "bool", int: "number", float: "number", str: "string", list: "list", dict: "object"}
    return "null" if value is None else names[type(value)]


def differences(
    value: Any, shape: Shape, *, extra: Set[str] = frozenset(), lacking: Set[str] = frozenset(),
    nullable: Set[str] = frozenset(), free: Set[str] = frozenset(), at: str = "$",
) -> Iterator[str]:  # fmt: skip
    """List where a value departs from a shape.

    `extra` and `lacking` name keys that may come or stay away besides, `nullable` those that may be null or
    filled, and `free` those whose inside is not compared, because its keys are addresses.
    """
    name = at.rsplit(".", 1)[-1]
    may_be_null = name in nullable and (value is None or shape.types == {"null"})
    if shape.types and kind(value) not in shape.types and not may_be_null:
        yield f"{at}: {kind(value)} instead of {sorted(shape.types)}"
        return
    allowed: dict[str, Set[str]] = {"extra": extra, "lacking": lacking, "nullable": nullable, "free": free}
    if isinstance(value, Mapping) and name not in free:
        yield from (f"{at}.{key} is missing" for key in (shape.always or set()) - set(value) - lacking)
        for key, each in value.items():
            if key in shape.keys:
                yield from differences(each, shape.keys[key], at=f"{at}.{key}", **allowed)
            elif key not in extra:
                yield f"{at}.{key} is not the vendor's"
    elif isinstance(value, list) and shape.items is not None:
        for each in value:
            yield from differences(each, shape.items, at=f"{at}[]", **allowed)
