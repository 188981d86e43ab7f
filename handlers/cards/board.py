"""A list of tokens as a card: what it is filtered by, its rows, what is left out, and where to go from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.addresses import word_of
from core.boards.filters import MEASURES, Condition, Filters, Kind, Order
from core.boards.listing import ORDERS, Board, LeftOut, Listing
from core.boards.rows import Row
from core.charts.pictures import Frame, TableSpec
from data.models.ids import ProviderId
from data.models.market import Gap
from handlers import figures
from handlers.cards import provenance
from handlers.cards.board_table import grid, symbol, table
from handlers.cards.layout import in_rows, turned
from handlers.reply import Button, Image, Invoke, Reply, Span, Text, Tone, code, faint, lines, text

PAGE = 10
_PER_ROW = 5
_LABEL = 14
_TITLES = {Board.TOP: "Top", Board.NEW: "New", Board.TRENDING: "Trending", Board.COINS: "Coins"}
_OPERATORS = {">": "above", "<": "below", ">=": "at least", "<=": "at most"}
_FLAGS = {"pump": "launched on pump.fun", "curve": "still on its curve", "graduated": "left its curve"}
_SORTS = ("change", "vol", "liq", "mc", "age")


def board_card(listing: Listing, number: int, *, image: Image | None = None, note: str = "") -> Reply:
    """Lay a page of a list out."""
    again = Invoke(listing.board.value, named(listing))
    frozen = Invoke(again.command, {**again.args, "at": str(listing.number)})
    rows, page = turned(listing.rows, number, PAGE, frozen)
    first = (page.number - 1) * PAGE + 1
    unheard = not listing.rows and not listing.answered and listing.board is not Board.COINS
    return Reply(
        title=text(title(listing), f" · {page.number} of {page.pages}" if page.pages > 1 else ""),
        body=lines(
            text(faint(said(listing.filters, listing.board))),
            _rows(listing, rows, first) if rows else _empty(listing),
            text(faint(left_out(listing.left_out))),
            text(faint(missing(listing.gaps))),
            text(faint("" if listing.complete else "Not everything is read yet: ask again in a moment.")),
            text(faint(note)),
        ),
        image=image,
        buttons=(
            *in_rows(
                tuple(_opening(listing, page.number, at, row) for at, row in enumerate(rows, first)), _PER_ROW
            ),
            _sorts(listing, again),
            _around(listing.board, again),
        ),
        page=page,
        tone=Tone.WARN if unheard or listing.gaps else Tone.NEUTRAL,
        footer=_footer(listing),
        error="no data" if unheard else "",
    )


def forgotten_card(row: Row, listing: Listing, number: int) -> Reply:
    """Show what is stored of a token that no source knows now."""
    return Reply(
        title=text(symbol(row)),
        body=lines(
            text(code(row.token.address)),
            "No source knows it now. What was stored last:",
            _rows(listing, (row,), number),
        ),
        tone=Tone.WARN,
        footer=text(f"seen {figures.ago(row.seen_at, listing.made_at)}"),
    )


def board_picture(listing: Listing, number: int, *, practice: bool) -> TableSpec:
    """Ask for a page of a list as a picture."""
    rows, page = turned(listing.rows, number, PAGE, Invoke(listing.board.value))
    frame = Frame(
        title=title(listing),
        subtitle=said(listing.filters, listing.board),
        footer=f"{_footer(listing).plain} · page {page.number} of {page.pages}",
        practice=practice,
    )
    return table(
        rows, listing.board, listing.span, listing.made_at, frame, first=(page.number - 1) * PAGE + 1,
        order=listing.filters.order,
    )  # fmt: skip


def _rows(listing: Listing, rows: Sequence[Row], first: int) -> Span:
    order = listing.filters.order
    return grid(rows, listing.board, listing.span, listing.made_at, first=first, order=order)


def named(listing: Listing) -> Mapping[str, str]:
    """Word the arguments that make this list again."""
    return {"filters": str(listing.filters)}


def title(listing: Listing) -> str:
    """Name a list with the span that it is about."""
    return f"{_TITLES[listing.board]} · {listing.span}"


def said(filters: Filters, board: Board) -> str:
    """Read filters back in words."""
    order = filters.order or ORDERS[board]
    parts = [*map(_condition, filters.conditions), *(_FLAGS[flag] for flag in filters.flags), _order(order)]
    return ", ".join(parts)


def _condition(condition: Condition) -> str:
    measure = MEASURES[condition.measure]
    label = f"{measure.label} {condition.span}" if condition.span else measure.label
    return f"{label} {_OPERATORS[condition.op]} {_amount(condition.amount, measure.kind)}"


def _amount(amount: Decimal, kind: Kind) -> str:
    match kind:
        case Kind.USD:
            return figures.usd(amount)
        case Kind.RATIO:
            return figures.percent(amount, signed=True)
        case Kind.AGE:
            return f"{int(amount)} s" if amount < 60 else _long(int(amount))
    return figures.short(amount)


def _long(seconds: int) -> str:
    size, unit = next(
        (size, unit) for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")) if seconds >= size
    )
    whole = seconds / size
    return f"{whole:.0f} {unit}" if whole == int(whole) else f"{whole:.1f} {unit}"


def _order(order: Order) -> str:
    measure = MEASURES[order.measure]
    span = f" {order.span}" if order.span else ""
    if measure.kind is Kind.AGE:
        return "the oldest first" if order.reverse else "the youngest first"
    return f"by {measure.label}{span}, {'smallest' if order.reverse else 'largest'} first"


def left_out(counts: LeftOut) -> str:
    """Count what is not shown, and say why."""
    parts = [
        (counts.odd, "with a cap that contradicts itself"),
        (counts.unknown, "of which a figure asked for is unknown"),
        (counts.filtered, "that do not pass"),
        (counts.quotes, "that others are priced in"),
    ]
    words = ", ".join(f"{figures.count(number)} {why}" for number, why in parts if number)
    return f"Left out: {words}" if words else ""


def missing(gaps: tuple[Gap, ...]) -> str:
    """Name the sources that are silent."""
    silent = provenance.missing(gaps)
    return f"Missing: {silent}" if silent else ""


def _empty(listing: Listing) -> Text:
    if listing.board is Board.COINS:
        return text(
            "Nothing is stored yet: look at a token first." if not _any(listing) else "Nothing passes."
        )
    return text("Nothing passes." if listing.answered else "No source answers now.")


def _any(listing: Listing) -> bool:
    return bool(listing.left_out.filtered or listing.left_out.unknown or listing.left_out.odd)


def _opening(listing: Listing, page: int, number: int, row: Row) -> Button:
    """Make the button that opens a row's card; from the stored ones, a way back comes along."""
    label = f"{number} {symbol(row)}"[:_LABEL]
    if listing.board is not Board.COINS:
        return Button(label, Invoke("t", {"token": word_of(row.token)}))
    place = {"page": str(page), "at": str(listing.number), "row": str(number)}
    return Button(label, Invoke("coins", {**named(listing), **place}))


