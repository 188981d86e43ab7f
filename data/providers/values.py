"""Values as vendors send them: numbers in strings, nulls, NaN, seconds or milliseconds, hostile names.

Each function gives a clean value or None: what cannot be read is a gap, never a figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from data.errors import BadPayload
from data.models.fields import Link
from data.models.ids import Chain, TokenKey
from data.models.money import TokenAmount, divided
from data.models.text import one_line

Json = Any

# Beyond these no price, supply or cap of a real token lies; a vendor's 1e308 is a fault.
_LARGEST = Decimal("1e30")
_SMALLEST = Decimal("1e-30")
_LONGEST_NUMBER = 100
_FIRST_BLOCK = datetime(2009, 1, 3, tzinfo=UTC)
_FUTURE = timedelta(days=366 * 50)

_JOINTS = str.maketrans("", "", "-_:")
_HANDLE = re.compile(r"[A-Za-z0-9_.-]{1,50}")
_MOST_DECIMALS = 36
_MOST_LINKS = 10

SYMBOL_LIMIT = 24
NAME_LIMIT = 64
URL_LIMIT = 300


def number(value: Json, *, signed: bool = False) -> Decimal | None:
    """Read a finite number from a JSON number or a plain decimal string; negative only where `signed`."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    text = str(value).strip() if isinstance(value, (str, float)) else value
    if isinstance(text, str) and (len(text) > _LONGEST_NUMBER or "_" in text or not text.isascii()):
        return None
    if isinstance(text, int) and text.bit_length() > 128:
        return None
    try:
        result = Decimal(text)
    except InvalidOperation:
        return None
    # copy_abs, since abs() rounds to the context and so overflows on 1e999999999.
    if not result.is_finite() or result.copy_abs() > _LARGEST or (result < 0 and not signed):
        return None
    return result if result.copy_abs() >= _SMALLEST else Decimal(0)


def positive(value: Json) -> Decimal | None:
    """Read a number above zero: a price of nothing is no price."""
    result = number(value)
    return result if result else None


def ratio(percent: Json, *, signed: bool = True) -> Decimal | None:
    """Read a percent as a ratio: 1.5 becomes 0.015."""
    result = number(percent, signed=signed)
    return None if result is None else result.scaleb(-2)


def share(percent: Json) -> Decimal | None:
    """Read a percent of a whole as a ratio from 0 to 1; nobody holds more than everything."""
    result = ratio(percent, signed=False)
    return result if result is not None and result <= 1 else None


def part(amount: Decimal, whole: Decimal) -> Decimal | None:
    """Divide; None where the whole is nothing, or less than its part."""
    return divided(amount, whole) if amount <= whole else None


def count(value: Json) -> int | None:
    """Read a whole number of things, never negative."""
    result = number(value)
    return int(result) if result is not None and result == result.to_integral_value() else None


def raw_amount(value: Json) -> int | None:
    """Read base units: an integer, or one written out in a string."""
    if isinstance(value, str) and (not value.isascii() or not value.isdigit() or len(value) > 39):
        return None
    return count(value)


def decimals(value: Json) -> int | None:
    """Read how many decimals a token has: 0 to 36."""
    result = count(value)
    return result if result is not None and result <= _MOST_DECIMALS else None


def units(raw: int | None, places: int | None) -> Decimal | None:
    """Turn base units into whole tokens; None where either is unknown."""
    return None if raw is None or places is None else TokenAmount(raw, places).units


def moment(value: Json, *, unit_s: float = 1.0) -> datetime | None:
    """Read an instant from unix time (`unit_s` 0.001 for milliseconds) or ISO 8601; zero is unknown."""
    try:
        if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
            at = datetime.fromisoformat(_microseconds(value.strip()))
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
        else:
            seconds = number(value)
            if not seconds:
                return None
            at = datetime.fromtimestamp(float(seconds) * unit_s, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at.astimezone(UTC) if _FIRST_BLOCK <= at <= _FIRST_BLOCK + _FUTURE else None


def _microseconds(iso: str) -> str:
    """Cut a fraction of a second to what datetime holds: vendors send nanoseconds."""
    head, dot, tail = iso.partition(".")
    if not dot:
        return iso
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[:digits][:6]:0<6}{tail[digits:]}"


def symbol(value: Json) -> str | None:
    """Read a ticker: visible, on one line, without a leading dollar sign."""
    return text(value.lstrip("$") if isinstance(value, str) else value, SYMBOL_LIMIT)


def text(value: Json, limit: int = NAME_LIMIT) -> str | None:
    """Read a stranger's text: visible, on one line; None where nothing can be seen of it."""
    return (one_line(value, limit).strip() or None) if isinstance(value, str) else None


def address(value: Json) -> str | None:
    """Read an address: at most 100 letters and digits, and the few signs that composite ids hold."""
    if isinstance(value, str) and 0 < len(value) <= 100 and value.isascii():
        return value if value.translate(_JOINTS).isalnum() else None
    return None


def address_on(chain: Chain, value: Json) -> str | None:
    """Read an address as we write those of `chain`: case kept on Solana, lower case elsewhere."""
    found = address(value)
    return found if found is None or chain is Chain.SOLANA else found.lower()


def token_on(chain: Chain, value: Json) -> TokenKey | None:
    """Read a token's address on `chain`."""
    found = address_on(chain, value)
    return None if found is None else TokenKey(chain, found)


def url(value: Json) -> str | None:
    """Read a link: https or http, no white space, not too long."""
    if not isinstance(value, str) or len(value) > URL_LIMIT:
        return None
    good = value.startswith(("https://", "http://")) and value.isascii() and value.isprintable()
    return value if good and not set(value) & set(" <>\"'`()[]{}|\\^") else None


def profile(site: str, handle: Json) -> str | None:
    """Make the address of a person's page out of a site and a handle: `https://x.com/` and `name`."""
    return f"{site}{handle}" if isinstance(handle, str) and _HANDLE.fullmatch(handle) else None


def links(*named: tuple[Json, Json]) -> tuple[Link, ...] | None:
    """Read (label, address) pairs: each address once, at most ten; None where no address can be used."""
    found: dict[str, Link] = {}
    for label, value in named:
        target = url(value)
        if target and target not in found and len(found) < _MOST_LINKS:
            found[target] = Link(text(label, SYMBOL_LIMIT) or "link", target)
    return tuple(found.values()) or None


def mapping(value: Json) -> Mapping[str, Json]:
    """Read an object; anything else reads as empty."""
    return value if isinstance(value, Mapping) else {}


def items(value: Json) -> Sequence[Json]:
    """Read a list; anything else reads as empty."""
    return value if isinstance(value, list) else ()


def required_mapping(value: Json, what: str) -> Mapping[str, Json]:
    """Read an object that must be there.

    Raises:
        BadPayload: it is not an object.
    """
    if not isinstance(value, Mapping):
        raise BadPayload(f"{what} is {type(value).__name__}, not an object")
    return value


def required_items(value: Json, what: str) -> Sequence[Json]:
    """Read a list that must be there.

    Raises:
        BadPayload: it is not a list.
    """
    if not isinstance(value, list):
        raise BadPayload(f"{what} is {type(value).__name__}, not a list")
    return value
