"""Base 58 both ways, on the vectors of its description and on any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chain.base58 import base58, unbase58

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
        (b"", ""),
        (bytes(32), "1" * 32),
    ],
)
def test_the_vectors_of_the_description_hold(raw: bytes, text: str) -> None:
    """Source: https://datatracker.ietf.org/doc/html/draft-msporny-base58-03, section 5."""
    assert base58(raw) == text
    assert unbase58(text) == raw


@given(st.binary(max_size=100))
def test_any_bytes_are_written_digit_by_digit_and_read_back(raw: bytes) -> None:
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    assert base58(raw) == "1" * (len(raw) - len(raw.lstrip(b"\0"))) + digits
    assert unbase58(base58(raw)) == raw


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "2NEpo7TZ RRrLZSi2U", "é"])
def test_a_character_that_is_not_of_the_alphabet_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="substring not found"):
        unbase58(text)
