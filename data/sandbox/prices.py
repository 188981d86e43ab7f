"""One token's own price by the minute: a random walk with regimes and jumps, held by its path.

Knows no pool. A day is a Brownian bridge between two nightly anchors, so that any day can be drawn without
the days before it being drawn minute by minute.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.sandbox import seeds
from data.sandbox.tokens import Path

Array: TypeAlias = NDArray[np.float64]

DAY_S = 86_400
MINUTES = 1_440
_KEPT_DAYS = 32
_PULL_HOME = 0.8  # share of the distance from its path that a price keeps overnight
_REGIMES = (0.5, 0.8, 1.0, 1.0, 2.0)  # an hour's volatility, as a multiple of the path's
_JUMPS_PER_DAY = 1.5
_MARKS: Array = np.arange(MINUTES + 1, dtype=np.float64) * 60.0


class PricePath:
    """The reference price of one token. Times are seconds since the world's epoch, a midnight."""

    def __init__(self, seed: int, mint: str, path: Path, born_s: float) -> None:
        self._seed = seed
        self._mint = mint
        self._path = path
        self._born_s = born_s
        self._nights = seeds.stream(seed, "night", mint)
        self._anchors = [float(self._nights.normal() * path.volatility)]
        self._days: dict[int, Array] = {}  # a cache around a method would keep its path alive

    def log_usd(self, at: Array) -> Array:
        """Read the natural log of the price at times that lie within one day."""
        day = int(at[0] // DAY_S) if at.size else 0
        return np.interp(at - day * DAY_S, _MARKS, self._day(day))

    def usd(self, at_s: float) -> float:
        """Read the price at one time."""
        return math.exp(float(self.log_usd(np.array([at_s]))[0]))

    def _anchor(self, day: int) -> float:
        while len(self._anchors) <= day:
            step = float(self._nights.normal()) * self._path.volatility
            self._anchors.append(_PULL_HOME * self._anchors[-1] + step)
        return self._anchors[day]

    def _day(self, day: int) -> Array:
        if day not in self._days:
            while len(self._days) >= _KEPT_DAYS:
                del self._days[next(iter(self._days))]
            self._days[day] = self._draw(day)
        return self._days[day]

    def _draw(self, day: int) -> Array:
        rng = seeds.stream(self._seed, "day", self._mint, day)
        scale = self._path.volatility / math.sqrt(MINUTES)
        regimes = np.repeat(rng.choice(_REGIMES, size=24), 60)
        steps = rng.normal(size=MINUTES) * scale * regimes
        jumps = rng.random(MINUTES) < _JUMPS_PER_DAY / MINUTES
        steps += jumps * rng.laplace(scale=self._path.volatility / 3, size=MINUTES)
        walk = np.concatenate(([0.0], np.cumsum(steps)))
        first, last = self._anchor(day), self._anchor(day + 1)
        bridge = first + walk - _MARKS / DAY_S * (walk[-1] - (last - first))
        ages, multiples = zip(*self._path.knots, strict=True)
        trend = np.interp(_MARKS + day * DAY_S - self._born_s, ages, np.log(multiples))
        return np.asarray(math.log(self._path.start_usd) + trend + bridge, dtype=np.float64)
