"""Where the trading of a window was: volume by price, and prices that it turned at. Arrays in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.charts.indicators import Column

VALUE_SHARE = 0.7
_PIVOT_REACH = 3
_TOUCHES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Volume by price: bin i holds `volumes[i]` USD between `edges[i]` and `edges[i + 1]`.

    `control` is the bin with the most volume (the lowest of equals); `first` to `last` are the value area.
    """

    edges: Column
    volumes: Column
    control: int
    first: int
    last: int

    @property
    def control_price(self) -> float:
        """The middle of the bin with the most volume."""
        return float(self.edges[self.control] + self.edges[self.control + 1]) / 2

    @property
    def value_area(self) -> tuple[float, float]:
        """The prices between which `VALUE_SHARE` of the volume was traded."""
        return float(self.edges[self.first]), float(self.edges[self.last + 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price that the market turned at: how often, at which bar last, and how much that weighs.

    `strength` is the sum of the weights of its turns: 1 at the newest bar, half as much half a window ago, a
    quarter at its start.
    """

    price: float
    touches: int
    last: int
    strength: float


def volume_profile(low: Column, high: Column, volume: Column, edges: Column) -> Profile | None:
    """Spread each bar's volume evenly between its low and high; None where there is no volume.

    `edges` rise, and hold every price: a bar that leaves them counts in the outermost bin. A bar without a
    range counts where its price is.
    """
    good = np.isfinite(low) & np.isfinite(high) & np.isfinite(volume) & (volume > 0) & (high >= low)
    low, high, volume = (np.asarray(column)[good] for column in (low, high, volume))
    if not len(volume) or len(edges) < 2:
        return None
    low, high = (np.clip(column, edges[0], edges[-1]) for column in (low, high))
    overlap = np.minimum(high[:, None], edges[1:]) - np.maximum(low[:, None], edges[:-1])
    overlap = np.maximum(overlap, 0.0)
    whole = overlap.sum(axis=1)
    flat = whole <= 0
    overlap[flat, np.clip(np.searchsorted(edges, low[flat], "right") - 1, 0, len(edges) - 2)] = 1.0
    whole[flat] = 1.0
    volumes = (overlap / whole[:, None] * volume[:, None]).sum(axis=0)
    first, last = _value_area(volumes)
    return Profile(edges=edges, volumes=volumes, control=int(volumes.argmax()), first=first, last=last)


def _value_area(volumes: Column) -> tuple[int, int]:
    """Grow from the fullest bin to the fuller neighbour, upwards where equal, until the share is inside."""
    first = last = int(volumes.argmax())
    inside, wanted = float(volumes[first]), VALUE_SHARE * float(volumes.sum()) * (1 - 1e-12)
    while inside < wanted:
        below = float(volumes[first - 1]) if first > 0 else -1.0
        above = float(volumes[last + 1]) if last + 1 < len(volumes) else -1.0
        if above >= below:
            last += 1
        else:
            first -= 1
        inside += max(above, below)
    return first, last


def levels(high: Column, low: Column, most: int = 6) -> tuple[Level, ...]:
    """Find prices that the market turned at twice or more, the strongest `most` of them, lowest first.

    A turn is a bar whose high is above the three before it and not below the three after, or a low the other
    way round; the newest three bars cannot be judged yet. Turns are joined from the lowest price up, into
    groups no wider (as a ratio) than the median bar is high. A level is its turns' geometric mean, each
    weighed by how new it is.
    """
    good = np.isfinite(high) & np.isfinite(low) & (low > 0) & (high >= low)
    places, high, low = np.flatnonzero(good), high[good], low[good]
    if len(high) <= 2 * _PIVOT_REACH:
        return ()
    top, bottom = np.log(high), np.log(low)
    at = np.concatenate([_turns(top), _turns(-bottom)])
    prices = np.concatenate([top[_turns(top)], bottom[_turns(-bottom)]])
    order = np.lexsort((at, prices))
    at, prices = at[order], prices[order]
    weights = 0.5 ** ((len(high) - 1 - at) / (len(high) / 2))
    found = [
        Level(
            price=float(np.exp(np.average(prices[first:end], weights=weights[first:end]))),
            touches=int(end - first),
            last=int(places[at[first:end].max()]),
            strength=float(weights[first:end].sum()),
        )
        for first, end in pairwise(_groups(prices, float(np.median(top - bottom))))
        if end - first >= _TOUCHES
    ]
    strongest = sorted(found, key=lambda level: (-level.strength, level.price))[:most]
    return tuple(sorted(strongest, key=lambda level: level.price))


def _turns(values: Column) -> NDArray[np.intp]:
    """Find the bars that stand above the ones before them and not below the ones after."""
    windows = np.lib.stride_tricks.sliding_window_view(values, 2 * _PIVOT_REACH + 1)
    middle = windows[:, _PIVOT_REACH]
    before, after = windows[:, :_PIVOT_REACH].max(axis=1), windows[:, _PIVOT_REACH + 1 :].max(axis=1)
    return np.flatnonzero((middle > before) & (middle >= after)) + _PIVOT_REACH


def _groups(prices: Column, width: float) -> list[int]:
    """Cut rising prices into groups no wider than `width`; gives where each starts, and the end."""
    starts: list[int] = []
    for index, price in enumerate(prices):
        if not starts or price - prices[starts[-1]] > width:
            starts.append(index)
    return [*starts, len(prices)]
