"""Specs of every picture, usual and hostile, and the words that land on a sheet with their boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations
from math import exp, inf, nan
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.charts import style
from core.charts.pictures import (
    Bubble,
    BubbleSpec,
    Cell,
    Column,
    FlowBar,
    FlowSpec,
    Frame,
    HeatmapSpec,
    HolderKind,
    LadderSpec,
    Line,
    LinesSpec,
    LineUnit,
    Mood,
    Picture,
    Rung,
    TableSpec,
)
from core.charts.spec import Chart, Scale
from tests.unit.core.charts.series import START, spec_of, walk

WATERMARK = "PRACTICE MARKET"
HOSTILE = (
    "",
    "$x^2$ $\\frac{",
    "<b>bold</b> **md** `code` @everyone",
    "שלום عليكم",
    "\u202egnp.exe\u200b\u2066",
    "🚀🐶 moon 👩‍👩‍👧‍👦 狗狗币",
    "\ud800\x00\x1b[31m\n\n",
    "W" * 10_000,
    "﷽" * 50,
    "a\u0301" * 5000,
    " ".join("word" * 3 for _ in range(200)),
)
USUAL = Frame(title="BONK · Bonk", subtitle="the last day", footer="7 of 9 sources · 14:02 UTC")
PRACTICE = Frame(title="BONK · Bonk", subtitle="the last day", footer="7 of 9 sources", practice=True)


def framed(words: str, *, practice: bool = True) -> Frame:
    return Frame(title=words, subtitle=words, footer=words, practice=practice)


def ladder(frame: Frame = USUAL, count: int = 8, words: str = "can freeze any wallet") -> LadderSpec:
    moods = tuple(Mood)
    rungs = tuple(
        Rung(question=f"Freeze {words}", answer=f"{words} {number}", mood=moods[number % len(moods)])
        for number in range(count)
    )
    return LadderSpec(frame=frame, verdict=f"BLOCK: {words}", mood=Mood.BAD, rungs=rungs)


def bubbles(frame: Frame = USUAL, count: int = 20, words: str = "7dGb…rCrar") -> BubbleSpec:
    rng = Random(count)
    kinds = tuple(HolderKind)
    return BubbleSpec(
        frame=frame,
        bubbles=tuple(
            Bubble(
                label=words,
                ratio=0.3 * 0.8**number,
                kind=rng.choice(kinds),
                cluster=rng.choice(("", "", words, "Insiders")),
            )
            for number in range(count)
        ),
    )


def flow(frame: Frame = USUAL, count: int = 40, words: str = "") -> FlowSpec:
    rng = Random(count)
    bars = tuple(
        FlowBar(
            time=START + number * 300, bought_usd=rng.lognormvariate(8, 1), sold_usd=rng.lognormvariate(8, 1)
        )
        for number in range(count)
    )
    return FlowSpec(frame=frame, bars=bars, seconds=300)


def lines(
    frame: Frame = USUAL, count: int = 4, words: str = "BONK", unit: LineUnit = LineUnit.PERCENT
) -> LinesSpec:
    rng = Random(count)
    made = []
    for number in range(count):
        value, points = 1.0, []
        for step in range(80):
            points.append((START + step * 900, value - 1))
            value *= exp(rng.gauss(0, 0.02))
        made.append(Line(label=f"{words}{number}", points=tuple(points)))
    return LinesSpec(frame=frame, lines=tuple(made), unit=unit)


def heatmap(frame: Frame = USUAL, count: int = 6, words: str = "BONK") -> HeatmapSpec:
    rng = Random(count)
    return HeatmapSpec(
        frame=frame,
        labels=tuple(f"{words}{number}" for number in range(count)),
        values=tuple(
            tuple(None if rng.random() < 0.2 else rng.uniform(-1, 1) for _ in range(count))
            for _ in range(count)
        ),
    )


def table(frame: Frame = USUAL, count: int = 12, words: str = "POPCAT") -> TableSpec:
    moods = tuple(Mood)
    columns = (Column(name="#"), Column(name=words, right=False), Column(name="24h"), Column(name="Volume"))
    rows = tuple(
        (
            Cell(text=str(number)),
            Cell(text=words),
            Cell(text="+1.2 %", mood=Mood.GOOD),
            Cell(text=words, mood=moods[number % 5]),
        )
        for number in range(count)
    )
    return TableSpec(frame=frame, columns=columns, rows=rows)


MAKERS: Mapping[str, Callable[..., Any]] = {
    "ladder": ladder,
    "bubbles": bubbles,
    "flow": flow,
    "lines": lines,
    "heatmap": heatmap,
    "table": table,
}
MANY = {"ladder": 60, "bubbles": 90, "flow": 600, "lines": 12, "heatmap": 20, "table": 40}


def every_kind() -> tuple[Picture, ...]:
    """One of each picture that there is."""
    return (spec_of(walk(20)), *(make() for make in MAKERS.values()))


def unsound() -> tuple[Picture, ...]:
    """Figures that cannot be drawn."""
    bad = (nan, inf, -inf, 1e300, -1e300, -1.0, 0.0, 5e-324)
    return (
        BubbleSpec(frame=USUAL, bubbles=tuple(Bubble(label="x", ratio=ratio) for ratio in (*bad, 2.0))),
        FlowSpec(
            frame=USUAL,
            bars=tuple(
                FlowBar(time=time, bought_usd=one, sold_usd=other)
                for time in (START, -5, 10**15)
                for one in bad
                for other in bad
            ),
            seconds=60,
        ),
        FlowSpec(frame=USUAL, bars=(FlowBar(time=START, bought_usd=1, sold_usd=1),), seconds=0),
        *(
            LinesSpec(
                frame=USUAL,
                unit=unit,
                scale=scale,
                lines=(
                    Line(label="x", points=tuple((START + at, value) for at, value in enumerate(bad))),
                    Line(label="y", points=((-1, 1.0), (10**18, 1.0))),
                ),
            )
            for unit in LineUnit
            for scale in Scale
        ),
        HeatmapSpec(frame=USUAL, labels=("a", "b", "c"), values=((nan, inf), (2.0, -1.0, 1.0, 0.5))),
        TableSpec(
            frame=USUAL, columns=(Column(name="a"), Column(name="b")), rows=((), (Cell(text="1"),) * 9)
        ),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """Words on a sheet with the box of their letters, in pixels from the lower left corner."""

    words: str
    size: float
    left: float
    right: float
    low: float
    high: float
    sheet_height: int

    @property
    def inside(self) -> bool:
        return (
            self.left >= 0 and self.right <= style.WIDTH and self.low >= 0 and self.high <= self.sheet_height
        )

    def over(self, other: Written) -> bool:
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.high, other.high) - max(self.low, other.low)
        return wide > 1 and high > 1


@contextmanager
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Written]]:
    """Note the words that are drawn meanwhile; the mark across a practice picture is no text."""
    found: list[Written] = []
    draw = style.Sheet.text

    def noted(self: style.Sheet, x: float, y: float, words: str, **how: Any) -> None:
        size, bold, align = how.get("size", style.LABEL), how.get("bold", False), how.get("align", "left")
        width = self.width_of(words, size=size, bold=bold)
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        if words and (words != WATERMARK or size < 60):
            half = size * 0.73 / 2
            found.append(Written(words, size, left, left + width, y - half, y + half, self.height))
        draw(self, x, y, words, **how)

    with monkeypatch.context() as patched:
        patched.setattr(style.Sheet, "text", noted)
        yield found


def overlaps(found: list[Written]) -> list[tuple[str, str]]:
    return [(one.words, other.words) for one, other in combinations(found, 2) if one.over(other)]


def pixels(chart: Chart) -> NDArray[np.uint8]:
    with Image.open(BytesIO(chart.png)) as image:
        return np.asarray(image.convert("RGB"))
