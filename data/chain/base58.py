"""Base 58 in Bitcoin's alphabet, as Solana writes addresses and signatures.

Source: https://datatracker.ietf.org/doc/html/draft-msporny-base58-03
"""

from __future__ import annotations

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_PAIR, _FIVE, _TEN = 58**2, 58**5, 58**10  # the last fits into 64 bits: few divisions are of long numbers


def base58(raw: bytes) -> str:
    """Write bytes."""
    number = int.from_bytes(raw, "big")
    fives: list[str] = []
    while number:
        number, ten = divmod(number, _TEN)
        high, low = divmod(ten, _FIVE)
        for five in (low, high):
            rest, last = divmod(five, _PAIR)
            first, middle = divmod(rest, _PAIR)
            fives.append(_ALPHABET[first] + _PAIRS[middle] + _PAIRS[last])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return _ALPHABET[0] * zeros + "".join(reversed(fives)).lstrip(_ALPHABET[0])


def unbase58(text: str) -> bytes:
    """Read bytes.

    Raises:
        ValueError: a character is not of the alphabet.
    """
    number = 0
    for char in text:
        number = number * 58 + _ALPHABET.index(char)
    zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
