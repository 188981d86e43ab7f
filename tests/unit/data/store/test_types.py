"""Column types: what goes in comes back, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from data.store.types import (
    ExactDecimal,
    Instant,
    Prose,
    RawInteger,
    Unstorable,
    Word,
    Words,
    is_row_id,
    is_word,
    prose,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIALECTS: list[Dialect] = [sqlite.base.SQLiteDialect(), postgresql.base.PGDialect()]  # type: ignore[no-untyped-call]
both = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@both
@given(instant=st.datetimes(timezones=st.just(UTC)), hours=st.integers(-23, 23))
def test_an_instant_is_exact_to_the_microsecond(dialect: Dialect, instant: datetime, hours: int) -> None:
    try:
        at = instant.astimezone(timezone(timedelta(hours=hours)))
    except OverflowError:  # beyond the first and the last year
        at = instant
    kind = Instant()
    back = kind.process_result_value(kind.process_bind_param(at, dialect), dialect)
    assert back == at.astimezone(UTC)
    assert back is not None
    assert back.tzinfo is UTC


@both
def test_an_instant_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(Unstorable):
        Instant().process_bind_param(NOON.replace(tzinfo=None), dialect)


def test_instants_on_sqlite_sort_as_numbers_in_any_zone() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-9)))
    kind = Instant()
    first = kind.process_bind_param(elsewhere, DIALECTS[0])
    second = kind.process_bind_param(NOON + timedelta(microseconds=1), DIALECTS[0])
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert second - first == 1


@both
@given(
    value=st.decimals(allow_nan=False, allow_infinity=False)
    | st.decimals(min_value=-(10**60), max_value=10**60, places=60)
)
def test_a_decimal_keeps_every_digit(dialect: Dialect, value: Decimal) -> None:
    kind = ExactDecimal()
    back = kind.process_result_value(kind.process_bind_param(value, dialect), dialect)
    assert back is not None
    assert back.as_tuple() == value.as_tuple()


@both
@pytest.mark.parametrize("text", ["1E+40", "1.50", "-0", "1E-5000", "9" * 200, "0.1"])
def test_a_decimal_is_spelled_as_before(dialect: Dialect, text: str) -> None:
    assert ExactDecimal().process_bind_param(Decimal(text), dialect) == text


@both
@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+10001", "1E-10001"])
def test_a_number_of_no_world_is_refused(dialect: Dialect, text: str) -> None:
    with pytest.raises(Unstorable):
        ExactDecimal().process_bind_param(Decimal(text), dialect)


@both
@given(value=st.integers() | st.just(10**40) | st.just(-(10**40)) | st.just(2**64))
def test_base_units_beyond_64_bits_come_back(dialect: Dialect, value: int) -> None:
    kind = RawInteger()
    bound = kind.process_bind_param(value, dialect)
    assert isinstance(bound, str)
    assert kind.process_result_value(bound, dialect) == value


@both
def test_nothing_stays_nothing(dialect: Dialect) -> None:
    for kind in (Word(), Prose(), Instant(), ExactDecimal(), RawInteger(), Words()):
        assert kind.process_bind_param(None, dialect) is None
    for kind in (Instant(), ExactDecimal(), RawInteger(), Words()):
        assert kind.process_result_value(None, dialect) is None


@both
@given(value=st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=5))
def test_a_mapping_of_text_comes_back_without_what_cannot_be_kept(
    dialect: Dialect, value: dict[str, str]
) -> None:
    kind = Words()
    bound = kind.process_bind_param(value, dialect)
    assert bound is not None
    assert "\0" not in bound
    assert kind.process_result_value(bound, dialect) == {prose(k): prose(v) for k, v in value.items()}


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff", "x" * 513])
def test_a_key_that_would_change_is_refused(text: str) -> None:
    assert not is_word(text)
    with pytest.raises(Unstorable):
        Word().process_bind_param(text, DIALECTS[0])


@pytest.mark.parametrize("text", ["", "telegram:42", "' OR 1=1; --", "ВОNK", "🐕" * 512])
def test_any_other_key_is_kept_as_it_is(text: str) -> None:
    assert Word().process_bind_param(text, DIALECTS[1]) == text


@given(st.text(st.characters(exclude_categories=())))
def test_prose_can_be_kept_by_both_engines(text: str) -> None:
    cleaned = prose(text)
    assert is_word(cleaned[:512])
    assert prose(cleaned) == cleaned


def test_prose_loses_only_what_cannot_be_kept() -> None:
    assert prose("a\0b\ud800c\n🐕") == "abc\n🐕"
    assert prose("abc", 2) == "ab"


@pytest.mark.parametrize(
    ("number", "fits"), [(0, False), (-1, False), (1, True), (2**63 - 1, True), (2**63, False)]
)
def test_a_row_number_fits_into_64_bits(number: int, fits: bool) -> None:
    assert is_row_id(number) is fits
