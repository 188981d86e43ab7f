"""Values read from vendors' answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.models.fields import Link
from data.models.ids import Chain, TokenKey
from data.providers import values


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "1,234.5",
        "-1",
        "1_000",
        "",
        "0x10",
        "١٢",
        True,
        None,
        [],
        {},
        -1,
        10**40,
        float("nan"),
    ]
    + [Decimal(text) for text in ("NaN", "sNaN", "-Infinity", "1e308", "-1", "1e999999999")],
)
def test_what_is_no_figure_is_a_gap(value: Any) -> None:
    assert values.number(value) is None
    assert values.positive(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.00000000000000002200", "2.2E-17"),
        (Decimal("8.1178e-05"), "0.000081178"),
        (" 115.01273159485128392246938396 ", "115.01273159485128392246938396"),
        (0, "0"),
        ("1e-999999999", "0"),
        (18446744073709551615, "18446744073709551615"),
    ],
)
def test_a_figure_is_read_to_its_last_digit(value: Any, expected: str) -> None:
    assert values.number(value) == Decimal(expected)


def test_a_share_is_a_percent_of_a_whole() -> None:
    assert values.share("73.7977") == Decimal("0.737977")
    assert values.share(100) == 1
    assert values.share(101) is None
    assert values.share(-1) is None
    assert values.ratio(735) == Decimal("7.35")
    assert values.ratio("-99.855") == Decimal("-0.99855")


def test_units_divide_by_the_decimals_without_loss() -> None:
    assert values.units(8799471343582888521, 5) == Decimal("87994713435828.88521")
    assert values.units(None, 5) is None
    assert values.units(1, None) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0), (18, 18), ("9", 9), (37, None), (1.5, None), (-1, None)]
)
def test_decimals_are_a_small_whole_number(value: Any, expected: int | None) -> None:
    assert values.decimals(value) == expected


def test_an_address_keeps_its_case_on_solana_alone() -> None:
    mixed = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
    assert values.token_on(Chain.ETHEREUM, mixed) == TokenKey(Chain.ETHEREUM, mixed.lower())
    assert values.address_on(Chain.SOLANA, "JUPyiwrY") == "JUPyiwrY"
    assert values.token_on(Chain.SOLANA, "not an address") is None
    assert values.token_on(Chain.SOLANA, None) is None


def test_a_link_is_kept_once_and_only_where_it_can_be_followed() -> None:
    found = values.links(
        ("site", "https://a.example"),
        ("again", "https://a.example"),
        ("script", "javascript:alert(1)"),
        ("markup", "https://a.example/](https://b.example"),
        (None, "http://c.example"),
        ("gone", None),
    )
    assert found == (Link("site", "https://a.example"), Link("link", "http://c.example"))
    assert values.links(("x", "")) is None


def test_links_are_at_most_ten() -> None:
    found = values.links(*((str(n), f"https://{n}.example") for n in range(50)))
    assert found is not None and len(found) == 10


@pytest.mark.parametrize("handle", ["", "a b", "a/b", "a?b", "@a", None, 7, "x" * 51])
def test_a_handle_that_would_leave_the_site_makes_no_page(handle: Any) -> None:
    assert values.profile("https://x.com/", handle) is None


def test_a_handle_makes_a_page() -> None:
    assert values.profile("https://t.me/", "ThePippinCo") == "https://t.me/ThePippinCo"
