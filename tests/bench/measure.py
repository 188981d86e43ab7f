"""How figures are taken and shown here: by turns in one run, as a ratio of medians with its range."""

from __future__ import annotations

import importlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Series = tuple[float, ...]
now = time.perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What must hold: of the ratio of ours to the peer's, or of our own figure."""

    bound: float
    at_least: bool = False
    of: Literal["ratio", "ours"] = "ratio"

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"

    def holds(self, value: float) -> bool:
        """Tell whether a figure meets it."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One subject: our figure and the peer's, one a round, and what is asked of them."""

    subject: str
    unit: str
    ours: Series
    peer: Series = ()
    against: str = ""
    goal: Goal | None = None

    @property
    def ratios(self) -> Series:
        """Ours to the peer's, round by round: the two of a round met the same machine."""
        return (
            tuple(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True)) if self.peer else ()
        )

    @property
    def met(self) -> bool | None:
        """Whether the median meets the goal; None where nothing is asked."""
        if self.goal is None:
            return None
        return self.goal.holds(median(self.ratios if self.goal.of == "ratio" else self.ours))


def measured(subject: str) -> list[Row]:
    """Measure what a module of this package is about."""
    rows: list[Row] = importlib.import_module(f"tests.bench.{subject}").measure()
    return rows


async def by_turns(
    rounds: int, ours: Callable[[], Awaitable[float]], peer: Callable[[], Awaitable[float]]
) -> tuple[Series, Series]:
    """Measure both in turn, A B A B; a first round warms both up and is not counted."""
    pairs = [(await ours(), await peer()) for _ in range(rounds + 1)][1:]
    return tuple(mine for mine, _ in pairs), tuple(theirs for _, theirs in pairs)


def per_call(count: int) -> Callable[[Callable[[], Awaitable[object]]], Callable[[], Awaitable[float]]]:
    """Time `count` calls, one after the other; gives microseconds a call."""

    def timing(call: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[float]]:
        async def timed() -> float:
            started = now()
            for _ in range(count):
                await call()
            return (now() - started) / count * 1e6

        return timed

    return timing


def table(rows: Iterable[Row]) -> str:
    """Write rows as a Markdown table whose columns are aligned."""
    head = ("subject", "unit", "ours", "peer", "ratio (range)", "goal", "met")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(cell, widths) for cell in cells]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = ""
    if row.ratios:
        ratio = f"{median(row.ratios):.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f})"
    peer = f"{_figure(median(row.peer))} {row.against}" if row.peer else ""
    ours = _figure(median(row.ours)) + ("" if row.peer else f" ({_range(row.ours)})")
    met = {None: "", True: "yes", False: "NO"}[row.met]
    return (row.subject, row.unit, ours, peer, ratio, "" if row.goal is None else str(row.goal), met)


def _range(series: Series) -> str:
    return f"{_figure(min(series))} to {_figure(max(series))}"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
