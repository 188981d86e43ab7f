from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.labels import change_label, plain_price, price_label, price_ticks, volume_label
from core.charts.spec import Scale

PRICES = st.floats(1e-30, 1e15)


@pytest.mark.parametrize(
    ("price", "label"),
    [
        (0.00000123, "0.0₅1230"),
        (1.23e-12, "0.0₁₁1230"),
        (0.00001234, "0.0₄1234"),
        (0.0001234, "0.0001234"),
        (0.5, "0.5000"),
        (1, "1.000"),
        (60_000, "60,000"),
        (61_234.56, "61,235"),
        (1_234_567, "1,234,567"),
        (12_345_678, "12.35M"),
        (3.4e9, "3.400B"),
        (2e15, "2,000T"),
        (0, "0"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_a_price_is_written_as_traders_write_it(price: float, label: str) -> None:
    assert price_label(price) == label


def test_a_price_for_the_ear_has_no_subscripts_and_no_commas() -> None:
    assert plain_price(0.00000123) == "0.00000123"
    assert plain_price(61_234.56) == "61235"
    assert plain_price(0) == "0"


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (0, "0"),
        (0.5, "0.50"),
        (12.34, "12.3"),
        (1234, "1.23K"),
        (5e6, "5.00M"),
        (2e12, "2.00T"),
        (2e15, "2,000T"),
    ],
)
def test_a_volume_takes_three_digits(value: float, label: str) -> None:
    assert volume_label(value) == label


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        (1.0, 1.5, "+50.0%"),
        (1.0, 0.9, "−10.0%"),
        (1.0, 1.0, "0.0%"),
        (1.0, 0.99999, "0.0%"),
        (1.0, 12.34, "×12.3"),
        (1e-7, 0.065, "×650,000"),
        (0.002, 2e-8, "−99.9%"),
        (0.002, 0.0, "−100.0%"),
        (0.0, 1.0, ""),
    ],
)
def test_a_change_is_a_percentage_and_from_tenfold_on_a_multiple(
    first: float, last: float, label: str
) -> None:
    assert change_label(first, last) == label


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1.05e-6, 1.31e-6, ["0.0₅105", "0.0₅110", "0.0₅115", "0.0₅120", "0.0₅125", "0.0₅130"]),
        (54_000, 62_500, ["54,000", "56,000", "58,000", "60,000", "62,000"]),
        (9e6, 2.2e7, ["10M", "12M", "14M", "16M", "18M", "20M", "22M"]),
        (0, 0.065, ["0", "0.01", "0.02", "0.03", "0.04", "0.05", "0.06"]),
        (0.99985, 1.00009, ["0.99985", "0.99990", "0.99995", "1.00000", "1.00005"]),
    ],
)
def test_linear_ticks_are_round_and_share_their_decimals(low: float, high: float, labels: list[str]) -> None:
    assert [label for _, label in price_ticks(low, high, Scale.LINEAR, 7)] == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1.05, 1.31, ["1.05", "1.10", "1.15", "1.20", "1.25", "1.30"]),
        (1.0, 4.0, ["1.0", "1.5", "2.0", "3.0", "4.0"]),
        (1.0, 80.0, ["1", "2", "3", "5", "10", "20", "30", "50"]),
        (1e-7, 0.07, ["0.0₆1", "0.0₅1", "0.0₄1", "0.0001", "0.001", "0.01"]),
    ],
)
def test_log_ticks_follow_the_decades(low: float, high: float, labels: list[str]) -> None:
    assert [label for _, label in price_ticks(low, high, Scale.LOG, 8)] == labels


@given(low=PRICES, ratio=st.floats(1.00001, 1e12), scale=st.sampled_from(Scale))
def test_ticks_lie_inside_the_axis_ascend_and_read_apart(low: float, ratio: float, scale: Scale) -> None:
    high = low * ratio
    ticks = price_ticks(low, high, scale, 8)
    values = [value for value, _ in ticks]
    assert 1 <= len(ticks) <= 10
    assert all(low * (1 - 1e-9) <= value <= high * (1 + 1e-9) for value in values)
    assert all(left < right for left, right in pairwise(values))
    assert len({label for _, label in ticks}) == len(ticks)


@given(price=PRICES)
def test_every_price_fits_beside_the_axis(price: float) -> None:
    assert len(price_label(price)) <= 10
