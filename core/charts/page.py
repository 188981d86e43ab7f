"""What all pictures but the candle chart share: header, footer, signs of moods, the empty page, the words."""

from __future__ import annotations

from collections.abc import Mapping

from core.charts import style
from core.charts.pictures import Frame, Mood
from core.charts.spec import Chart
from core.charts.style import Align, Sheet
from data.models.text import shortened

LEFT, EDGE = 28.0, style.WIDTH - 28.0
HEADER, FOOTER = 124, 56  # pixels that the frame takes above and below
SMALLEST = 22.0  # of all text: 20 pixels where the picture is shown 1200 wide

SIGNS: Mapping[Mood, tuple[str, str]] = {
    Mood.GOOD: ("✓", style.GOOD),
    Mood.BAD: ("✗", style.BAD),
    Mood.WARN: ("!", style.CAUTION),
    Mood.NEUTRAL: ("·", style.MUTED),
    Mood.UNKNOWN: ("?", style.WARNING),
}
_WATERMARK = "PRACTICE MARKET"
_ALT_LIMIT = 1000  # Discord takes 1024


def begin(
    frame: Frame,
    body: int,
    *,
    aside: str = "",
    colour: str = style.INK,
    note: str = "",
    covered: bool = False,
) -> Sheet:
    """Open a page with `body` pixels between header and footer.

    `aside` stands right of the title, `note` right in the footer. What is `covered` by its content would hide
    the mark of the practice market, which is then in the header.
    """
    sheet = Sheet(HEADER + body + FOOTER)
    if frame.practice and not covered:
        middle = FOOTER + body / 2
        sheet.text(
            style.WIDTH / 2, middle, _WATERMARK, size=92, colour=style.WATERMARK, align="center", bold=True
        )
    _header(sheet, frame, aside, colour, mark=_WATERMARK if frame.practice and covered else "")
    _footer(sheet, frame, note)
    return sheet


def end(sheet: Sheet, frame: Frame, *sentences: str) -> Chart:
    """Close a page; the sentences tell what it shows."""
    return Chart(png=sheet.png(), width=style.WIDTH, height=sheet.height, alt=alt(frame, *sentences))


def empty(frame: Frame, words: str) -> Chart:
    """Draw a page that says why there is nothing on it."""
    sheet = begin(frame, 300)
    write(sheet, style.WIDTH / 2, FOOTER + 150, words, EDGE - LEFT, size=style.LARGE, align="center")
    return end(sheet, frame, f"{words}.")


def write(
    sheet: Sheet,
    x: float,
    y: float,
    words: str,
    room: float,
    *,
    size: float = style.LABEL,
    colour: str = style.MUTED,
    align: Align = "left",
    bold: bool = False,
) -> None:
    """Write words cut to their room."""
    fitted = sheet.fitted(words, room, size=size, bold=bold)
    sheet.text(x, y, fitted, size=size, colour=colour, align=align, bold=bold)


def wrapped(sheet: Sheet, words: str, room: float, *, size: float, most: int) -> tuple[str, ...]:
    """Break words into at most `most` lines; the last is cut where there is more."""
    lines: list[str] = []
    left = style.with_glyphs(words).split()
    while left and len(lines) < most - 1:
        taken = 1
        while taken < len(left) and sheet.width_of(" ".join(left[: taken + 1]), size=size) <= room:
            taken += 1
        lines.append(sheet.fitted(" ".join(left[:taken]), room, size=size))
        left = left[taken:]
    if left:
        lines.append(sheet.fitted(" ".join(left), room, size=size))
    return tuple(lines)


def alt(frame: Frame, *sentences: str) -> str:
    """Put the words for those who do not see it together."""
    subject = ", ".join(part for part in (frame.title, frame.subtitle) if part)
    opening = f"{'Practice market: ' if frame.practice else ''}{subject}"
    parts = [f"{opening}." if opening and not opening.endswith(".") else opening, *sentences]
    return shortened(" ".join(part for part in parts if part), _ALT_LIMIT)


def _header(sheet: Sheet, frame: Frame, aside: str, colour: str, *, mark: str) -> None:
    room = EDGE - LEFT
    first, second = sheet.height - 42, sheet.height - 88
    taken = sheet.width_of(aside, size=style.TITLE, bold=True) + 32 if aside else 0
    write(sheet, LEFT, first, frame.title, room - taken, size=style.TITLE, colour=style.INK, bold=True)
    sheet.text(EDGE, first, aside, size=style.TITLE, colour=colour, align="right", bold=True)
    taken = sheet.width_of(mark, size=style.LABEL, bold=True) + 32 if mark else 0
    write(sheet, LEFT, second, frame.subtitle, room - taken)
    sheet.text(EDGE, second, mark, align="right", colour=style.WARNING, bold=True)


def _footer(sheet: Sheet, frame: Frame, note: str) -> None:
    x, y = LEFT, 26.0
    if frame.practice:
        sheet.text(x, y, "Practice market", size=SMALLEST, colour=style.WARNING, bold=True)
        x += sheet.width_of("Practice market", size=SMALLEST, bold=True) + 20
    taken = sheet.width_of(note, size=SMALLEST) + 24 if note else 0
    write(sheet, x, y, frame.footer, EDGE - x - taken, size=SMALLEST)
    sheet.text(EDGE, y, note, size=SMALLEST, colour=style.WARNING, align="right")
