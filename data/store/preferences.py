"""What a person or a chat prefers: a small mapping of text to text, kept small."""

from __future__ import annotations

from collections.abc import Mapping

from data.errors import BadArgument

MOST = 64
KEY_LIMIT = 64
VALUE_LIMIT = 1_000


def changed(preferences: Mapping[str, str], key: str, value: str | None) -> dict[str, str]:
    """Set one preference, or drop it with None.

    Raises:
        BadArgument: there are too many, or it is too long.
    """
    result = {name: text for name, text in preferences.items() if name != key}
    if value is None:
        return result
    if len(key) > KEY_LIMIT or len(value) > VALUE_LIMIT:
        raise BadArgument(f"A setting holds at most {VALUE_LIMIT} characters.", argument="value")
    if len(result) >= MOST:
        raise BadArgument(f"At most {MOST} settings are kept.", argument="key", hint="Reset one first.")
    return result | {key: value}
