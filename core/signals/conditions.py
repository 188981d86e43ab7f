"""How a detector says what it saw: conditions with figures, in ways to fire. Pure.

A detector never answers yes or no: it lists what it asked and what came out. Whether it fires, how strongly,
why, and why not are all read from the same list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.signals.spec import Part, Reason, Refusal, SignalType


class Sense(StrEnum):
    """How a value must stand to its bound."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing asked: a value, and the bound it must stand to; None is unknown for want of `part`.

    `grows` says that going further past the bound makes the signal stronger.
    """

    key: str
    value: float | None
    sense: Sense
    bound: float
    part: Part
    grows: bool = False

    @property
    def met(self) -> bool:
        """Whether it holds; what is unknown does not."""
        value = self.value
        if value is None:
            return False
        if self.sense is Sense.ABOVE:
            return value > self.bound
        if self.sense is Sense.AT_LEAST:
            return value >= self.bound
        if self.sense is Sense.BELOW:
            return value < self.bound
        return value <= self.bound

    @property
    def excess(self) -> float:
        """How far past a positive bound it stands: 0 at it, a half at twice (or half) of it, below 1."""
        if not self.met or self.value is None or self.bound <= 0:
            return 0.0
        rising = self.sense in (Sense.ABOVE, Sense.AT_LEAST)
        share = self.bound / self.value if rising else max(self.value, 0.0) / self.bound
        return 1.0 - share


def above(key: str, value: float | None, bound: float, part: Part, *, grows: bool = False) -> Condition:
    """Ask that a value be above its bound."""
    return Condition(key, value, Sense.ABOVE, bound, part, grows)


def at_least(key: str, value: float | None, bound: float, part: Part, *, grows: bool = False) -> Condition:
    """Ask that a value reach its bound."""
    return Condition(key, value, Sense.AT_LEAST, bound, part, grows)


def below(key: str, value: float | None, bound: float, part: Part, *, grows: bool = False) -> Condition:
    """Ask that a value be below its bound."""
    return Condition(key, value, Sense.BELOW, bound, part, grows)


def at_most(key: str, value: float | None, bound: float, part: Part, *, grows: bool = False) -> Condition:
    """Ask that a value not pass its bound."""
    return Condition(key, value, Sense.AT_MOST, bound, part, grows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which a type fires: every condition must hold.

    `given` is the strength where the figures alone do not tell it; `subject` whom it is about (a wallet),
    `words` what cannot be said in numbers (a label, the name of a rule).
    """

    conditions: tuple[Condition, ...]
    given: float | None = None
    subject: str = ""
    words: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether every condition holds."""
        return all(condition.met for condition in self.conditions)

    @property
    def strength(self) -> float:
        """0 to 1: what was given, else the mean excess of the conditions that grow."""
        if self.given is not None:
            return min(1.0, max(0.0, self.given))
        grown = [condition.excess for condition in self.conditions if condition.grows]
        return math.fsum(grown) / len(grown) if grown else 0.0

    @property
    def missing(self) -> tuple[Part, ...]:
        """Name the parts for want of which a condition could not be answered."""
        return tuple(dict.fromkeys(asked.part for asked in self.conditions if asked.value is None))

    @property
    def share_met(self) -> float:
        """How much of it holds, 0 to 1."""
        return sum(asked.met for asked in self.conditions) / len(self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a type fired or did not: refused, parts missing, or the conditions of the way that came nearest."""

    type: SignalType
    fired: bool
    refusal: Refusal | None
    missing: tuple[Part, ...]
    conditions: tuple[Condition, ...]


def reasons_of(conditions: Iterable[Condition], words: Iterable[str] = ()) -> tuple[Reason, ...]:
    """Write conditions down: numbers so that reading them gives the same number again."""
    told = [
        Reason(
            key=asked.key,
            numbers=(
                ("value", _exact(asked.value)),
                ("sense", asked.sense.value),
                ("bound", _exact(asked.bound)),
            ),
        )
        for asked in conditions
    ]
    return (*told, *(Reason(key="words", numbers=(("text", word),)) for word in words))


def _exact(value: float | None) -> str:
    """Write a number so that reading it gives the same one: `repr` is the shortest such text."""
    if value is None:
        return ""
    number = float(value)  # an array's own kind writes its name along
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
