"""What travels between whoever asks for charts and the drawing process: length, then msgpack."""

from __future__ import annotations

import struct

LENGTH = struct.Struct(">I")


def framed(body: bytes) -> bytes:
    """Put a body's length before it."""
    return LENGTH.pack(len(body)) + body
