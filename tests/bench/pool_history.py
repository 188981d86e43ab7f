"""Fit the score of pool histories on one half of the pools, measure it on the other; print both.

Run with `python -m tests.bench.pool_history`. A pool's two rows are always in the same half.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.security import pool_history

POOLS = Path(__file__).parents[1] / "data" / "pools.csv"
SEED, DRAWS = 20_251, 2_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """One token of one pool."""

    pool: str
    adds: int
    added: Decimal
    removed: Decimal
    quiet: bool

    @property
    def for_fitting(self) -> bool:
        return hashlib.sha256(self.pool.encode()).digest()[0] % 2 == 0


def rows() -> list[PoolRow]:
    with POOLS.open(encoding="utf-8", newline="") as file:
        return [
            PoolRow(
                pool=row["liquidity_pool_address"], adds=int(float(row["num_liquidity_adds"])),
                added=Decimal(row["total_added_liquidity"]), removed=Decimal(row["total_removed_liquidity"]),
                quiet=row["inactivity_status"] == "Inactive",
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def figures(half: list[PoolRow]) -> Floats:
    """Give log10 of the deposits, and the balance, of each row."""
    return np.array(
        [[np.log10(row.adds), pool_history.balance(row.added, row.removed)] for row in half], dtype=np.float64
    )


def fitted(half: list[PoolRow], ridge: float = 1.0) -> tuple[float, float, float]:
    """Fit the logistic regression by Newton's method; give its base and its two slopes."""
    raw, quiet = figures(half), np.array([row.quiet for row in half], dtype=np.float64)
    mean, spread = raw.mean(axis=0), raw.std(axis=0)
    columns = np.column_stack([np.ones(len(raw)), (raw - mean) / spread])
    penalty = np.diag([0.0, ridge, ridge])
    weights = np.zeros(3)
    for _ in range(30):
        odds = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (odds - quiet) + penalty @ weights
        bend = (columns * (odds * (1 - odds))[:, None]).T @ columns + penalty
        weights -= np.linalg.solve(bend, slope)
    slopes = weights[1:] / spread
    return float(weights[0] - slopes @ mean), float(slopes[0]), float(slopes[1])


def auc(scores: Floats, quiet: NDArray[np.bool_]) -> float:
    """Give the share of pairs of a quiet and an active row that the score orders rightly; ties count half."""
    active, picked = np.sort(scores[~quiet]), scores[quiet]
    below = np.searchsorted(active, picked, "left") + np.searchsorted(active, picked, "right")
    return float(below.sum() / 2 / (len(picked) * len(active)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """AUC of the score, of the number of deposits alone, and the gain, each with its 95 % interval."""

    rows: int
    score: tuple[float, float, float]
    adds: tuple[float, float, float]
    gain: tuple[float, float, float]


def measured(half: list[PoolRow]) -> Measured:
    """Measure on rows; the interval is drawn by pools, whose two rows are not independent."""
    quiet = np.array([row.quiet for row in half])
    scores = np.array([pool_history.quiet_score(row.adds, row.added, row.removed) for row in half])
    few = -np.array([row.adds for row in half], dtype=np.float64)
    _, owner = np.unique([row.pool for row in half], return_inverse=True)
    members = [np.flatnonzero(owner == pool) for pool in range(owner.max() + 1)]
    rng = np.random.default_rng(SEED)
    draws = np.empty((DRAWS, 2))
    for draw in draws:
        picked = np.concatenate([members[pool] for pool in rng.integers(0, len(members), len(members))])
        draw[:] = auc(scores[picked], quiet[picked]), auc(few[picked], quiet[picked])
    score, adds = auc(scores, quiet), auc(few, quiet)
    return Measured(
        rows=len(half), score=(score, *_interval(draws[:, 0])), adds=(adds, *_interval(draws[:, 1])),
        gain=(score - adds, *_interval(draws[:, 0] - draws[:, 1])),
    )  # fmt: skip


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Print the fit and the measurements."""
    everything = rows()
    sys.stdout.write(f"fitted: {fitted([row for row in everything if row.for_fitting])}\n")
    for name, half in (
        ("fitted on", [row for row in everything if row.for_fitting]),
        ("not fitted on", [row for row in everything if not row.for_fitting]),
        ("all", everything),
    ):
        sys.stdout.write(f"{name}: {measured(half)}\n")


if __name__ == "__main__":
    main()
