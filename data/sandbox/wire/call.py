"""What a vendor's module declares: where it is mounted, what it answers to, and how it words its refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from data.sandbox.world import World

if TYPE_CHECKING:
    from multidict import MultiMapping

_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a client asked: the named parts of the path, and the query."""

    path: Mapping[str, str]
    query: Mapping[str, str]

    def number(self, name: str, default: int) -> int:
        """Read a whole number of the query; what is none, or is beyond reason, counts as left out."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() and len(text) <= _DIGITS else default

    def listed(self, name: str) -> list[str]:
        """Split a comma-separated part of the path or the query."""
        text = self.path.get(name) or self.query.get(name, "")
        return [item for item in text.split(",") if item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back, before it is written as JSON."""

    body: object
    status: int = 200


Handler: TypeAlias = Callable[[World, Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor's API: `root` follows the vendor's id in the mount, `routes` follow `root`."""

    id: str
    root: str
    routes: Mapping[str, Handler]
    throttled: object  # the body of its 429
    refusal: object  # the error that it sends with a 200


def merged(query: MultiMapping[str]) -> dict[str, str]:
    """Join the values of a name that is given more than once with commas."""
    return {name: ",".join(query.getall(name)) for name in query}


def plain(value: float) -> str:
    """Write a number without an exponent, as vendors that send strings do."""
    return format(Decimal(repr(value)), "f")


def whole(value: float) -> int | float:
    """Drop the decimals of a large number, keep two of a small one."""
    return round(value) if abs(value) >= 100_000 or value == 0 else round(value, 2)


def iso(at: datetime) -> str:
    """Write an instant as ISO 8601 with a Z, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(at: datetime) -> str:
    """Write an instant as ISO 8601 with a Z, to the millisecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def unix_ms(at: datetime) -> int:
    """Turn an instant into unix milliseconds."""
    return int(at.timestamp() * 1000)
