"""What was known of a figure over time, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from core.past import History
from handlers import figures
from handlers.reply import Text, faint, strong, text

T = TypeVar("T", bound=object)


def history_rows(known: History[T], written: Callable[[T], str], now: datetime) -> tuple[Text, ...]:
    """Tell the newest, the oldest, the lowest and the highest value, and how often it was looked at."""
    if not known:
        return (
            text("Nothing is known of it yet."),
            text(faint("It is kept whenever somebody asks for the token: ask again later.")),
        )
    (first_at, first), (last_at, last) = known[0], known[-1]
    if len(known) == 1:
        return (
            text(strong(written(last.value)), f" {figures.ago(last_at, now)}"),
            text(faint("Known at one time only: it is kept whenever somebody asks for the token.")),
        )
    values = [(resolved.value, at) for at, resolved in known]
    low, high = min(values), max(values)
    return (
        text(strong(written(last.value)), f" {figures.ago(last_at, now)}"),
        text(f"{written(first.value)} {figures.ago(first_at, now)}"),
        text(f"lowest {written(low[0])} {figures.ago(low[1], now)}"),
        text(f"highest {written(high[0])} {figures.ago(high[1], now)}"),
        text(faint(f"Known at {len(known)} times: it is kept whenever somebody asks for the token.")),
    )
