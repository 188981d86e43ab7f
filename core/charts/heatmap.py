"""A square of values from -1 to 1: every cell has its figure with its sign, the unknown are hatched."""

from __future__ import annotations

from math import isfinite

from core.charts import page, style
from core.charts.pictures import HeatmapSpec
from core.charts.spec import Chart
from core.charts.style import Sheet

_MOST = 12
_NAMES = 232.0  # pixels for the names at the left
_HEAD, _KEY, _GAP = 48, 60, 4.0
_ROW_MAX, _ROW_MIN = 84.0, 56.0
_STRONGEST = 8  # eighths of a colour
_BRIGHT_FROM = 5  # from here on figures are dark
_WIDTH_MAX = 260.0
_TOLD = 3


def draw(spec: HeatmapSpec) -> Chart:
    """Draw the square; equal specs give equal bytes."""
    labels = spec.labels[:_MOST]
    if not labels:
        return page.empty(spec.frame, "Nothing to compare")
    values = _square(spec, len(labels))
    height = min(_ROW_MAX, max(_ROW_MIN, 620 / len(labels)))
    body = round(_HEAD + height * len(labels) + _KEY)
    more = len(spec.labels) - len(labels)
    note = f"the first {_MOST} of {len(spec.labels)}" if more else ""
    sheet = page.begin(spec.frame, body, note=note, covered=True)
    top = page.FOOTER + body - _HEAD
    width = min(_WIDTH_MAX, (page.EDGE - page.LEFT - _NAMES) / len(labels))
    _draw_names(sheet, labels, top, width, height)
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            left = page.LEFT + _NAMES + column * width
            _draw_cell(sheet, value, left, top - (row + 1) * height, width - _GAP, height - _GAP)
    _draw_key(sheet, page.FOOTER + _KEY / 2)
    return page.end(sheet, spec.frame, *_words(labels, values, more))


def _square(spec: HeatmapSpec, size: int) -> list[list[float | None]]:
    """Read the values of the square; what is missing or out of range is unknown."""
    rows = [list(row[:size]) + [None] * (size - len(row)) for row in spec.values[:size]]
    rows += [[None] * size for _ in range(size - len(rows))]
    return [
        [None if value is None or not isfinite(value) or abs(value) > 1 else value for value in row]
        for row in rows
    ]


def _draw_names(sheet: Sheet, labels: tuple[str, ...], top: float, width: float, height: float) -> None:
    """Name the rows, and the columns too where all names fit, else by the rows' numbers."""
    named = [f"{number} {label}" for number, label in enumerate(labels, 1)]
    fits = all(sheet.width_of(style.with_glyphs(name), size=style.LABEL) <= width - 12 for name in named)
    for index, name in enumerate(named):
        y = top - (index + 0.5) * height - _GAP / 2
        page.write(sheet, page.LEFT, y, name, _NAMES - 16, colour=style.INK, bold=True)
        x = page.LEFT + _NAMES + (index + 0.5) * width - _GAP / 2
        head = style.with_glyphs(name) if fits else str(index + 1)
        sheet.text(x, top + _HEAD / 2, head, colour=style.INK, align="center")


def _draw_cell(
    sheet: Sheet, value: float | None, left: float, bottom: float, width: float, height: float
) -> None:
    right, top = left + width, bottom + height
    if value is None:
        sheet.boxes(left, bottom, right, top, style.BACKGROUND, edge=style.FAINT, width=2.0, hatch="//")
        x, y = left + width / 2, bottom + height / 2
        sheet.boxes(x - 16, y - 17, x + 16, y + 17, style.BACKGROUND)
        sheet.text(x, y, "?", size=style.LARGE, colour=style.INK, align="center", bold=True)
        return
    eighths = round(abs(value) * _STRONGEST)
    fill = style.tint(style.UP if value > 0 else style.DOWN, eighths)
    ink = style.BACKGROUND if eighths >= _BRIGHT_FROM else style.INK
    sheet.boxes(left, bottom, right, top, fill, edge=style.FAINT, width=1.0)
    size = style.LARGE if width >= 96 else page.SMALLEST
    middle = left + width / 2
    sheet.text(
        middle,
        bottom + height / 2,
        _figure(value),
        size=size,
        colour=ink,
        align="center",
        bold=eighths >= _BRIGHT_FROM,
    )


def _draw_key(sheet: Sheet, y: float) -> None:
    x = page.LEFT
    for fill, hatch, words in (
        (style.tint(style.UP, _STRONGEST), "", "+1 move together"),
        (style.tint(style.DOWN, _STRONGEST), "", "−1 move against each other"),
        (style.BACKGROUND, "//", "? too little known"),
    ):
        sheet.boxes(x, y - 12, x + 36, y + 12, fill, edge=style.FAINT, width=1.0, hatch=hatch)
        sheet.text(x + 50, y, words)
        x += 50 + sheet.width_of(words, size=style.LABEL) + 48


def _figure(value: float) -> str:
    words = f"{abs(value):.2f}"
    return words if words == "0.00" else f"{'+' if value > 0 else '−'}{words}"


def _words(labels: tuple[str, ...], values: list[list[float | None]], more: int) -> list[str]:
    """Tell the pairs furthest up and down, and how many are unknown."""
    pairs = [
        (value, f"{labels[row]} and {labels[column]} {_figure(value)}")
        for row, line in enumerate(values)
        for column, value in enumerate(line[:row])
        if value is not None
    ]
    total = len(labels) * (len(labels) - 1) // 2
    if not total:
        return [f"{labels[0] or 'One'} alone: nothing to compare it with."]
    sentences = [f"{len(labels)} compared two by two."]
    if pairs:
        ordered = [words for _, words in sorted(pairs, key=lambda pair: (-pair[0], pair[1]))]
        sentences.append(f"Highest: {', '.join(ordered[:_TOLD])}.")
        if len(ordered) > _TOLD:
            sentences.append(f"Lowest: {', '.join(reversed(ordered[-_TOLD:]))}.")
    if len(pairs) < total:
        sentences.append(f"{total - len(pairs)} of {total} pairs unknown.")
    if more:
        sentences.append(f"{more} more are not drawn.")
    return sentences
