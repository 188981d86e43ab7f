"""What a person or a chat wishes to hear, as commands show and change it; each change is recorded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from core.chats import number
from core.delivery import loudness
from core.delivery.budget import WINDOW
from core.delivery.loudness import Loudness
from core.delivery.wishes import NOTIFY, Wishes, wishes
from core.people import People
from data.models.chat import Actor, Chat, User
from data.models.delivery import Target
from data.models.hearing import Owner
from data.ports import Clock
from data.store.store import Store


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose choice it is: a person's own, or that of a chat, which `chat` then names."""

    user: User
    chat: Chat | None = None

    @property
    def owner(self) -> Owner:
        """How the store knows them."""
        return Owner(self.user.id) if self.chat is None else Owner(chat_key=self.chat.key)


class Hearing:
    """Choices read and set, one change at a time."""

    def __init__(self, store: Store, people: People, wall: Clock) -> None:
        self._store = store
        self._people = people
        self._wall = wall
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        """Tell the real time, by which quiet hours and digests go."""
        return self._wall.now()

    async def lately(self, place: Target) -> tuple[datetime, ...]:
        """Tell when messages came to a place within the last hour."""
        now = self._wall.now()
        async with self._store.read() as tx:
            due = await tx.held.due(place.channel, [place.address], now - WINDOW)
        here = due.get((place.channel, place.address, place.topic), ())
        return tuple(sorted(each for each in here if each <= now))

    async def of(self, whose: Whose) -> Wishes:
        """Tell what holds now."""
        owner, now = whose.owner, self._wall.now()
        people, keys = ([], [whose.chat.key]) if whose.chat is not None else ([whose.user.id], [])
        async with self._store.read() as tx:
            snoozed = (await tx.choices.snoozed(people, keys, now)).get(owner)
            if whose.chat is not None:
                kept = (await tx.choices.of_chats(keys)).get(whose.chat.key, {})
            else:
                user = await tx.users.get(whose.user.id)
                kept = {} if user is None else user.preferences
        return wishes(kept, snoozed)

    async def choose(self, actor: Actor, whose: Whose, name: str, value: str | None) -> Wishes:
        """Set one choice; None is what holds for who never chose.

        Raises:
            BadArgument: there are too many choices.
        """
        async with self._turn:
            await self._set(actor, whose, name, value)
        return await self.of(whose)

    async def loud(self, actor: Actor, whose: Whose, kind: str, wanted: Loudness) -> Wishes:
        """Choose how loud a type is; to ask for a whole stream lets go of nothing chosen about its types."""
        async with self._turn:
            choices = dict((await self.of(whose)).loudness)
            choices[kind] = wanted
            await self._set(actor, whose, NOTIFY, loudness.kept(choices))
        return await self.of(whose)

    async def _set(self, actor: Actor, whose: Whose, name: str, value: str | None) -> None:
        if whose.chat is None:
            await self._people.prefer(whose.user, name, value)
            return
        async with self._store.begin() as tx:
            await tx.chats.ensure(whose.chat)
            await tx.chats.set_preference(whose.chat.key, name, value)
            await tx.audit.append(number(actor), "setting", whose.chat.key, f"{name} {value or 'default'}")
