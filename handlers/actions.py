"""Buttons as words: an invocation in at most 64 bytes, spilled to a store where it is longer.

What comes back from a platform is user input: any bytes may come, and nothing is trusted but its form.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from data.errors import BadArgument, UnknownCommand
from handlers.registry import Registry
from handlers.reply import Invoke

LIMIT = 64  # Telegram's callback_data, in bytes
_INLINE, _STORED = "tp", "ts"
_BETWEEN = "~"

Spill: TypeAlias = Callable[[str], Awaitable[str]]
Unspill: TypeAlias = Callable[[str], Awaitable[str | None]]

_EXPIRED = "This button is too old."
_HINT = "Run the command again."


async def encode(invoke: Invoke, registry: Registry, spill: Spill) -> str:
    """Write an invocation as a button's payload."""
    spec = registry.get(invoke.command)
    words = [invoke.args.get(param.name, "") for param in spec.params]
    while words and not words[-1]:
        words.pop()
    inline = f"{_INLINE}{spec.name}:{_BETWEEN.join(words)}"
    if inline.isprintable() and len(inline.encode()) <= LIMIT and not any(_BETWEEN in word for word in words):
        return inline
    return _STORED + await spill(json.dumps([spec.name, dict(invoke.args)], separators=(",", ":")))


async def decode(payload: str, registry: Registry, unspill: Unspill) -> Invoke:
    """Read a button's payload.

    Raises:
        BadArgument: it is not one of ours, or no longer kept.
    """
    if payload.startswith(_STORED):
        kept = await unspill(payload.removeprefix(_STORED))
        if kept is None:
            raise BadArgument(_EXPIRED, hint=_HINT)
        command, args = json.loads(kept)
        return Invoke(command, args)
    name, colon, rest = payload.removeprefix(_INLINE).partition(":")
    if not payload.startswith(_INLINE) or not colon:
        raise BadArgument("This button is not one of mine.", hint=_HINT)
    return Invoke(name, _named(name, rest, registry))


def _named(name: str, rest: str, registry: Registry) -> Mapping[str, str]:
    try:
        params = registry.get(name).params
    except UnknownCommand:
        raise BadArgument(_EXPIRED, hint=_HINT) from None
    words = rest.split(_BETWEEN) if rest else []
    if len(words) > len(params):
        raise BadArgument(_EXPIRED, hint=_HINT)
    return {param.name: word for param, word in zip(params, words, strict=False) if word}
