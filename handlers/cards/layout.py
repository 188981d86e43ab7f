"""Lists cut into pages, and buttons into rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from handlers.reply import Button, Invoke, Page

T = TypeVar("T")


def turned(items: Sequence[T], page: int, size: int, invoke: Invoke) -> tuple[Sequence[T], Page]:
    """Cut out a page of a list, the last one where there are fewer; `invoke` shows the list."""
    pages = max(1, -(-len(items) // size))
    number = min(max(page, 1), pages)
    return items[(number - 1) * size : number * size], Page(number, pages, invoke)


def in_rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    """Put so many buttons side by side."""
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
