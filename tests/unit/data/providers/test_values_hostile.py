"""Values as no vendor should send them: each reads as a clean value or as None, and nothing is raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadPayload
from data.models.ids import Chain
from data.providers import values

# What a JSON decoder can hand over, NaN and Infinity among it, and Decimals as some decoders make them.
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.decimals()
    | st.text(st.characters(exclude_categories=()), max_size=30)
    | st.text("0123456789.,-+eE_ xXnNaAiIfF\u0661\uff11", max_size=12)
    | st.sampled_from(
        ["9" * 5000, "1e999999999", "-1e-999999999", "0x10", "1_000", "\uff11\uff12", "²", " 1 "]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(json_values)
def test_a_number_is_finite_bounded_and_never_negative(value: Any) -> None:
    number = values.number(value)
    assert number is None or (number.is_finite() and 0 <= number <= Decimal("1e30"))
    signed = values.number(value, signed=True)
    assert signed is None or (signed.is_finite() and abs(signed) <= Decimal("1e30"))
    assert number is None or number == signed
    assert isinstance(values.positive(value), Decimal | None)
    assert values.positive(value) != 0


@given(json_values)
def test_every_reader_gives_a_clean_value_or_none(value: Any) -> None:
    share, whole, decimals = values.share(value), values.count(value), values.decimals(value)
    assert share is None or 0 <= share <= 1
    assert whole is None or (type(whole) is int and whole >= 0)
    assert decimals is None or 0 <= decimals <= 36
    raw = values.raw_amount(value)
    assert raw is None or (type(raw) is int and 0 <= raw < 10**39)
    assert isinstance(values.ratio(value), Decimal | None)
    moment = values.moment(value)
    assert moment is None or (moment.tzinfo is UTC and 2009 <= moment.year <= 2059)
    for text in (values.symbol(value), values.text(value, 64)):
        assert text is None or (0 < len(text) <= 64 and text == text.strip() and "\n" not in text)
        assert text is None or text.encode()
    address = values.address(value)
    assert address is None or (address.isascii() and 0 < len(address) <= 100)
    url = values.url(value)
    assert url is None or (url.isascii() and url.startswith(("http://", "https://")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1e5", "100000"),
        ("1E-7", "0.0000001"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+5", "5"),
        (" 1 ", "1"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (-0.0, "0"),
        ("-0", "0"),
        (2**99, str(2**99)),
        ("1e30", "1e30"),
    ],
)
def test_a_number_is_read_in_every_form_of_json(value: Any, expected: str) -> None:
    assert values.number(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "-inf",
        "1e31",
        "1e308",
        1e308,
        "-1",
        -1,
        -0.5,
        "1,234.5",
        "0x10",
        "\uff11\uff12\uff13",
        "1_000",
        "1 000",
        True,
        False,
        None,
        [],
        {},
        [1],
        {"value": 1},
        "",
        " ",
        "one",
        "1.2.3",
        "--1",
        "1e",
        2**129,
        10**4000,
        "9" * 101,
        "²",
        "½",
        "1\u200b",
        "$1",
        "1%",
        b"1",
    ],
)
def test_what_is_no_number_is_none(value: Any) -> None:
    assert values.number(value) is None


NOON = datetime(2025, 7, 9, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit_s", "expected"),
    [
        (1752062400, 1.0, NOON),
        ("1752062400", 1.0, NOON),
        (1752062400.25, 1.0, NOON + timedelta(milliseconds=250)),
        (1752062400000, 0.001, NOON),
        ("1752062400000", 0.001, NOON),
        ("2025-07-09T12:00:00Z", 1.0, NOON),
        ("2025-07-09T12:00:00.123456789Z", 1.0, NOON + timedelta(microseconds=123456)),
        ("2025-07-09T12:00:00.1+00:00", 1.0, NOON + timedelta(microseconds=100000)),
        ("2025-07-09T14:00:00+02:00", 1.0, NOON),
        ("2025-07-09 12:00:00", 1.0, NOON),
    ],
)
def test_an_instant_is_read_in_every_form_that_vendors_use(
    value: Any, unit_s: float, expected: datetime
) -> None:
    assert values.moment(value, unit_s=unit_s) == expected


@pytest.mark.parametrize(
    "value",
    [
        0,
        "0",
        -1,
        "-1752062400",
        1752062400000,
        10**18,
        1e300,
        "",
        " ",
        "soon",
        "2025-13-01",
        "0001-01-01",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31",
        "2300-01-01T00:00:00Z",
        None,
        True,
        [],
        {},
        "NaN",
        float("nan"),
        float("inf"),
        "\ud800",
        "2025-07-09T12:00:00.Z.",
    ],
)
def test_what_is_no_instant_of_this_market_is_none(value: Any) -> None:
    assert values.moment(value) is None


def test_a_milliseconds_reading_of_seconds_is_refused() -> None:
    assert values.moment(1752062400, unit_s=0.001) is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://a.example",
        "//a.example",
        "https://a.example/ b",
        "https://а.example",
        "https://a.example/\n",
        "https://a.example/<b>",
        "https://a.example/" + "x" * 300,
        "https://a)b",
        7,
        None,
        "https://a.example/`x`",
        "data:text/html,x",
        "HTTPS ://a.example",
        "tg://user?id=1",
    ],
)
def test_a_link_that_could_do_harm_is_none(url: Any) -> None:
    assert values.url(url) is None


@pytest.mark.parametrize("value", [None, 1, "x", [1], True])
def test_what_must_be_an_object_or_a_list_is_named_when_it_is_neither(value: Any) -> None:
    with pytest.raises(BadPayload, match="pair is"):
        values.required_mapping(value, "pair")
    if not isinstance(value, list):
        with pytest.raises(BadPayload, match="pairs is"):
            values.required_items(value, "pairs")
    assert values.mapping(value) == {}
    assert values.items(value) == ([1] if value == [1] else ())


@given(json_values)
def test_no_address_of_a_token_is_made_of_what_is_none(value: Any) -> None:
    for chain in Chain:
        token = values.token_on(chain, value)
        assert token is None or (token.chain is chain and token.address.strip() == token.address)
