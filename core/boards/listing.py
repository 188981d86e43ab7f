"""From rows to a list: filtered, sorted, and frozen, so that its pages never repeat or skip a row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.boards.filters import MEASURES, Condition, Filters, Kind, Order
from core.boards.rows import Row
from data.models.fields import Span
from data.models.ids import ProviderId
from data.models.market import Gap


class Board(StrEnum):
    """What a list is of."""

    TOP = "top"
    NEW = "new"
    TRENDING = "trending"
    COINS = "coins"


SPANS = {Board.TOP: Span.H24, Board.NEW: Span.H1, Board.TRENDING: Span.H1, Board.COINS: Span.H24}
ORDERS = {
    Board.TOP: Order(measure="change"),
    Board.NEW: Order(measure="age"),
    Board.TRENDING: Order(measure="sources"),
    Board.COINS: Order(measure="mc"),
}
# What a board means by its name; whoever says something else of the same figure chooses otherwise.
MEANT = {
    # Into less nobody can trade: a move there is no move.
    Board.TOP: Condition(measure="liq", op=">=", amount=Decimal(5000)),
    # Sources list as new what was promoted or found a new pool lately, too.
    Board.NEW: Condition(measure="age", op="<=", amount=Decimal(86_400)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How many rows are not shown, and why."""

    odd: int = 0
    unknown: int = 0
    filtered: int = 0
    quotes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list as it was at one instant; `number` finds it again while it is kept.

    `complete` says that nothing is still being read.
    """

    number: int
    board: Board
    span: Span
    filters: Filters
    rows: tuple[Row, ...]
    left_out: LeftOut
    made_at: datetime
    gaps: tuple[Gap, ...] = ()
    asked: tuple[ProviderId, ...] = ()
    answered: tuple[ProviderId, ...] = ()
    complete: bool = True


def applied(board: Board, filters: Filters) -> tuple[Filters, Span, Order]:
    """Fill in what was not said: the board's own span, order and meaning."""
    conditions = filters.conditions
    meant = MEANT.get(board)
    if meant is not None and not filters.about(meant.measure):
        conditions = (meant, *conditions)
    order = filters.order or ORDERS[board]
    span = filters.span or SPANS[board]
    return Filters(conditions=conditions, flags=filters.flags, order=order, span=span), span, order


def arranged(
    board: Board, rows: Iterable[Row], filters: Filters, now: datetime
) -> tuple[tuple[Row, ...], LeftOut]:
    """Keep the rows that pass, sorted; the rows' order does not matter.

    What sources list is shown only where it does not contradict itself; what is stored is shown and marked.
    """
    filters, span, order = applied(board, filters)
    kept: list[Row] = []
    odd = unknown = filtered = 0
    for row in rows:
        verdict = filters.holds(row, span, now)
        if row.odd and board is not Board.COINS:
            odd += 1
        elif verdict is None or (board is Board.TOP and _measured(row, order, span, now) is None):
            unknown += 1
        elif not verdict:
            filtered += 1
        else:
            kept.append(row)
    return ranked(kept, order, span, now), LeftOut(odd=odd, unknown=unknown, filtered=filtered)


def ranked(rows: Sequence[Row], order: Order, span: Span, now: datetime) -> tuple[Row, ...]:
    """Sort rows, those whose figure is unknown last; equals by their day's volume, then by address."""
    return tuple(sorted(rows, key=lambda row: _key(row, order, span, now)))


def _measured(row: Row, order: Order, span: Span, now: datetime) -> Decimal | None:
    return MEASURES[order.measure].read(row, order.span or span, now)


def _key(row: Row, order: Order, span: Span, now: datetime) -> tuple[bool, Decimal, Decimal, str, str]:
    value = _measured(row, order, span, now)
    largest_first = (MEASURES[order.measure].kind is not Kind.AGE) != order.reverse
    size = Decimal(0) if value is None else value
    traded = MEASURES["vol"].read(row, span, now) or Decimal(0)
    return (
        value is None,
        -size if largest_first else size,
        -traded,
        row.token.chain.value,
        row.token.address,
    )
