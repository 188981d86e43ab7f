"""A vendor that changes its format and tells nobody: every field of every answer renamed, retyped or nested.

Whatever is changed, a parser refuses the answer or says less than before: never anything that it did not say.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

import pytest

from data.errors import UpstreamError
from data.models.market import Record
from data.models.rehearsal import Verdict
from data.providers.base import Endpoint, Provider
from tests.unit.data.providers.recorded import ENDPOINTS, Case, cases

# The names on the way to a value; the places of lists are all the same.
Way: TypeAlias = tuple[str, ...]
Fact: TypeAlias = tuple[object, ...]
_MOST_WAYS = 150
# Where a second name, or the careful word for "not said", takes the place of what is gone.
INSTEAD = {
    "address", "at", "boosts", "dex", "failed", "label", "level", "outlet", "owner", "top10", "transfer_fee",
    "url", "verified",
}  # fmt: skip
# One transaction is read as a whole: its accounts are told apart by their places.
WHOLE = frozenset({"transaction", "signatures"})


def ways(body: Any, at: Way = ()) -> Iterator[Way]:
    """List the ways to the named values of an answer."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            yield (*at, str(name))
            yield from ways(value, (*at, str(name)))
    elif isinstance(body, list):
        for value in body:
            yield from ways(value, at)


def changed(body: Any, way: Way, change: Callable[[dict[str, Any], str], None]) -> Any:
    """Change what is at the end of a way, in every row of a list."""
    result = copy.deepcopy(body)
    _walk(result, way, change)
    return result


def _walk(body: Any, way: Way, change: Callable[[dict[str, Any], str], None]) -> None:
    if isinstance(body, list):
        for value in body:
            _walk(value, way, change)
    elif isinstance(body, dict) and way[0] in body:
        if len(way) > 1:
            _walk(body[way[0]], way[1:], change)
        else:
            change(body, way[0])


def renamed(holder: dict[str, Any], name: str) -> None:
    holder[f"new_{name}"] = holder.pop(name)


def retyped(holder: dict[str, Any], name: str) -> None:
    match holder[name]:
        case bool():
            holder[name] = "maybe"
        case None:
            pass  # nothing was said: an empty list in its place would be another answer
        case str():
            holder[name] = [holder[name]]
        case list():
            holder[name] = {str(place): value for place, value in enumerate(holder[name])}
        case dict():
            holder[name] = [*holder[name].values()]
        case _:
            holder[name] = {"amount": holder[name]}


def nested(holder: dict[str, Any], name: str) -> None:
    holder[name] = {"data": holder[name]}


def said(records: tuple[Record, ...]) -> set[Fact]:
    """List everything that records say, each with whom it is said of."""
    return {(type(record).__name__, _whom(record), *leaf) for record in records for leaf in _leaves(record)}


def _whom(record: Record) -> object:
    return getattr(record, "address", None) or getattr(record, "token", None)


def _leaves(value: Any, at: Way = ()) -> Iterator[Fact]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        key = getattr(value, "field", None)
        for each in dataclasses.fields(value):
            if each.name != "field":
                yield from _leaves(getattr(value, each.name), (*at, str(getattr(key, "name", "")), each.name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*at, str(name)))
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from _leaves(inner, at)
    elif value is not None and value != "" and not (isinstance(value, Enum) and value.value in {"", None}):
        yield (at, value.normalize() if isinstance(value, Decimal) else value)


def parsed(endpoint: Endpoint, case: Case, body: Any) -> set[Fact]:
    try:
        return said(endpoint.parse(body, case.ask, case.at))
    except UpstreamError:
        return set()


def is_careful(fact: Fact) -> bool:
    """Tell whether a fact is what a parser says in place of one that it could not read."""
    _, _, way, value = fact
    return value in {"unparseableExtension", Verdict.OPEN} or bool(INSTEAD & {*way})  # type: ignore[misc]


CHANGES = (renamed, retyped, nested)


def _rows() -> Iterator[Any]:
    for provider, endpoint in ENDPOINTS:
        if endpoint.capability.value in WHOLE:
            continue
        for change in CHANGES:
            yield pytest.param(
                provider, endpoint, change, id=f"{provider.id}:{endpoint.name}-{change.__name__}"
            )


@pytest.mark.parametrize(("provider", "endpoint", "change"), [*_rows()])
def test_a_changed_format_says_less_and_nothing_else(
    provider: Provider, endpoint: Endpoint, change: Callable[[dict[str, Any], str], None]
) -> None:
    fewer = 0
    wrong: list[tuple[Way, set[Fact]]] = []
    for case in cases(provider, endpoint):
        before = said(endpoint.parse(case.body, case.ask, case.at))
        for way in list(dict.fromkeys(ways(case.body)))[:_MOST_WAYS]:
            after = parsed(endpoint, case, changed(case.body, way, change))
            fewer += after < before
            more = {fact for fact in after - before if not is_careful(fact)}
            if more:
                wrong.append((way, more))
    assert fewer
    assert not wrong, (len(wrong), wrong[:6])
