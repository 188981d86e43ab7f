"""Reading bytes that a Solana program wrote: borsh fields, one after another, from a stranger.

Knows no program. Whatever is not there, or is no value of its type, is BadPayload, never a figure.
Source: https://borsh.io
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from data.chain.base58 import base58
from data.errors import BadPayload

T = TypeVar("T")

_NO_KEY = bytes(32)


class CutShort(BadPayload):
    """The bytes end before the field does."""


class Reader:
    """A place in some bytes; each call reads one field there and moves on.

    Every method but `tail` raises BadPayload where the field is cut short or is no value of its type.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Read raw bytes."""
        end = self._at + size
        if end > len(self._data):
            raise CutShort(f"{len(self._data)} bytes where {end} are needed")
        piece, self._at = self._data[self._at : end], end
        return piece

    def u16(self) -> int:
        """Read an unsigned number of 2 bytes."""
        return int.from_bytes(self.take(2), "little")

    def u32(self) -> int:
        """Read an unsigned number of 4 bytes."""
        return int.from_bytes(self.take(4), "little")

    def u64(self) -> int:
        """Read an unsigned number of 8 bytes."""
        return int.from_bytes(self.take(8), "little")

    def i64(self) -> int:
        """Read a signed number of 8 bytes."""
        return int.from_bytes(self.take(8), "little", signed=True)

    def flag(self) -> bool:
        """Read a bool: one byte, 0 or 1."""
        byte = self.take(1)[0]
        if byte > 1:
            raise BadPayload(f"{byte} is no bool")
        return byte == 1

    def key(self) -> str:
        """Read an address."""
        return base58(self.take(32))

    def optional_key(self) -> str | None:
        """Read an address; 32 zeros are none."""
        raw = self.take(32)
        return None if raw == _NO_KEY else base58(raw)

    def text(self) -> str:
        """Read UTF-8 text behind its length."""
        try:
            return self.take(self.u32()).decode()
        except UnicodeDecodeError:
            raise BadPayload("text that is not UTF-8") from None

    def tail(self, read: Callable[[], T]) -> T | None:
        """Read a field that older programs did not write; None where the bytes end before it does."""
        try:
            return read()
        except CutShort:
            self._at = len(self._data)  # nothing can be read behind a field that is not there
            return None
