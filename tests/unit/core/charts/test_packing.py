from __future__ import annotations

from itertools import combinations
from math import hypot, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts.packing import around, packed

RADII = st.lists(st.floats(0.01, 10.0), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(radii=RADII)
def test_packed_circles_never_overlap_and_each_touches_another(radii: list[float]) -> None:
    radii.sort(reverse=True)
    circles = list(zip(packed(radii), radii, strict=True))
    gaps = [
        hypot(a[0] - b[0], a[1] - b[1]) - one - other for (a, one), (b, other) in combinations(circles, 2)
    ]
    assert all(gap >= -1e-6 for gap in gaps)
    for at, (spot, radius) in enumerate(circles[1:], 1):
        nearest = min(hypot(spot[0] - x, spot[1] - y) - radius - other for (x, y), other in circles[:at])
        assert nearest == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(radii=RADII)
def test_a_ring_holds_all_that_it_is_drawn_around(radii: list[float]) -> None:
    spots = packed(sorted(radii, reverse=True))
    x, y, radius = around(spots, sorted(radii, reverse=True))
    for spot, own in zip(spots, sorted(radii, reverse=True), strict=True):
        assert hypot(spot[0] - x, spot[1] - y) + own <= radius + 1e-9


def test_seven_equal_circles_make_a_flower() -> None:
    spots = packed([1.0] * 7)
    _, _, radius = around(spots, [1.0] * 7)
    assert radius == pytest.approx(3.0, abs=0.05)
    assert around(spots[:1], [1.0]) == pytest.approx((0.0, 0.0, 1.0))


def test_equal_radii_give_equal_places() -> None:
    radii = [sqrt(1 / rank) for rank in range(1, 30)]
    assert packed(radii) == packed(radii)
    assert packed([]) == []
