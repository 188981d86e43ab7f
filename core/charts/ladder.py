"""The security ladder: the verdict in a band above, one answer a row below, the worst first."""

from __future__ import annotations

from collections import Counter

from core.charts import page, style
from core.charts.pictures import LadderSpec, Mood, Rung
from core.charts.spec import Chart
from core.charts.style import Sheet

_MOST = 26
_WORST_FIRST = (Mood.BAD, Mood.WARN, Mood.UNKNOWN, Mood.NEUTRAL, Mood.GOOD)
_COUNTED = {Mood.BAD: "danger", Mood.WARN: "warning", Mood.UNKNOWN: "unknown", Mood.GOOD: "clear"}
_BAND, _GAP = 76, 20
_ROW, _LINE, _MORE = 50, 32, 44
_SIGN_X, _QUESTION_X, _ANSWER_X = page.LEFT + 22, page.LEFT + 62, 436.0
_TOLD_BAD = 6


def draw(spec: LadderSpec) -> Chart:
    """Draw one ladder; equal specs give equal bytes."""
    rungs = sorted(spec.rungs, key=lambda rung: _WORST_FIRST.index(rung.mood))
    shown, more = rungs[:_MOST], len(rungs) - _MOST
    ruler = Sheet(1)
    answers = [
        page.wrapped(ruler, rung.answer, page.EDGE - _ANSWER_X, size=style.LARGE, most=2) for rung in shown
    ]
    heights = [_ROW + _LINE * (len(answer) > 1) for answer in answers]
    rows = sum(heights) if shown else _ROW
    body = _BAND + _GAP + rows + (_MORE if more > 0 else 0)
    sheet = page.begin(spec.frame, body)
    top = page.FOOTER + body
    _draw_band(sheet, spec, top)
    y = top - _BAND - _GAP
    for rung, answer, height in zip(shown, answers, heights, strict=True):
        _draw_rung(sheet, rung, answer, y, height)
        y -= height
    if not shown:
        sheet.text(_SIGN_X, y - _ROW / 2, "No question could be asked", size=style.LARGE)
    if more > 0:
        sheet.text(_QUESTION_X, y - _MORE / 2, f"and {more} more, none worse than these")
    return page.end(sheet, spec.frame, *_words(spec, rungs))


def _draw_band(sheet: Sheet, spec: LadderSpec, top: float) -> None:
    sign, colour = page.SIGNS[spec.mood]
    y = top - _BAND / 2
    sheet.boxes(page.LEFT, top - _BAND, page.EDGE, top, style.tint(colour, 2), edge=colour, width=3.0)
    sheet.text(_SIGN_X + 6, y, sign, size=44, colour=style.INK, align="center", bold=True)
    room = page.EDGE - _QUESTION_X - 36
    page.write(sheet, _QUESTION_X + 12, y, spec.verdict, room, size=32, colour=style.INK, bold=True)


def _draw_rung(sheet: Sheet, rung: Rung, answer: tuple[str, ...], top: float, height: float) -> None:
    sign, colour = page.SIGNS[rung.mood]
    y = top - _ROW / 2
    sheet.lines(page.LEFT, top - height, page.EDGE, top - height, style.GRID)
    sheet.disc(_SIGN_X, y, 18, style.tint(colour, 2), edge=colour, width=2.0)
    sheet.text(_SIGN_X, y, sign, size=style.LARGE, colour=style.INK, align="center", bold=True)
    room = _ANSWER_X - _QUESTION_X - 20
    bold = rung.mood in {Mood.BAD, Mood.WARN}
    page.write(sheet, _QUESTION_X, y, rung.question, room, size=style.LARGE, colour=style.INK, bold=bold)
    ink = style.INK if bold or rung.mood is Mood.UNKNOWN else style.MUTED
    for line in answer:
        sheet.text(_ANSWER_X, y, line, size=style.LARGE, colour=ink)
        y -= _LINE


def _words(spec: LadderSpec, rungs: list[Rung]) -> list[str]:
    """Tell the verdict, how many answers of each mood there are, and the worst of them."""
    counts = Counter(rung.mood for rung in rungs)
    counted = ", ".join(f"{counts[mood]} {word}" for mood, word in _COUNTED.items() if counts[mood])
    worst = [rung for rung in rungs if rung.mood in {Mood.BAD, Mood.WARN, Mood.UNKNOWN}]
    sentences = [f"Verdict: {spec.verdict}."]
    if not rungs:
        return [*sentences, "No question could be asked."]
    sentences.append(f"{len(rungs)} answers{f': {counted}' if counted else ''}.")
    sentences += [f"{rung.question}: {rung.answer.rstrip('.')}." for rung in worst[:_TOLD_BAD]]
    if len(worst) > _TOLD_BAD:
        sentences.append(f"And {len(worst) - _TOLD_BAD} more.")
    return sentences
