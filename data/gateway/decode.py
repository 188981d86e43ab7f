"""From a vendor's bytes to records: JSON kept exact, every fault named, and no body that stops the loop.

The decoder holds the interpreter lock while it runs, so a thread alone does not keep the loop free. Two
things do: a bound on the number of values in a body, and a float hook in Python, at which the lock changes
hands. Measured on two slow cores: 3.9 MB of ordinary rows stop the loop for 73 ms without the hook and for
18 ms with it; 80,000 values at the worst rate seen (460 ns each, keys of one object) take 37 ms.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal

import msgspec

from data.errors import BadPayload
from data.models.market import Record
from data.providers.base import Call, Json, classify

MOST_VALUES = 80_000
ON_LOOP_BYTES = 64 * 1024  # decoding this takes about 1 ms, reading it a few

# What code that trusts the shape of a body raises when the shape is another.
_PARSER_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def _exact(text: str) -> Decimal:
    return Decimal(text)


_DECODER = msgspec.json.Decoder(float_hook=_exact)


def decode(body: bytes) -> Json:
    """Decode JSON; integers of any size stay exact, fractions become Decimal.

    Raises:
        BadPayload: not JSON (a page, cut short, NaN or Infinity), nested too deeply, or too many values.
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_VALUES:
        raise BadPayload(f"more than {MOST_VALUES} values")
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(_fault(body, error)) from None


def _fault(body: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if body.lstrip()[:1] == b"<":
        return "a web page where data was due"
    return "cut short" if "truncated" in str(error) else "not JSON"


def read(call: Call, status: int, body: bytes, at: datetime) -> tuple[Record, ...]:
    """Read an answer received at `at`.

    Raises:
        UpstreamError: as the provider's error map and parser say.
    """
    answered = 200 <= status < 300
    try:
        content = decode(body)
    except BadPayload:
        if answered:
            raise
        content = None
    if (error := classify(call.provider, status, content)) is not None:
        raise error
    try:
        return call.endpoint.parse(content, call.ask, at)
    except _PARSER_FAULTS as fault:
        raise BadPayload(f"unexpected shape ({type(fault).__name__})") from fault


async def read_off_loop(call: Call, status: int, body: bytes, at: datetime) -> tuple[Record, ...]:
    """Read an answer as `read` does, on a thread where it is large."""
    if len(body) <= ON_LOOP_BYTES:
        return read(call, status, body, at)
    return await asyncio.to_thread(read, call, status, body, at)
