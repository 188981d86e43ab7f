"""Hearing nothing of something for a while: of a type of notice, of a token, of one alert."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from core.addresses import word_of
from core.delivery.hearing import Whose
from data.errors import BadArgument
from data.models.hearing import SNOOZES_LIMIT
from data.models.ids import Chain, TokenKey
from data.ports import Clock
from data.store.store import Store

LONGEST = timedelta(days=30)
_SPAN = re.compile(r"(\d{1,4})([mhdw])", re.ASCII | re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def span(word: str) -> timedelta | None:
    """Read `15m`, `4h`, `7d` or `1w`; None where it is none, nothing, or longer than may be snoozed."""
    match = _SPAN.fullmatch(word.strip())
    length = int(match[1]) * _UNITS[match[2].lower()] if match is not None else timedelta()
    return length if timedelta() < length <= LONGEST else None


def word(subject: str) -> str:
    """Write what is snoozed as a person would: a type, or a token's address."""
    chain, colon, address = subject.partition(":")
    return word_of(TokenKey(Chain(chain), address)) if colon else subject


class Snoozes:
    """What people and chats want to hear nothing of for a while."""

    def __init__(self, store: Store, wall: Clock) -> None:
        self._store = store
        self._wall = wall

    async def snooze(self, whose: Whose, subject: str, length: timedelta) -> datetime:
        """Hear nothing of a type or token from now on; gives the end.

        Raises:
            BadArgument: too much is snoozed already.
        """
        until = self._wall.now() + length
        async with self._store.begin() as tx:
            kept = await tx.choices.snooze(whose.owner, subject, until)
        if not kept:
            raise BadArgument(
                f"At most {SNOOZES_LIMIT} things are snoozed at once.",
                argument="what",
                hint="/snooze lists them: wake one first.",
            )
        return until

    async def wake(self, whose: Whose, subject: str) -> bool:
        """Hear of it again; False where it was not snoozed."""
        async with self._store.begin() as tx:
            return await tx.choices.wake(whose.owner, subject)

    async def purge(self) -> None:
        """Drop what is over."""
        async with self._store.begin() as tx:
            await tx.choices.purge(self._wall.now())
