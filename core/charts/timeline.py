"""Where each bar stands from left to right: by its time, with long silences shortened and told."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

_DAY = 86_400
_WEEK_START = 4 * _DAY  # 1970-01-05 was a Monday
# fmt: off
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200,
          _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY)
# fmt: on
_MONTH_STEPS = (1, 2, 3, 4, 6, 12, 24, 60)


@dataclass(frozen=True, slots=True)
class Silence:
    """Bars without trades after bar `after`: how many there were and how many slots they are given."""

    after: int
    missing: int
    shown: int

    @property
    def cut(self) -> bool:
        """Whether the picture shows it shorter than it was."""
        return self.shown < self.missing


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars on a row of slots, one slot a bar; `slots[i]` is the slot of bar i, `width` counts all slots."""

    times: tuple[int, ...]
    bar_s: int
    slots: tuple[float, ...]
    silences: tuple[Silence, ...]

    @property
    def width(self) -> float:
        return self.slots[-1] + 1

    @property
    def cuts(self) -> tuple[Silence, ...]:
        """The silences that are shown shorter than they were."""
        return tuple(silence for silence in self.silences if silence.cut)

    def slot(self, time: float) -> float:
        """Place an instant between or beside the bars; a shortened silence ends early."""
        index = max(0, bisect_right(self.times, time) - 1)
        end = self.slots[index + 1] if index + 1 < len(self.slots) else float("inf")
        return min(self.slots[index] + (time - self.times[index]) / self.bar_s, end)


class TimeTick(NamedTuple):
    """A mark on the time axis; `day` is the second line, empty while it stays the same."""

    slot: float
    text: str
    day: str


def lay_out(times: Sequence[int], bar_s: int) -> Timeline:
    """Place bars by time; silences take at most half the room of the bars, the longest give first."""
    missing = {
        index: count
        for index, (left, right) in enumerate(pairwise(times))
        if (count := round((right - left) / bar_s) - 1) > 0
    }
    cap = _cap(sorted(missing.values()), len(times) / 2)
    silences = {index: Silence(index, count, min(count, cap)) for index, count in missing.items()}
    slots = [0.0]
    for index, (left, right) in enumerate(pairwise(times)):
        silence = silences.get(index)
        slots.append(slots[-1] + (silence.shown + 1 if silence and silence.cut else (right - left) / bar_s))
    return Timeline(tuple(times), bar_s, tuple(slots), tuple(silences.values()))


def _cap(lengths: Sequence[int], room: float) -> int:
    """Find the longest a silence may be shown so that all of them, shortest first, fit the room."""
    for index, length in enumerate(lengths):
        left = len(lengths) - index
        if length * left > room:
            return max(1, int(room / left))
        room -= length
    return max(lengths, default=1)


def time_ticks(timeline: Timeline, count: int) -> list[TimeTick]:
    """Choose at most `count` round UTC times and write them; the date stands where it changes."""
    visible_s = timeline.width * timeline.bar_s
    step = next((step for step in _STEPS if step * count >= visible_s), None)
    instants = _multiples(timeline, step) if step else _months(timeline, visible_s / count)
    instants = instants or [timeline.times[0]]  # a short series may hold no round time
    ticks: list[TimeTick] = []
    shown = ""
    for instant in instants:
        slot = timeline.slot(instant)
        if ticks and slot - ticks[-1].slot < timeline.width / (count + 1):
            continue
        text, day = _words(datetime.fromtimestamp(instant, UTC), step)
        ticks.append(TimeTick(slot, text, "" if day == shown else day))
        shown = day
    return ticks


def _runs(timeline: Timeline) -> list[tuple[int, int]]:
    """List the stretches of time that are shown in full, each from its first bar to the end of its last."""
    firsts = [0, *(cut.after + 1 for cut in timeline.cuts)]
    lasts = [*(cut.after for cut in timeline.cuts), len(timeline.times) - 1]
    return [
        (timeline.times[first], timeline.times[last] + timeline.bar_s)
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _multiples(timeline: Timeline, step: int) -> list[int]:
    origin = _WEEK_START if step >= 7 * _DAY else 0
    return [
        instant
        for start, end in _runs(timeline)
        for instant in range(origin - (origin - start) // step * step, end, step)
    ]


def _months(timeline: Timeline, rough_s: float) -> list[int]:
    every = next((step for step in _MONTH_STEPS if step * 30 * _DAY >= rough_s), _MONTH_STEPS[-1])
    instants = []
    for start, end in _runs(timeline):
        first, last = (datetime.fromtimestamp(edge, UTC) for edge in (start, end))
        for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
            instant = int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
            if month % every == 0 and start <= instant < end:
                instants.append(instant)
    return instants


def _words(at: datetime, step: int | None) -> tuple[str, str]:
    if step is None:
        return f"{at:%b}", f"{at.year}"
    if step >= _DAY:
        return f"{at.day} {at:%b}", f"{at.year}"
    return f"{at:%H:%M}", f"{at.day} {at:%b}"
