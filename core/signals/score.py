"""What a type's past firings came to: chances with their sample, and whether it should be told at all. Pure.

A chance is counted, never felt: +20 % before -20 % within 4 hours, among graded firings of the same type and
band. Outcomes that are unknown are not counted, in neither direction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.signals.spec import DANGER, SignalType

PROVEN_FROM = 50  # firings; below it a chance of a half is anything from 37 to 63 %
BANDS = 4
_Z = 1.959964  # of 95 %
_DRAWS, _SEED = 2_000, 20_260
_CELLS = 250_000  # of two megabytes
_BEST = 3

# Told whatever came of it: they warn, or say what is, or were asked for by who follows a wallet.
TOLD_ANYWAY: frozenset[SignalType] = DANGER | {
    SignalType.DIVERGENCE,
    SignalType.REGIME,
    SignalType.WALLET_MOVE,
}


class Tally(NamedTuple):
    """How many of `n` graded firings rose by 20 % before they fell by 20 %."""

    hits: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A share of hits with its 95 % interval, 0 to 1; one that is not `proven` is to be called unproven."""

    n: int
    ratio: float
    low: float
    high: float

    @property
    def proven(self) -> bool:
        """Whether there are enough firings to say anything."""
        return self.n >= PROVEN_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one firing: `net_ratio` at 4 hours after costs; each None where unknown."""

    strength: float
    hit: bool | None
    net_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a type has done; `quiet` says that it has lost money beyond doubt.

    `n` counts firings whose net result is known; `hit` is None where no firing's is. `low` and `high` are the
    95 % interval of the `mean` net result; `without_best` is the mean without the three best.
    """

    n: int
    hit: Chance | None
    mean: float | None
    low: float | None
    high: float | None
    median: float | None
    without_best: float | None
    quiet: bool


def band_of(strength: float) -> int:
    """Tell the quarter that a strength lies in, from 0."""
    return min(BANDS - 1, max(0, int(strength * BANDS)))


def wilson(tally: Tally) -> Chance | None:
    """Tell a share with its interval; None of nothing.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference (1927)
    """
    hits, n = tally
    if n <= 0:
        return None
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    # At the ends the interval touches the share but for rounding.
    low, high = min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))
    return Chance(n=n, ratio=share, low=low, high=high)


def tallied(outcomes: Iterable[Outcome]) -> tuple[Tally, ...]:
    """Count the hits of each band."""
    hits, totals = [0] * BANDS, [0] * BANDS
    for outcome in outcomes:
        if outcome.hit is not None:
            band = band_of(outcome.strength)
            totals[band] += 1
            hits[band] += outcome.hit
    return tuple(map(Tally, hits, totals))


def chances(tallies: Sequence[Tally]) -> tuple[Chance | None, ...]:
    """Tell the chance of each band, weakest first; None of a band without firings.

    A stronger signal is never given a lower chance than a weaker one: bands that contradict this are counted
    together until none does (isotonic regression), so that their sample is that of all of them.
    """
    blocks: list[tuple[Tally, list[int]]] = []
    for band, tally in enumerate(tallies):
        if not tally.n:
            continue
        joined, bands = tally, [band]
        while blocks and blocks[-1][0].hits * joined.n > joined.hits * blocks[-1][0].n:
            before, earlier = blocks.pop()
            joined, bands = Tally(before.hits + joined.hits, before.n + joined.n), earlier + bands
        blocks.append((joined, bands))
    found = {band: wilson(tally) for tally, bands in blocks for band in bands}
    return tuple(found.get(band) for band in range(len(tallies)))


def standing(kind: SignalType, outcomes: Iterable[Outcome]) -> Standing:
    """Tell how a type has done, and whether it is to go quiet.

    Quiet: proven, and the whole interval of the mean net result below zero. The interval is of 2,000
    resamples (always the same ones): net results are as skewed as these markets, which a normal one is not.
    """
    known = tuple(outcomes)
    hit = wilson(Tally(sum(bool(one.hit) for one in known), sum(one.hit is not None for one in known)))
    nets = np.sort([one.net_ratio for one in known if one.net_ratio is not None]).astype(np.float64)
    n = len(nets)
    if not n:
        return Standing(
            n=0, hit=hit, mean=None, low=None, high=None, median=None, without_best=None, quiet=False
        )
    low, high = _interval(nets)
    return Standing(
        n=n,
        hit=hit,
        mean=float(nets.mean()),
        low=low,
        high=high,
        median=float(np.median(nets)),
        without_best=float(nets[:-_BEST].mean()) if n > _BEST else None,
        quiet=n >= PROVEN_FROM and high < 0 and kind not in TOLD_ANYWAY,
    )


def _interval(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Resample the mean; so many draws at a time that years of firings need no room."""
    rng, n = np.random.default_rng(_SEED), len(values)
    at_once = max(1, _CELLS // n)
    means: list[float] = []
    while len(means) < _DRAWS:
        rows = min(at_once, _DRAWS - len(means))
        means += values[rng.integers(0, n, (rows, n))].mean(axis=1).tolist()
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
