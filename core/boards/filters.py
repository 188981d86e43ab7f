"""Filters in words: `liq>10k mc<5m age<1h change>20% pump by:vol`. Pure.

    filters   = word { word }
    word      = measure [span] op amount | flag | "by:" ["-"] measure [span] | span
    op        = ">" | "<" | ">=" | "<="
    span      = 5m | 1h | 6h | 24h

A figure that is unknown passes no condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.boards.rows import Row
from data.errors import BadArgument
from data.models import fields as f
from data.models.fields import Span
from data.models.money import EXACT, percent_to_ratio
from data.models.text import one_line

MOST = 12
EXAMPLE = "liq>10k mc<5m age<1h vol>50k change>20% pump by:vol"


class Kind(StrEnum):
    """How the amount of a measure is written."""

    USD = "usd"
    RATIO = "ratio"
    COUNT = "count"
    AGE = "age"  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure that can be asked about and sorted by; `spanned` ones are over a look-back."""

    name: str
    label: str
    kind: Kind
    read: Callable[[Row, Span, datetime], Decimal | None]
    words: tuple[str, ...] = ()
    spanned: bool = False


def _sum(*counts: int | None) -> Decimal | None:
    return None if None in counts else Decimal(sum(count or 0 for count in counts))


def _age_s(row: Row, span: Span, now: datetime) -> Decimal | None:
    created = row.get(f.CREATED_AT)
    return None if created is None else Decimal(max(0, int((now - created).total_seconds())))


_ALL = (
    Measure(name="price", label="price", kind=Kind.USD, read=lambda row, span, now: row.get(f.PRICE_USD)),
    Measure(
        name="mc", label="market cap", kind=Kind.USD, words=("mcap", "cap", "marketcap"),
        read=lambda row, span, now: row.cap_usd,
    ),
    Measure(
        name="liq", label="liquidity", kind=Kind.USD, words=("liquidity",),
        read=lambda row, span, now: row.get(f.LIQUIDITY_USD),
    ),
    Measure(
        name="vol", label="volume", kind=Kind.USD, words=("volume",), spanned=True,
        read=lambda row, span, now: row.get(f.VOLUME_USD[span]),
    ),
    Measure(
        name="change", label="change", kind=Kind.RATIO, words=("chg", "ch"), spanned=True,
        read=lambda row, span, now: row.get(f.CHANGE[span]),
    ),
    Measure(
        name="buys", label="buys", kind=Kind.COUNT, spanned=True,
        read=lambda row, span, now: _sum(row.get(f.BUYS[span])),
    ),
    Measure(
        name="sells", label="sells", kind=Kind.COUNT, spanned=True,
        read=lambda row, span, now: _sum(row.get(f.SELLS[span])),
    ),
    Measure(
        name="txns", label="trades", kind=Kind.COUNT, words=("trades", "tx"), spanned=True,
        read=lambda row, span, now: _sum(row.get(f.BUYS[span]), row.get(f.SELLS[span])),
    ),
    Measure(name="age", label="age", kind=Kind.AGE, read=_age_s),
    Measure(
        name="holders", label="holders", kind=Kind.COUNT,
        read=lambda row, span, now: _sum(row.get(f.HOLDERS)),
    ),
    Measure(
        name="sources", label="sources that name it", kind=Kind.COUNT,
        read=lambda row, span, now: Decimal(len(row.named_by)),
    ),
)  # fmt: skip
MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}
_BY_WORD = {word: measure for measure in _ALL for word in (measure.name, *measure.words)}

# What a token either is or is not; None where nobody tells.
FLAGS: Mapping[str, Callable[[Row], bool | None]] = {
    "pump": lambda row: None if (pad := row.get(f.LAUNCHPAD)) is None else pad.casefold().startswith("pump"),
    "graduated": lambda row: row.get(f.GRADUATED),
    "curve": lambda row: None if (done := row.get(f.GRADUATED)) is None else not done,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One figure against one amount: USD, a ratio, a count or seconds; `span` None is the board's own."""

    measure: str
    op: str
    amount: Decimal
    span: Span | None = None

    def holds(self, row: Row, span: Span, now: datetime) -> bool | None:
        """Tell whether a row passes; None where its figure is unknown."""
        value = MEASURES[self.measure].read(row, self.span or span, now)
        if value is None:
            return None
        match self.op:
            case ">":
                return value > self.amount
            case "<":
                return value < self.amount
            case ">=":
                return value >= self.amount
        return value <= self.amount

    def __str__(self) -> str:
        return f"{self.measure}{self.span or ''}{self.op}{_written(self.amount, MEASURES[self.measure].kind)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a list is sorted by; the largest first, ages the youngest first, unless `reverse`."""

    measure: str
    span: Span | None = None
    reverse: bool = False

    def __str__(self) -> str:
        return f"by:{'-' if self.reverse else ''}{self.measure}{self.span or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What rows must be, all of it; `str` gives words that parse to the same."""

    conditions: tuple[Condition, ...] = ()
    flags: tuple[str, ...] = ()
    order: Order | None = None
    span: Span | None = None

    def holds(self, row: Row, span: Span, now: datetime) -> bool | None:
        """Tell whether a row passes everything; None where it fails nothing, and something is unknown."""
        verdicts = [condition.holds(row, span, now) for condition in self.conditions]
        verdicts += [FLAGS[flag](row) for flag in self.flags]
        if False in verdicts:
            return False
        return None if None in verdicts else True

    def about(self, measure: str) -> bool:
        """Tell whether a condition is about a measure."""
        return any(condition.measure == measure for condition in self.conditions)

    def __str__(self) -> str:
        parts = [*map(str, self.conditions), *self.flags, self.order, self.span]
        return " ".join(str(part) for part in parts if part is not None)


_OPERATOR = re.compile(r"\s*(>=|<=|=>|=<|>|<|:)\s*")
_SWAPPED = {"=>": ">=", "=<": "<="}
_CONDITION = re.compile(r"([a-z]+?)(5m|1h|6h|24h)?(>=|<=|>|<)(.+)", re.DOTALL)
_ORDER = re.compile(r"(?:by|sort):(-?)([a-z]+?)(5m|1h|6h|24h)?")
_NUMBER = re.compile(r"\$?(\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})([kmb]?)", re.ASCII)
_PERCENT = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)%?", re.ASCII)
_AGE = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_STEPS = {"": 0, "k": 3, "m": 6, "b": 9}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AMOUNTS = {
    Kind.USD: "an amount such as 10k or 2.5m",
    Kind.COUNT: "a count such as 200 or 5k",
    Kind.RATIO: "percent such as 20% or -5%",
    Kind.AGE: "a time such as 30m, 2h or 7d",
}