def _sorts(listing: Listing, again: Invoke) -> tuple[Button, ...]:
    """Offer other orders of the same rows; the one that stands now turns round."""
    current = listing.filters.order or ORDERS[listing.board]
    buttons = []
    for measure in _SORTS:
        active = current.measure == measure
        order = Order(measure=measure, reverse=active and not current.reverse)
        words = " ".join(part for part in (str(_unordered(listing.filters)), str(order)) if part)
        shown = ("↑" if current.reverse else "↓") if active else ""
        buttons.append(Button(f"{measure}{shown}", Invoke(again.command, {"filters": words}), active=active))
    return tuple(buttons)


def _unordered(filters: Filters) -> Filters:
    return Filters(conditions=filters.conditions, flags=filters.flags, span=filters.span)


def _around(board: Board, again: Invoke) -> tuple[Button, ...]:
    others = tuple(Button(_TITLES[other], Invoke(other.value)) for other in Board if other is not board)
    return (Button("Refresh", again), *others, Button("Market", Invoke("market")))


def _footer(listing: Listing) -> Text:
    at = figures.clock_time(listing.made_at)
    if listing.board is Board.COINS:
        return text(f"{figures.count(len(listing.rows))} stored tokens, each as it was seen last · {at}")
    return text(f"{counted(listing.answered, listing.asked)} · {at}")


def counted(answered: tuple[ProviderId, ...], asked: tuple[ProviderId, ...]) -> str:
    """Count the sources that answered."""
    return f"{len(answered)} of {len(asked)} sources"
