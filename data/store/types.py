"""Column types that give back exactly what was put in, or refuse it.

The same on both engines: what SQLite and PostgreSQL would treat differently is refused or cleaned here.
Nothing here knows a table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import TIMESTAMP, BigInteger, ColumnElement, Dialect, Integer, Text, and_
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from data.errors import InvariantBroken

WORD_LIMIT = 512  # characters; PostgreSQL refuses index entries above some 2,700 bytes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_POSTGRES = "postgresql"
_LAST_CHARACTER = "\U0010ffff"
_EXPONENT_LIMIT = 10_000  # NUMERIC, which orders are cast to, ends at 16,383 places


class Unstorable(InvariantBroken, DontWrapMixin):
    """A value that no engine could give back as it is."""


def is_word(text: str) -> bool:
    """Tell whether text can be a key: encodable, without NUL, not too long."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text and len(text) <= WORD_LIMIT


def is_row_id(number: int) -> bool:
    """Tell whether a number can be a row's: drivers fail on what 64 bits do not hold."""
    return 0 < number < 2**63


def prose(text: str, limit: int | None = None) -> str:
    """Drop what PostgreSQL cannot keep from text that is only read: NUL and lone surrogates."""
    return text.replace("\0", "").encode(errors="ignore").decode()[:limit]


def starts(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Ask for a beginning as a range of the column's index; LIKE would use none, and give % a meaning."""
    return and_(column >= prefix, column <= prefix + _LAST_CHARACTER)


class _CodePointText(TypeDecorator[str]):
    """Text that both engines sort by code point, so that a prefix is a range of an index."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return Text(collation="C") if dialect.name == _POSTGRES else Text()


class Word(_CodePointText):
    """A key: refused unless it can be kept as it is, so that two keys never become one."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not is_word(value):
            raise Unstorable(f"not a key: {value[:40]!r}, {len(value)} characters")
        return value


class Prose(_CodePointText):
    """Text for people, cleaned of what PostgreSQL cannot keep."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else prose(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant, exact to the microsecond: microseconds since 1970 on SQLite, else timestamptz."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        kind = TIMESTAMP(timezone=True) if dialect.name == _POSTGRES else BigInteger()
        return dialect.type_descriptor(cast("TypeEngine[datetime]", kind))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise Unstorable(f"an instant without a zone: {value.isoformat()}")
        return value.astimezone(UTC) if dialect.name == _POSTGRES else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: datetime | int | None, dialect: Dialect) -> datetime | None:
        if isinstance(value, int):
            return _EPOCH + value * _MICROSECOND
        return None if value is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A finite Decimal as text on both engines.

    SQLite would pass a number through a float, and NUMERIC gives 1E+40 back with other digits and stops at
    131,072 of them: text keeps digits and exponent alike. Money is computed in `data.models.money`, never in
    SQL; an order by size casts, and is an order only.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not value.is_finite() or abs(value.adjusted()) > _EXPONENT_LIMIT:
            raise Unstorable(f"not a number of this world: {value:e}")
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class RawInteger(TypeDecorator[int]):
    """Base units as text on both engines: they exceed 64 bits."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class Words(TypeDecorator[Mapping[str, str]]):
    """A small mapping of text to text, as JSON; read whole, never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        cleaned = {prose(key): prose(text) for key, text in value.items()}
        return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else cast("dict[str, str]", json.loads(value))


# SQLite numbers rows by itself only where the type is spelled INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")
