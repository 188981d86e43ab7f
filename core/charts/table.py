"""A board: at most 25 rows of cells; a mood is a colour and a sign."""

from __future__ import annotations

from collections.abc import Sequence

from core.charts import page, style
from core.charts.pictures import Cell, Column, Mood, TableSpec
from core.charts.spec import Chart
from core.charts.style import Align, Sheet

ROWS_MOST = 25
_COLUMNS_MOST = 9
_HEAD, _ROW = 52, 44
_GAP = 28.0
_NARROW = 64.0  # a column is not made narrower while another is wider
_SIGNED = ("+", "-", "−", "▲", "▼")
_COLOURED = {mood: colour for mood, (_, colour) in page.SIGNS.items()} | {Mood.NEUTRAL: style.INK}
_TOLD = 5


def draw(spec: TableSpec) -> Chart:
    """Draw a board; equal specs give equal bytes."""
    columns = spec.columns[:_COLUMNS_MOST]
    if not columns or not spec.rows:
        return page.empty(spec.frame, "Nothing to list")
    rows = [_filled(row, len(columns)) for row in spec.rows[:ROWS_MOST]]
    body = _HEAD + _ROW * len(rows)
    more = len(spec.rows) - len(rows)
    note = f"the first {ROWS_MOST} of {len(spec.rows)}" if more else ""
    sheet = page.begin(spec.frame, body, note=note)
    widths = _widths(sheet, columns, rows)
    top = float(page.FOOTER + body)
    _draw_head(sheet, columns, widths, top)
    for index, row in enumerate(rows):
        _draw_row(sheet, columns, widths, row, top - _HEAD - _ROW * index)
    return page.end(sheet, spec.frame, *_words(columns, rows, more, len(spec.columns) - len(columns)))


def _filled(row: Sequence[Cell], count: int) -> tuple[Cell, ...]:
    return (*row[:count], *(Cell(text="") for _ in range(count - len(row))))


def _written(cell: Cell) -> str:
    """Put a mood's sign before words that have none of their own."""
    if cell.mood is Mood.NEUTRAL or not cell.text or cell.text.startswith(_SIGNED):
        return cell.text
    return f"{page.SIGNS[cell.mood][0]} {cell.text}"


def _widths(sheet: Sheet, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]]) -> list[float]:
    """Share the width: every column what it needs; where that is too much, the widest give first."""
    room = page.EDGE - page.LEFT - _GAP * (len(columns) - 1)
    needed = [
        max(
            sheet.width_of(style.with_glyphs(column.name), size=style.LABEL, bold=True),
            *(sheet.width_of(style.with_glyphs(_written(row[at])), size=style.LARGE) for row in rows),
            _NARROW / 2,
        )
        for at, column in enumerate(columns)
    ]
    if sum(needed) > room:
        cap = _cap(sorted(needed), room)
        return [min(width, cap) for width in needed]
    return [width * room / sum(needed) for width in needed]


def _cap(ascending: Sequence[float], room: float) -> float:
    """Find the widest a column may be so that all of them fit."""
    for index, width in enumerate(ascending):
        share = room / (len(ascending) - index)
        if width > share:
            return share
        room -= width
    return ascending[-1]


def _draw_head(sheet: Sheet, columns: Sequence[Column], widths: Sequence[float], top: float) -> None:
    x = page.LEFT
    for column, width in zip(columns, widths, strict=True):
        at = x + width if column.right else x
        align: Align = "right" if column.right else "left"
        page.write(sheet, at, top - _HEAD / 2, column.name, width, align=align, bold=True)
        x += width + _GAP
    sheet.lines(page.LEFT, top - _HEAD, page.EDGE, top - _HEAD, style.MUTED, width=2.0)


def _draw_row(
    sheet: Sheet,
    columns: Sequence[Column],
    widths: Sequence[float],
    row: tuple[Cell, ...],
    top: float,
) -> None:
    sheet.lines(page.LEFT, top - _ROW, page.EDGE, top - _ROW, style.GRID)
    x = page.LEFT
    for column, width, cell in zip(columns, widths, row, strict=True):
        at = x + width if column.right else x
        align: Align = "right" if column.right else "left"
        colour = _COLOURED[cell.mood]
        page.write(
            sheet, at, top - _ROW / 2, _written(cell), width, size=style.LARGE, colour=colour, align=align
        )
        x += width + _GAP


def _words(columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], more: int, hidden: int) -> list[str]:
    """Tell the first rows, each figure with the name of its column."""
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    sentences = [f"{count}: {', '.join(column.name for column in columns if column.name)}."]
    for row in rows[:_TOLD]:
        cells = [
            f"{column.name} {_written(cell)}".strip()
            for column, cell in zip(columns, row, strict=True)
            if cell.text
        ]
        if cells:
            sentences.append(f"{', '.join(cells)}.")
    rest = len(rows) - _TOLD + more
    if rest > 0:
        sentences.append(f"And {rest} more.")
    if hidden:
        sentences.append(f"{hidden} more columns are not drawn.")
    return sentences
