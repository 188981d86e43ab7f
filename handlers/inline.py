"""What an inline query finds: replies to choose from, each with a line that tells it apart."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.reply import Reply


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One choice; `id` is of our making and tells it from the others of the same query."""

    id: str
    title: str
    description: str
    reply: Reply
