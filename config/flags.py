"""Feature flags: declared here with an owner and a date to be gone by; never invented at the call site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Flag:
    """A switch that can be turned in the running system, for all, for a chat, or for a person.

    What is in `beta` people and admins of chats may join by themselves, until an operator says otherwise.
    """

    name: str
    summary: str
    default: bool
    owner: str
    remove_by: date
    beta: bool = False


FLAGS: dict[str, Flag] = {
    flag.name: flag
    for flag in (
        Flag("paste", "Answer pasted addresses with a card", True, "core", date(2027, 12, 31)),
        Flag("charts", "Add a chart to cards", True, "core", date(2027, 12, 31)),
        Flag(
            "headline_tone",
            "Judge headlines by their words where nobody voted",
            False,
            "core",
            date(2027, 12, 31),
            beta=True,
        ),
        Flag("inline", "Answer inline queries on Telegram", True, "core", date(2027, 12, 31)),
    )
}
