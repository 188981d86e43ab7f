"""The rules of the scan: declared one a function, discovered from their package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

from core.security.facts import Finding, TokenFacts
from data.errors import InvariantBroken
from data.models.fields import Field

_PACKAGE = "core.security.rules"

Check: TypeAlias = Callable[[TokenFacts], Finding | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One question about a token; None where it does not arise.

    `essential` says that a token of which the answer is unknown cannot be called clear. `fields` are what it
    looks at.
    """

    name: str
    check: Check
    fields: frozenset[Field[Any]]
    essential: bool

    def __call__(self, facts: TokenFacts) -> Finding | None:
        found = self.check(facts)
        return None if found is None else replace(found, rule=self.name)


def rule(*fields: Field[Any], essential: bool = False) -> Callable[[Check], Rule]:
    """Declare the decorated function, which looks at `fields`, as a rule under its own name."""

    def declare(check: Check) -> Rule:
        return Rule(name=check.__name__, check=check, fields=frozenset(fields), essential=essential)

    return declare


@cache
def rules() -> tuple[Rule, ...]:
    """Import every module of `rules` and collect what they declare, by name.

    Raises:
        InvariantBroken: two rules share a name.
    """
    found: dict[str, Rule] = {}
    package = importlib.import_module(_PACKAGE)
    for module in sorted(item.name for item in pkgutil.iter_modules(package.__path__)):
        for value in vars(importlib.import_module(f"{_PACKAGE}.{module}")).values():
            if isinstance(value, Rule) and found.setdefault(value.name, value) is not value:
                raise InvariantBroken(f"two rules are called {value.name}")
    return tuple(found.values())


@cache
def wanted() -> frozenset[Field[Any]]:
    """List the fields that the rules look at."""
    return frozenset(key for item in rules() for key in item.fields)
