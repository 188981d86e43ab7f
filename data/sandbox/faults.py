"""What can go wrong with a vendor, on demand: which fault, for whom, for how many requests.

Knows how a body is spoilt; sending it, or not, is the server's part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from enum import StrEnum

from data.errors import ConfigError
from data.sandbox.wire.vendors import IDS

ABSURD = (float("nan"), float("inf"), 1e308, -1.0, "1,234.5")


class Fault(StrEnum):
    """One way for a vendor to fail."""

    REFUSED = "refused"  # the connection is dropped before an answer
    HANG = "hang"  # no answer until the client gives up
    DRIP = "drip"  # the body comes in small pieces, a second apart
    RATE_LIMITED = "429"
    RATE_LIMITED_FOR = "429-retry-after"  # with a Retry-After header
    SERVER_ERROR = "500"
    HTML = "html"  # a page of a proxy, with status 200
    CUT = "cut"  # JSON that ends in the middle
    WRONG_SCHEMA = "wrong-schema"  # the right keys with values of other types
    ABSURD = "absurd"  # numbers that are none, or cannot be
    HUGE = "huge"  # a body of 50 MB
    ERROR_IN_200 = "error-in-200"  # the vendor's own error under a status of success


class Faults:
    """The faults in force, by vendor."""

    def __init__(self) -> None:
        self._set: dict[str, tuple[Fault, int | None]] = {}

    def set(self, vendor: str, fault: Fault, *, times: int | None = None) -> None:
        """Let a vendor fail, for the next `times` requests or until cleared.

        Raises:
            ConfigError: there is no such vendor, so that nothing would ever fail.
        """
        if vendor not in IDS:
            raise ConfigError([f"no vendor {vendor!r} in the sandbox; known are {', '.join(sorted(IDS))}"])
        self._set[vendor] = (fault, times)

    def set_all(self, text: str) -> None:
        """Set faults from a line such as `rugcheck=500,jupiter=429`.

        Raises:
            ConfigError: there is no such vendor or no such fault.
        """
        for part in filter(None, (part.strip() for part in text.split(","))):
            vendor, _, name = (word.strip() for word in part.partition("="))
            if name not in frozenset(Fault):
                known = ", ".join(Fault)
                raise ConfigError([f"unknown fault {name!r} for {vendor}; known are {known}"])
            self.set(vendor, Fault(name))

    def clear(self, vendor: str | None = None) -> None:
        """Heal one vendor, or all."""
        if vendor is None:
            self._set.clear()
        else:
            self._set.pop(vendor, None)

    def strike(self, vendor: str) -> Fault | None:
        """Tell whether the next request of a vendor fails, and how; this counts as that request."""
        fault, left = self._set.get(vendor, (None, None))
        if fault is not None and left is not None:
            if left <= 1:
                del self._set[vendor]
            else:
                self._set[vendor] = (fault, left - 1)
        return fault


def absurd(body: object) -> object:
    """Replace every number, also one in a string, by an absurd one in turn."""
    return _absurd(body, itertools.cycle(ABSURD))


def _absurd(value: object, figures: Iterator[object]) -> object:
    if isinstance(value, Mapping):
        return {key: _absurd(each, figures) for key, each in value.items()}
    if isinstance(value, list):
        return [_absurd(each, figures) for each in value]
    if _is_number(value):
        figure = next(figures)
        return str(figure) if isinstance(value, str) else figure
    return value


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.replace(".", "", 1).replace("-", "", 1).isdecimal()
    return isinstance(value, int | float) and not isinstance(value, bool)


def wrong_schema(body: object) -> object:
    """Keep the keys of a body and give every value another type."""
    if isinstance(body, Mapping):
        return {key: _retyped(value) for key, value in body.items()} or []
    return {"items": _retyped(body)}


def _retyped(value: object) -> object:
    if isinstance(value, Mapping):
        return wrong_schema(value)
    if isinstance(value, list):
        return {str(index): _retyped(each) for index, each in enumerate(value)}
    if isinstance(value, bool) or value is None:
        return "maybe"
    return [] if isinstance(value, str) else {"value": value}
