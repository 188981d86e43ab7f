"""Volume by price and levels against the plain way to count them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.indicators import Column
from core.charts.zones import VALUE_SHARE, Level, levels, volume_profile
from tests.unit.core.charts.series import flat, walk

BARS = {
    "walk": walk(160),
    "tiny": walk(160, 1e-12),
    "huge": walk(160, 3e13),
    "rising": walk(160, drift=0.05),
    "flat": flat(40, 0.5, 10.0),
    "few": walk(3),
    "fallen": walk(80, 1.0) + walk(80, 1e-9),
}


def column(values: Sequence[float]) -> Column:
    return np.array(values, dtype=np.float64)


def of(name: str) -> tuple[Column, Column, Column]:
    bars = BARS[name]
    lows, highs = column([bar.low for bar in bars]), column([bar.high for bar in bars])
    return lows, highs, column([bar.volume for bar in bars])


def bins(low: Column, high: Column, count: int = 36) -> Column:
    return np.linspace(low.min() * 0.95, high.max() * 1.05, count + 1)


@pytest.mark.parametrize("name", BARS)
def test_a_bars_volume_is_spread_over_its_range(name: str) -> None:
    low, high, volume = of(name)
    edges = bins(low, high)
    found = volume_profile(low, high, volume, edges)
    assert found is not None
    expected = [0.0] * 36
    for bar_low, bar_high, traded in zip(low, high, volume, strict=True):
        for index in range(36):
            bottom, top = edges[index], edges[index + 1]
            if bar_high > bar_low:
                shared = max(0.0, min(bar_high, top) - max(bar_low, bottom))
                expected[index] += traded * shared / (bar_high - bar_low)
            elif bottom <= bar_low < top:
                expected[index] += traded
    assert found.volumes == pytest.approx(expected, rel=1e-6, abs=volume.sum() * 1e-9)
    assert found.volumes.sum() == pytest.approx(volume.sum())


@pytest.mark.parametrize("name", BARS)
def test_the_value_area_grows_around_the_fullest_bin_until_it_holds_its_share(name: str) -> None:
    low, high, volume = of(name)
    found = volume_profile(low, high, volume, bins(low, high))
    assert found is not None
    volumes = list(found.volumes)
    area = [volumes.index(max(volumes))]
    assert found.control == area[0]
    while sum(volumes[index] for index in area) < VALUE_SHARE * sum(volumes):
        sides = [index for index in (area[0] - 1, area[-1] + 1) if 0 <= index < len(volumes)]
        area = sorted([*area, max(sides, key=lambda index: (volumes[index], index))])
    assert (found.first, found.last) == (area[0], area[-1])
    bottom, top = found.value_area
    assert bottom <= found.control_price <= top


def test_the_value_area_grows_to_the_fuller_side_and_upwards_where_equal() -> None:
    edges = column([0, 1, 2, 3, 4, 5])
    low, high = column([0, 1, 2, 3, 4]), column([1, 2, 3, 4, 5])
    found = volume_profile(low, high, column([5, 20, 40, 10, 25]), edges)
    assert found is not None
    assert (found.control, found.first, found.last) == (2, 1, 3)
    even = volume_profile(low, high, column([20, 20, 20, 20, 20]), edges)
    assert even is not None
    assert (even.control, even.first, even.last) == (0, 0, 3)
    level = volume_profile(low[:3], high[:3], column([5, 20, 5]), edges[:4])
    assert level is not None
    assert (level.control, level.first, level.last) == (1, 1, 2)


def test_without_volume_there_is_no_profile() -> None:
    low, high, volume = of("walk")
    assert volume_profile(low, high, volume * 0, bins(low, high)) is None
    assert volume_profile(low[:0], high[:0], volume[:0], column([0, 1])) is None


def plain_levels(high: Column, low: Column) -> list[Level]:
    """Count turns one by one, as the documentation of `levels` says."""
    count, turns = len(high), []
    for at in range(3, count - 3):
        if all(high[at] > high[at - back] and high[at] >= high[at + back] for back in (1, 2, 3)):
            turns.append((math.log(high[at]), at))
        if all(low[at] < low[at - back] and low[at] <= low[at + back] for back in (1, 2, 3)):
            turns.append((math.log(low[at]), at))
    heights = sorted(math.log(high[at]) - math.log(low[at]) for at in range(count))
    width = (heights[(count - 1) // 2] + heights[count // 2]) / 2
    groups: list[list[tuple[float, int]]] = []
    for turn in sorted(turns):
        if groups and turn[0] - groups[-1][0][0] <= width:
            groups[-1].append(turn)
        else:
            groups.append([turn])
    found = []
    for group in groups:
        weights = [0.5 ** (2 * (count - 1 - at) / count) for _, at in group]
        mean = sum(price * weight for (price, _), weight in zip(group, weights, strict=True)) / sum(weights)
        if len(group) >= 2:
            found.append(
                Level(
                    price=math.exp(mean),
                    touches=len(group),
                    last=max(at for _, at in group),
                    strength=sum(weights),
                )
            )
    return sorted(sorted(found, key=lambda level: -level.strength)[:6], key=lambda level: level.price)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("price", [1e-12, 1.0, 3e13])
def test_levels_are_the_turns_counted_one_by_one(seed: int, price: float) -> None:
    bars = walk(160, price, seed=seed)
    high, low = column([bar.high for bar in bars]), column([bar.low for bar in bars])
    found, expected = levels(high, low), plain_levels(high, low)
    assert len(found) == len(expected) > 1
    for level, wanted in zip(found, expected, strict=True):
        assert (level.touches, level.last) == (wanted.touches, wanted.last)
        assert level.price == pytest.approx(wanted.price, rel=1e-9)
        assert level.strength == pytest.approx(wanted.strength)


def test_a_market_between_two_prices_has_those_levels_and_the_newer_is_stronger() -> None:
    middles = [1.5 + 0.5 * math.sin(index * math.pi / 10) for index in range(100)]
    high, low = column([m + 0.02 for m in middles]), column([m - 0.02 for m in middles])
    support, resistance = levels(high, low)
    assert support.price == pytest.approx(0.98) and resistance.price == pytest.approx(2.02)
    assert (support.touches, resistance.touches) == (5, 5)
    assert support.last > resistance.last and support.strength > resistance.strength


def test_a_top_of_equal_bars_is_one_turn_at_the_first_of_them() -> None:
    tops = [1.0, 1.1, 1.2, 1.5, 1.5, 1.2, 1.1, 1.0]
    high = column(tops * 2)
    (level,) = (each for each in levels(high, high - 0.01) if each.price > 1.4)
    assert (level.touches, level.last) == (2, 11)


def test_a_price_that_only_rises_stands_still_or_is_young_has_no_levels() -> None:
    rising = column([1 + index / 10 for index in range(60)])
    assert levels(rising + 0.01, rising) == ()
    assert levels(column([1.0] * 60), column([1.0] * 60)) == ()
    assert levels(column([1.0, 2.0] * 3), column([0.5, 1.5] * 3)) == ()
    assert levels(column([]), column([])) == ()


numbers = st.one_of(
    st.floats(1e-30, 1e15), st.sampled_from([0.0, 1.0, 1e-12, math.nan, math.inf, -math.inf, -1.0])
)


@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=60), st.booleans())
def test_whatever_comes_the_profile_adds_up_and_levels_are_in_the_range(
    bars: list[tuple[float, float, float]], log: bool
) -> None:
    low, high = column([min(a, b) for a, b, _ in bars]), column([max(a, b) for a, b, _ in bars])
    volume = column([each for _, _, each in bars])
    edges = np.geomspace(1e-31, 1e16, 37) if log else np.linspace(0, 1e16, 37)
    profile = volume_profile(low, high, volume, edges)
    counted = np.isfinite(low) & np.isfinite(high) & np.isfinite(volume) & (volume > 0) & (high >= low)
    if profile is None:
        assert not counted.any()
    else:
        assert profile.volumes.sum() == pytest.approx(volume[counted].sum())
    good = np.isfinite(low) & np.isfinite(high) & (low > 0)
    found = levels(high, low)
    assert [level.price for level in found] == sorted(level.price for level in found)
    for level in found:
        assert low[good].min() * (1 - 1e-9) <= level.price <= high[good].max() * (1 + 1e-9)
        assert level.touches >= 2 and 0 < level.strength <= level.touches
