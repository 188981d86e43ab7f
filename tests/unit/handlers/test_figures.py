"""Numbers as people read them: tables, and the law that what is written can be read back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import figures
from tests.fakes.figures import read_price

positive = st.decimals(
    min_value=Decimal("1e-30"), max_value=Decimal("1e30"), allow_nan=False, allow_infinity=False
)
_STEPS = {"K": 3, "M": 6, "B": 9, "T": 12, "": 0}


def read_short(label: str) -> Decimal:
    match = re.fullmatch(r"([\d,.]+)([KMBT]?)", label.replace("$", ""))
    assert match is not None, label
    return Decimal(match[1].replace(",", "")).scaleb(_STEPS[match[2]])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "$0"),
        ("0E-8", "$0"),
        ("-0", "$0"),
        ("1", "$1.0000"),
        ("1234.5", "$1,234.50"),
        ("999.99", "$999.99"),
        ("999.999", "$1,000.0"),
        ("1000", "$1,000.00"),
        ("140.672", "$140.67"),
        ("0.99996", "$1.0000"),
        ("0.5", "$0.5"),
        ("0.01234", "$0.01234"),
        ("0.000123456", "$0.0001235"),
        ("0.0000123456", "$0.0₄1235"),
        ("0.00001", "$0.0₄1"),
        ("0.0000099996", "$0.0₄1"),
        ("1E-30", "$0.0₂₉1"),
        ("1E+30", "$1,000,000,000,000,000,000,000,000,000,000.00"),
        ("-2.5", "-$2.5000"),
        ("-0.00001", "-$0.0₄1"),
    ],
)
def test_a_price_is_written_with_the_digits_that_matter(value: str, written: str) -> None:
    assert figures.price(Decimal(value)) == written


@given(positive)
def test_a_price_reads_back_within_its_rounding(value: Decimal) -> None:
    written = figures.price(value)
    assert "E" not in written and "." not in written[-1:]
    assert abs(read_price(written) - value) <= value * Decimal("0.0005")
    assert figures.price(value.copy_negate()) == f"-{written}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "$0"),
        ("-0.00", "$0"),
        ("0.004", "$0.00"),
        ("0.5", "$0.50"),
        ("7", "$7"),
        ("512.3", "$512.30"),
        ("999.6", "$999.60"),
        ("999.994", "$999.99"),
        ("999.999", "$1.00K"),
        ("1000", "$1.00K"),
        ("45240", "$45.2K"),
        ("999499", "$999K"),
        ("999999", "$1.00M"),
        ("3810000000", "$3.81B"),
        ("999999999999", "$1.00T"),
        ("1234567890123456", "$1,230T"),
        ("1E+30", "$1,000,000,000,000,000,000T"),
        ("-5", "-$5"),
        ("-45240", "-$45.2K"),
    ],
)
def test_a_sum_is_written_in_steps(value: str, written: str) -> None:
    assert figures.usd(Decimal(value)) == written


@given(positive)
def test_a_short_number_reads_back_and_never_passes_its_step(value: Decimal) -> None:
    written = figures.short(value)
    assert "E" not in written
    assert abs(read_short(written) - value) <= value * Decimal("0.005")
    if not written.endswith("T"):
        assert read_short(written.rstrip("KMB")) < 1000
    assert figures.short(value.copy_negate()) == f"-{written}"


@pytest.mark.parametrize(
    ("ratio", "signed", "written"),
    [
        ("0", True, "0 %"),
        ("-0.00", True, "0 %"),
        ("0.042", True, "+4.2 %"),
        ("0.003", False, "0.30 %"),
        ("-0.029", True, "-2.9 %"),
        ("-0.00001", True, "0 %"),
        ("0.00001", False, "0 %"),
        ("0.00006", True, "+0.01 %"),
        ("0.999999", False, "100.0 %"),
        ("1", False, "100 %"),
        ("12.4", True, "+1,240 %"),
        ("99999", True, "+9,999,900 %"),
        ("123456", True, "+12.3M %"),
        ("1E+28", False, "1,000,000,000,000,000,000T %"),
        ("-0.99855", True, "-99.9 %"),
    ],
)
def test_a_ratio_is_written_as_percent(ratio: str, signed: bool, written: str) -> None:
    assert figures.percent(Decimal(ratio), signed=signed) == written


@given(st.decimals(min_value=-1, max_value=Decimal("1e28"), allow_nan=False))
def test_no_percent_is_written_with_an_exponent_or_a_negative_zero(ratio: Decimal) -> None:
    written = figures.percent(ratio, signed=True)
    assert "E" not in written
    assert not re.fullmatch(r"[-+][0.,]+ %", written)
    assert written.startswith("-") == (ratio < 0 and written != "0 %")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0"), ("2.5", "2.5"), ("1", "1"), ("10", "10"), ("100", "100"), ("1000", "1,000"),
        ("1234567.891", "1,234,567.89"), ("0.99996", "1.0000"), ("999.9999999", "1,000"), ("0.5", "0.5"),
        ("0.0000012345", "0.0₅1234"), ("-2.5", "-2.5"), ("-0.5", "-0.5"), ("1E+3", "1,000"), ("1E+2", "100"),
    ],
)  # fmt: skip
def test_an_amount_is_written_in_full(value: str, written: str) -> None:
    assert figures.amount(Decimal(value)) == written


@given(positive)
def test_an_amount_reads_back_within_its_rounding(value: Decimal) -> None:
    written = figures.amount(value)
    assert "E" not in written
    assert abs(read_price(written) - value) <= value * Decimal("0.0005")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-5, "0s"), (0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (172_799, "47h"),
        (172_800, "2d"), (31_535_999, "364d"), (31_536_000, "1.0y"), (66_225_600, "2.1y"),
    ],
)  # fmt: skip
def test_an_age_is_written_by_its_largest_unit(seconds: float, written: str) -> None:
    assert figures.age(timedelta(seconds=seconds)) == written


def test_times_are_written_for_people() -> None:
    noon = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
    assert figures.ago(noon, noon) == "now"
    assert figures.ago(noon, noon - timedelta(hours=1)) == "now"
    assert figures.ago(noon, noon + timedelta(minutes=3)) == "3m ago"
    assert figures.clock_time(noon) == "12:05 UTC"
    assert figures.date(noon) == "22 Nov 2026"
    assert figures.count(1234567) == "1,234,567"
    assert figures.address("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263") == "DezX…B263"
    assert figures.address("short") == "short"


@given(positive, st.integers(1, 8))
def test_rounding_keeps_so_many_digits(value: Decimal, digits: int) -> None:
    rounded = figures.significant(value, digits)
    assert len(rounded.as_tuple().digits) == digits
    assert abs(rounded - value) <= Decimal(5).scaleb(value.adjusted() - digits)
