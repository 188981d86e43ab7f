"""Rows of a board as a table: of equal-width letters in a message, and as a picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from core.boards.filters import MEASURES, Kind, Order
from core.boards.listing import ORDERS, Board
from core.boards.rows import Row
from core.charts.pictures import Cell, Column, Frame, Mood, TableSpec
from core.charts.spec import Chart
from data.models.fields import CHANGE, CREATED_AT, LIQUIDITY_USD, PRICE_USD, SYMBOL, VOLUME_USD, Span
from data.models.text import one_line, visible
from handlers import figures
from handlers.reply import Image, block
from handlers.reply import Span as Words

UNKNOWN = "?"
ODD = "odd"
_SYMBOL = 9
_LONG_CHANGE = Decimal(1000)

Write: TypeAlias = Callable[[Row, Span, datetime], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A column: its head, how wide it is in a message, and how a row's figure is written."""

    head: str
    width: int
    write: Write


def symbol(row: Row) -> str:
    """Name a row's token by its issuer's word, short."""
    return one_line(row.get(SYMBOL) or "", 24) or figures.address(row.token.address)


def money(value: Decimal | None) -> str:
    """Write a sum, or that it is unknown."""
    return UNKNOWN if value is None else figures.usd(value)


def move(value: Decimal | None) -> str:
    """Write a change without a blank, so that it stays in its column."""
    if value is None:
        return UNKNOWN
    if value >= _LONG_CHANGE:
        return f"x{figures.short((value + 1).quantize(Decimal(1)))}"
    return figures.percent(value, signed=True).replace(" ", "")


def price(value: Decimal | None) -> str:
    """Write a price, or that it is unknown."""
    return UNKNOWN if value is None else figures.price(value)


def age(row: Row, now: datetime) -> str:
    """Write how old a token's first pool is."""
    created = row.get(CREATED_AT)
    return UNKNOWN if created is None else figures.age(now - created)


_PRICE = Figure("price", 10, lambda row, span, now: price(row.get(PRICE_USD)))
_CHANGE = Figure("", 7, lambda row, span, now: move(row.get(CHANGE[span])))
_CAP = Figure("cap", 7, lambda row, span, now: ODD if row.odd else money(row.cap_usd))
_LIQUIDITY = Figure("liq", 7, lambda row, span, now: money(row.get(LIQUIDITY_USD)))
_VOLUME = Figure("vol", 7, lambda row, span, now: money(row.get(VOLUME_USD[span])))
_AGE = Figure("age", 5, lambda row, span, now: age(row, now))
_SOURCES = Figure("by", 3, lambda row, span, now: str(len(row.named_by)))
_SEEN = Figure("seen", 5, lambda row, span, now: figures.age(now - row.seen_at))

# In a message; the picture has room for all.
FIGURES: Mapping[Board, tuple[Figure, ...]] = {
    Board.TOP: (_PRICE, _CHANGE, _LIQUIDITY),
    Board.NEW: (_AGE, _CAP, _LIQUIDITY),
    Board.TRENDING: (_SOURCES, _PRICE, _CHANGE),
    Board.COINS: (_CAP, _CHANGE, _LIQUIDITY),
}
_DRAWN = (_PRICE, _CHANGE, _CAP, _LIQUIDITY, _VOLUME, _AGE)
_MEASURED = {
    "price": _PRICE, "change": _CHANGE, "mc": _CAP, "liq": _LIQUIDITY, "vol": _VOLUME, "age": _AGE,
    "sources": _SOURCES,
}  # fmt: skip


def by(order: Order, span: Span) -> Figure:
    """Make the column of what a list is sorted by."""
    usual = _MEASURED.get(order.measure)
    if usual is not None and order.span in {None, span}:
        return usual
    measure, over = MEASURES[order.measure], order.span or span

    def write(row: Row, _: Span, now: datetime) -> str:
        value = measure.read(row, over, now)
        match measure.kind:
            case Kind.USD:
                return money(value)
            case Kind.RATIO:
                return move(value)
        return UNKNOWN if value is None else figures.short(value)

    return Figure(f"{measure.name} {over}" if measure.spanned else measure.name, 8, write)


def _columns(shown: tuple[Figure, ...], board: Board, span: Span, order: Order | None) -> tuple[Figure, ...]:
    """Choose columns; what the list is sorted by is among them."""
    column = by(order or ORDERS[board], span)
    return shown if column in shown else (*shown[:-1], column)


def grid(
    rows: Sequence[Row],
    board: Board,
    span: Span,
    now: datetime,
    *,
    first: int = 1,
    order: Order | None = None,
) -> Words:
    """Write rows in columns of equal-width letters, numbered from `first`."""
    columns = _columns(FIGURES[board], board, span, order)
    head = "   " + padded("", _SYMBOL) + "".join(f" {_head(each, span):>{each.width}}" for each in columns)
    written = [
        f"{number:>2} {padded(symbol(row), _SYMBOL)}"
        + "".join(f" {each.write(row, span, now):>{each.width}}" for each in columns)
        for number, row in enumerate(rows, first)
    ]
    return block("\n".join([head.rstrip(), *written]))


def _head(figure: Figure, span: Span) -> str:
    return f"{figure.head} {span}".strip() if figure in (_CHANGE, _VOLUME) else figure.head


def padded(words: str, width: int) -> str:
    """Cut and fill a text to so many columns; letters of East Asia take two."""
    kept, used = "", 0
    for char in visible(words).replace("\n", " "):
        columns = 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used + columns > width:
            return kept[:-1] + "…" + " " * (width - _width(kept[:-1]) - 1)
        kept += char
        used += columns
    return kept + " " * (width - used)


def _width(words: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in words
    )


def table(
    rows: Sequence[Row],
    board: Board,
    span: Span,
    now: datetime,
    frame: Frame,
    *,
    first: int = 1,
    order: Order | None = None,
) -> TableSpec:
    """Ask for the rows as a picture."""
    last = _SEEN if board is Board.COINS else _SOURCES
    columns = _columns((*_DRAWN, last), board, span, order)
    return TableSpec(
        frame=frame,
        columns=(
            Column(name="#"),
            Column(name="Token", right=False),
            *(Column(name=_head(each, span)) for each in columns),
        ),
        rows=tuple(
            (
                Cell(text=str(number)),
                Cell(text=symbol(row)),
                *(Cell(text=each.write(row, span, now), mood=_mood(each, row, span)) for each in columns),
            )
            for number, row in enumerate(rows, first)
        ),
    )


def _mood(figure: Figure, row: Row, span: Span) -> Mood:
    if figure is _CHANGE:
        return mood_of(row.get(CHANGE[span]))
    if figure is _CAP and row.odd:
        return Mood.WARN
    return Mood.NEUTRAL


def mood_of(change: Decimal | None) -> Mood:
    """Tell a rise from a fall."""
    if change is None:
        return Mood.UNKNOWN
    return Mood.GOOD if change > 0 else Mood.BAD if change < 0 else Mood.NEUTRAL


def drawn(chart: Chart | None, key: str, name: str) -> Image | None:
    """Make a picture an image of a card."""
    return None if chart is None else Image(chart.png, f"{name}.png", chart.alt, key)
