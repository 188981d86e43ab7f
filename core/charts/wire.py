"""What travels between whoever asks for pictures and the drawing process: length, then msgpack."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from core.charts.pictures import Picture

LENGTH = struct.Struct(">I")
# A body does not tell which picture it is of, so the class's name goes before it.
_READERS: Mapping[str, msgspec.msgpack.Decoder[Any]] = {
    kind.__name__: msgspec.msgpack.Decoder(kind) for kind in get_args(Picture)
}
_ENVELOPE = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw])


def framed(body: bytes) -> bytes:
    """Put a body's length before it."""
    return LENGTH.pack(len(body)) + body


def packed(picture: Picture) -> bytes:
    """Write a picture with the name of its class."""
    return msgspec.msgpack.encode((type(picture).__name__, picture))


def unpacked(body: bytes) -> Picture:
    """Read a picture.

    Raises:
        KeyError: there is no picture of that name.
        msgspec.ValidationError: it is not what its name says.
    """
    name, rest = _ENVELOPE.decode(body)
    picture: Picture = _READERS[name].decode(rest)
    return picture
