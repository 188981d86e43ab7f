"""Who hears the radar: a chat at one place of it, or a person in private; and what each wishes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.chats import number
from core.delivery.audience import SENT_BY, private
from core.delivery.routes import Routes, place_of
from data.errors import NotAllowed
from data.models.chat import Actor, Chat
from data.models.delivery import Stream, Subscription
from data.store.store import Store, Tx


class Hearers:
    """Reads and changes who hears a stream of the radar."""

    def __init__(self, store: Store, routes: Routes) -> None:
        self._store = store
        self._routes = routes

    async def of(self, actor: Actor, chat: Chat, stream: Stream) -> Subscription | None:
        """Tell what holds here: of the group, or in private of the person; None where nothing is heard."""
        async with self._store.read() as tx:
            return await self._found(tx, actor, chat, stream)

    async def begin(self, actor: Actor, chat: Chat, stream: Stream, *, here: bool = False) -> Subscription:
        """Let a stream be heard; a group that hears it elsewhere goes on there, unless it shall be `here`.

        Raises:
            NotAllowed: this platform has no way to reach the person.
        """
        found = await self.of(actor, chat, stream)
        if found is not None and found.active and not here:
            return found
        if not chat.private:
            await self._routes.lead(actor, chat, stream, place_of(chat))
        else:
            subscription = self._own(actor, chat, stream)
            if found is not None:
                subscription = replace(subscription, wishes=found.wishes)
            async with self._store.begin() as tx:
                await tx.subscriptions.put(subscription)
                await tx.audit.append(number(actor), "hear", chat.key, f"{stream} on")
        begun = await self.of(actor, chat, stream)
        assert begun is not None  # just put there
        return begun

    async def end(self, actor: Actor, chat: Chat, stream: Stream) -> None:
        """Let a stream be heard here no more."""
        if not chat.private:
            await self._routes.end(actor, chat, stream)
            return
        async with self._store.begin() as tx:
            found = await self._found(tx, actor, chat, stream)
            if found is not None:
                await tx.subscriptions.remove(stream, found.target)
                await tx.audit.append(number(actor), "hear", chat.key, f"{stream} off")

    async def wish(
        self, actor: Actor, chat: Chat, stream: Stream, changes: Mapping[str, str]
    ) -> Subscription:
        """Narrow what is heard, or with empty words widen it; who heard nothing hears it from now on."""
        found = await self.begin(actor, chat, stream)
        wishes = {name: word for name, word in {**dict(found.wishes), **changes}.items() if word}
        changed = replace(found, wishes=tuple(sorted(wishes.items())))
        async with self._store.begin() as tx:
            await tx.subscriptions.put(changed)
            told = " ".join(f"{name}={word or 'any'}" for name, word in changes.items())
            await tx.audit.append(number(actor), "hear", chat.key, f"{stream} {told}")
        return changed

    async def _found(self, tx: Tx, actor: Actor, chat: Chat, stream: Stream) -> Subscription | None:
        if chat.private:
            mine = () if actor.user is None else await tx.subscriptions.of_person(actor.user.id)
        else:
            mine = tuple(
                each for each in await tx.subscriptions.of_chat(chat.key) if each.target.user_id is None
            )
        return next((each for each in mine if each.stream is stream), None)

    def _own(self, actor: Actor, chat: Chat, stream: Stream) -> Subscription:
        user = actor.user
        reached = [] if user is None else [one for one in user.identities if one.platform in SENT_BY]
        if user is None or not reached:
            raise NotAllowed(
                "I can reach you on no platform.",
                rule="place chat",
                hint="Ask for it in Telegram or Discord; /signals shows everything here.",
            )
        return Subscription(stream=stream, target=private(reached[0], user.id), chat_key=chat.key)
