"""Where in a chat each stream is heard: one place a stream, chosen by the chat's admins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from core.chats import number
from core.delivery import loudness
from core.delivery.audience import SENT_BY
from core.delivery.loudness import Loudness
from core.delivery.wishes import NOTIFY
from data.models.chat import Actor, Chat
from data.models.delivery import Stream, Subscription, Target
from data.models.ids import Platform
from data.store.store import Store, Tx

# What comes to a chat without being routed there: to hear no more of it has to be said.
UNASKED = frozenset({Stream.ALERTS, Stream.CALLS, Stream.WALLETS})

Holds: TypeAlias = Callable[[Chat, str], Awaitable[bool]]


def place_of(chat: Chat, *, topic: str | None = None, channel: str = "") -> Target:
    """Name a place of a chat as deliveries go there: this channel and topic, or another of the same chat."""
    return Target(
        channel=SENT_BY[chat.platform],
        address=channel or chat.channel,
        topic=topic if topic is not None else "" if channel else chat.topic or "",
    )


class Places:
    """Tells whether a channel belongs to a chat, where a platform's front end can.

    An admin of one chat shall not send to another: without an answer, a place is not theirs.
    """

    def __init__(self) -> None:
        self._known: dict[Platform, Holds] = {}

    def told_by(self, platform: Platform, holds: Holds) -> None:
        """Let a front end answer for its platform."""
        self._known[platform] = holds

    async def holds(self, chat: Chat, channel: str) -> bool:
        """Tell whether a chat has this channel."""
        asked = self._known.get(chat.platform)
        return channel == chat.channel or (asked is not None and await asked(chat, channel))


class Routes:
    """The places of a chat's streams."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, chat: Chat) -> dict[Stream, Subscription]:
        """List what a chat hears where, what is paused included."""
        async with self._store.read() as tx:
            heard = await tx.subscriptions.of_chat(chat.key)
        return {each.stream: each for each in heard if each.target.user_id is None}

    async def lead(self, actor: Actor, chat: Chat, stream: Stream, place: Target) -> None:
        """Let a stream come to a place of the chat, and no other; what was wished of it stays."""
        async with self._store.begin() as tx:
            before = await self._drop(tx, chat, stream)
            wishes = before[0].wishes if before else ()
            await tx.subscriptions.put(
                Subscription(stream=stream, target=place, chat_key=chat.key, wishes=wishes)
            )
            await self._hush(tx, chat, stream, off=False)
            where = ":".join(filter(None, (place.address, place.topic)))
            await tx.audit.append(number(actor), "route", chat.key, f"{stream} to {where}")

    async def end(self, actor: Actor, chat: Chat, stream: Stream) -> None:
        """Let a stream come to no place of the chat."""
        async with self._store.begin() as tx:
            await self._drop(tx, chat, stream)
            await self._hush(tx, chat, stream, off=stream in UNASKED)
            await tx.audit.append(number(actor), "route", chat.key, f"{stream} off")

    async def _drop(self, tx: Tx, chat: Chat, stream: Stream) -> list[Subscription]:
        heard = await tx.subscriptions.of_chat(chat.key)
        before = [each for each in heard if each.stream is stream and each.target.user_id is None]
        for each in before:
            await tx.subscriptions.remove(stream, each.target)
        return before

    async def _hush(self, tx: Tx, chat: Chat, stream: Stream, *, off: bool) -> None:
        """Say that a stream is off, or no longer that it is."""
        home = await tx.chats.ensure(chat)
        choices = loudness.chosen(home.preferences.get(NOTIFY, ""))
        if off:
            choices[stream.value] = Loudness.OFF
        elif choices.get(stream.value) is Loudness.OFF:
            del choices[stream.value]
        await tx.chats.set_preference(chat.key, NOTIFY, loudness.kept(choices) or None)
