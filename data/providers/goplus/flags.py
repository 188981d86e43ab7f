"""Flags, fractions and findings as GoPlus words them: "0", "1", and nothing for the unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from data.models.market import Risk, RiskLevel
from data.providers import values
from data.providers.base import Json

_STEEP, _RUINOUS = Decimal("0.1"), Decimal("0.5")


class Sign(NamedTuple):
    """What a flag means where it has a value."""

    key: str
    name: str
    level: RiskLevel
    words: str
    bad: bool = True


def flag(value: Json) -> bool | None:
    """Read "0" or "1", also as a number; anything else is unknown."""
    number = values.count(value)
    return bool(number) if number in (0, 1) else None


def fraction(value: Json) -> Decimal | None:
    """Read a part of a whole, 1 being all of it; empty is unknown."""
    number = values.number(value)
    return number if number is not None and number <= 1 else None


def risks(signs: Iterable[Sign], flags: Mapping[str, bool | None]) -> tuple[Risk, ...]:
    """List what the flags that are set, or that must be and are not, mean."""
    return tuple(
        Risk(name=sign.name, level=sign.level, description=sign.words)
        for sign in signs
        if flags.get(sign.key) is sign.bad
    )


def charge(name: str, ratio: Decimal | None) -> tuple[Risk, ...]:
    """Tell of a tax by its height; none and an unknown one are no finding."""
    if not ratio:
        return ()
    level = RiskLevel.WARN if ratio >= _STEEP else RiskLevel.INFO
    level = RiskLevel.DANGER if ratio >= _RUINOUS else level
    words = f"{ratio * 100:.2f}".rstrip("0").rstrip(".")
    return (Risk(name=name, level=level, description="A part of each trade is taken", value=f"{words}%"),)
