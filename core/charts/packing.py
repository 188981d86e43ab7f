"""Circles side by side without overlap, gathered around one point. Pure; equal input gives equal places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

_STEPS = 200  # of a walk towards the furthest, each shorter than the one before (Badoiu and Clarkson)
_TOUCHING = 1e-9  # overlap by rounding alone, as a share of the radii


def packed(radii: Sequence[float], *, aspect: float = 1.0) -> list[tuple[float, float]]:
    """Place circles in the order given, each where it touches two others and is nearest to their middle.

    `aspect` is how much wider than high the whole may become; the largest should come first.
    """
    known = np.array(radii, dtype=np.float64)
    x, y = np.zeros(len(known)), np.zeros(len(known))
    for at in range(1, len(known)):
        if at == 1:
            x[1] = known[0] + known[1]
            continue
        spots = _spots(x[:at], y[:at], known[:at], known[at])
        free = spots[_free(spots, x[:at], y[:at], known[:at], known[at])]
        if len(free):
            weights = known[:at] ** 2
            middle_x, middle_y = (float((each[:at] * weights).sum() / weights.sum()) for each in (x, y))
            away = ((free[:, 0] - middle_x) / aspect) ** 2 + (free[:, 1] - middle_y) ** 2
            x[at], y[at] = free[int(np.argmin(away))]
        else:  # only where rounding left no spot
            x[at] = float((x[:at] + known[:at]).max()) + known[at]
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _spots(x: Column, y: Column, radii: Column, radius: float) -> Column:
    """List where a circle of `radius` touches each two of the placed ones."""
    first, second = np.triu_indices(len(x), k=1)
    dx, dy = x[second] - x[first], y[second] - y[first]
    distance = np.hypot(dx, dy)
    a, b = radii[first] + radius, radii[second] + radius
    near = (distance <= a + b) & (distance > 0)
    first = first[near]
    dx, dy, distance, a, b = (each[near] for each in (dx, dy, distance, a, b))
    along = (a**2 - b**2 + distance**2) / (2 * distance)
    across = np.sqrt(np.maximum(a**2 - along**2, 0.0))
    foot_x, foot_y = x[first] + along * dx / distance, y[first] + along * dy / distance
    shift_x, shift_y = -across * dy / distance, across * dx / distance
    return np.column_stack(
        (
            np.concatenate((foot_x + shift_x, foot_x - shift_x)),
            np.concatenate((foot_y + shift_y, foot_y - shift_y)),
        )
    )


def _free(spots: Column, x: Column, y: Column, radii: Column, radius: float) -> NDArray[np.bool_]:
    distances = np.hypot(spots[:, :1] - x, spots[:, 1:] - y)
    return np.asarray((distances >= (radii + radius) * (1 - _TOUCHING)).all(axis=1))


def around(places: Sequence[tuple[float, float]], radii: Sequence[float]) -> tuple[float, float, float]:
    """Find a circle that holds circles: its middle and radius, close to the smallest there is."""
    x, y, known = (np.array(column, dtype=np.float64) for column in (*zip(*places, strict=True), radii))
    middle = np.array([(x * known**2).sum(), (y * known**2).sum()]) / (known**2).sum()
    for step in range(2, _STEPS):
        reach = np.hypot(x - middle[0], y - middle[1]) + known
        furthest = int(reach.argmax())
        middle += (np.array([x[furthest], y[furthest]]) - middle) / step
    reach = np.hypot(x - middle[0], y - middle[1]) + known
    return float(middle[0]), float(middle[1]), float(reach.max())
