"""Exact numbers: nothing is lost between base units and what people write."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from data.models.money import TokenAmount, divided, percent_to_ratio, times


@given(st.integers(0, 10**40), st.integers(0, 36))
def test_base_units_become_whole_tokens_without_loss(raw: int, decimals: int) -> None:
    assert Fraction(TokenAmount(raw, decimals).units) == Fraction(raw, 10**decimals)


@given(st.integers(1, 10**27), st.integers(1, 10**20), st.integers(0, 30))
def test_a_supply_times_a_price_keeps_every_digit(supply: int, price: int, places: int) -> None:
    product = times(Decimal(supply), Decimal(price).scaleb(-places))
    assert Fraction(product) == Fraction(supply * price, 10**places)


def test_a_division_by_zero_is_unknown() -> None:
    assert divided(Decimal(1), Decimal(0)) is None
    assert divided(Decimal(1), Decimal(4)) == Decimal("0.25")


def test_percent_becomes_a_ratio() -> None:
    assert percent_to_ratio(Decimal("1.5")) == Decimal("0.015")
    assert percent_to_ratio(Decimal("-99.855")) == Decimal("-0.99855")
