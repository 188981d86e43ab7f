"""The pictures besides the candle chart: what each is asked to show; knows nothing of how it is drawn.

Texts may come from strangers: they are made visible, one line and short on the way in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from core.charts.spec import ChartSpec, Scale
from data.models.text import one_line

_TITLE_LIMIT = 80
_LINE_LIMIT = 140
_LABEL_LIMIT = 40
_NAME_LIMIT = 14


class Mood(StrEnum):
    """How a thing is meant: a colour and a sign in every picture."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every picture; `footer` tells the provenance, `practice` a simulated market."""

    title: str
    subtitle: str = ""
    footer: str = ""
    practice: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", one_line(self.title, _TITLE_LIMIT))
        object.__setattr__(self, "subtitle", one_line(self.subtitle, _LINE_LIMIT))
        object.__setattr__(self, "footer", one_line(self.footer, _LINE_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One question of a scan with its answer."""

    question: str
    answer: str
    mood: Mood

    def __post_init__(self) -> None:
        object.__setattr__(self, "question", one_line(self.question, _LABEL_LIMIT))
        object.__setattr__(self, "answer", one_line(self.answer, _LINE_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderSpec:
    """The security ladder: the verdict above, the worst answers first."""

    frame: Frame
    verdict: str
    mood: Mood
    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", one_line(self.verdict, _TITLE_LIMIT))


class HolderKind(StrEnum):
    """Whose a holding is."""

    POOL = "pool"
    PROGRAM = "program"  # a locker, or another program's that is no pool
    CREATOR = "creator"
    INSIDER = "insider"
    SNIPER = "sniper"
    BURNED = "burned"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One holder; `ratio` is the share of the supply, NaN where unknown.

    `cluster` is the same word for wallets of one owner, empty for a wallet alone.
    """

    label: str
    ratio: float
    kind: HolderKind = HolderKind.HOLDER
    cluster: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", one_line(self.label, _LABEL_LIMIT))
        object.__setattr__(self, "cluster", one_line(self.cluster, _NAME_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class BubbleSpec:
    """Holders as circles: the area is the share, wallets of one cluster touch."""

    frame: Frame
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBar:
    """What was bought and sold in one bar, in USD; `time` is its start, unix seconds."""

    time: int
    bought_usd: float
    sold_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSpec:
    """Buys up, sells down, the running net flow as a line; a bar lasts `seconds`."""

    frame: Frame
    bars: tuple[FlowBar, ...]
    seconds: int


class LineUnit(StrEnum):
    """How the values of lines are worded."""

    USD = "usd"
    PERCENT = "percent"  # 0.1 is 10 %
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled line of (unix seconds, value) points in time order."""

    label: str
    points: tuple[tuple[int, float], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", one_line(self.label, _LABEL_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesSpec:
    """One or several lines over time: liquidity, holders, or tokens compared."""

    frame: Frame
    lines: tuple[Line, ...]
    unit: LineUnit
    scale: Scale = Scale.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapSpec:
    """A square of values from -1 to 1, such as correlations; None is unknown. Both sides share labels."""

    frame: Frame
    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", tuple(one_line(label, _NAME_LIMIT) for label in self.labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; figures stand right."""

    name: str
    right: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name, _LABEL_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell; a mood colours its words."""

    text: str
    mood: Mood = Mood.NEUTRAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text, _LABEL_LIMIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A board: as many cells in every row as there are columns; at most 25 rows are drawn."""

    frame: Frame
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


Picture: TypeAlias = ChartSpec | LadderSpec | BubbleSpec | FlowSpec | LinesSpec | HeatmapSpec | TableSpec
