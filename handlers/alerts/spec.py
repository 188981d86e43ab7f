"""Declaring a card of a kind of notice; services come as keyword-only parameters, as with commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from handlers.reply import Reply

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Generic[E]):
    """What is told: the newest event first, before it those of the same token that the message told already.

    `now` is when it is drawn. What holds for one delivery alone (that it is late, or may be there twice) is
    added by whoever sends it.
    """

    events: tuple[E, ...]
    now: datetime

    @property
    def newest(self) -> E:
        return self.events[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCard:
    """How a kind of notice looks; `run` takes a story and its services."""

    kind: str
    event: type[Any]
    run: Callable[..., Awaitable[Reply]]


def notice(kind: str, event: type[E]) -> Callable[[Callable[..., Awaitable[Reply]]], NoticeCard]:
    """Declare the card of a kind: `async def card(story: Story[Event], *, charts: Charts) -> Reply`."""

    def declared(run: Callable[..., Awaitable[Reply]]) -> NoticeCard:
        return NoticeCard(kind=kind, event=event, run=run)

    return declared