def parse(words: str) -> Filters:
    """Read filters as people type them.

    Raises:
        BadArgument: a word is not understood; it is named.
    """
    glued = _OPERATOR.sub(lambda found: _SWAPPED.get(found[1], found[1]), words.casefold().strip())
    conditions: list[Condition] = []
    flags: dict[str, None] = {}
    order: Order | None = None
    span: Span | None = None
    parts = [word for word in re.split(r"[\s,]+", glued) if word and word != "and"]
    if len(parts) > MOST:
        raise BadArgument(f"At most {MOST} filters at once, {len(parts)} were given.", argument="filters")
    for word in parts:
        if word in FLAGS:
            flags[word] = None
        elif word in set(Span):
            span = Span(word)
        elif (sorting := _ORDER.fullmatch(word)) is not None:
            order = _order(word, sorting)
        elif (comparing := _CONDITION.fullmatch(word)) is not None:
            conditions.append(_condition(word, comparing))
        else:
            raise _unknown(word)
    return Filters(conditions=tuple(dict.fromkeys(conditions)), flags=tuple(flags), order=order, span=span)


def _order(word: str, found: re.Match[str]) -> Order:
    measure = _measure(word, found[2], found[3])
    return Order(measure=measure.name, span=_span(found[3]), reverse=bool(found[1]))


def _condition(word: str, found: re.Match[str]) -> Condition:
    measure = _measure(word, found[1], found[2])
    amount = _amount(found[4], measure.kind)
    if amount is None:
        raise BadArgument(
            f"In {one_line(word, 40)!r} the amount is not {_AMOUNTS[measure.kind]}.", argument="filters",
            hint=f"Example: {EXAMPLE}",
        )  # fmt: skip
    return Condition(measure=measure.name, op=found[3], amount=amount, span=_span(found[2]))


def _measure(word: str, name: str, span: str | None) -> Measure:
    measure = _BY_WORD.get(name)
    if measure is None:
        raise _unknown(word)
    if span and not measure.spanned:
        raise BadArgument(
            f"In {one_line(word, 40)!r}: {measure.label} has no span.", argument="filters",
            hint=f"Example: {EXAMPLE}",
        )  # fmt: skip
    return measure


def _unknown(word: str) -> BadArgument:
    known = ", ".join(MEASURES)
    return BadArgument(
        f"{one_line(word, 40)!r} is no filter I know.", argument="filters",
        hint=f"Figures: {known}; words: {', '.join(FLAGS)}. Example: {EXAMPLE}",
    )  # fmt: skip


def _span(word: str | None) -> Span | None:
    return Span(word) if word else None


def _amount(word: str, kind: Kind) -> Decimal | None:
    """Read an amount; None where it is not written as its kind is."""
    if kind is Kind.RATIO:
        percent = _PERCENT.fullmatch(word)
        return None if percent is None else percent_to_ratio(Decimal(percent[1]))
    if kind is Kind.AGE:
        age = _AGE.fullmatch(word)
        return None if age is None else Decimal(int(age[1]) * _SECONDS[age[2]])
    number = _NUMBER.fullmatch(word)
    return None if number is None else EXACT.scaleb(Decimal(number[1]), _STEPS[number[2]])


def _written(amount: Decimal, kind: Kind) -> str:
    """Write an amount so that it is read back as the same."""
    if kind is Kind.RATIO:
        return f"{_short(EXACT.scaleb(amount, 2))}%"
    if kind is Kind.AGE:
        seconds = int(amount)
        unit = next(unit for unit in ("w", "d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
        return f"{seconds // _SECONDS[unit]}{unit}" if seconds else "0s"
    step = next((step for step in ("b", "m", "k") if amount and amount % 10 ** _STEPS[step] == 0), "")
    return f"{_short(EXACT.scaleb(amount, -_STEPS[step]))}{step}"


def _short(number: Decimal) -> str:
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
