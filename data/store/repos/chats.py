"""Chats: the homes of rules, what they prefer, and how one follows when its platform gives it a new id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.clock import Clock
from data.models.chat import Chat, ChatKind, FlagScope
from data.models.ids import Platform, UserId
from data.models.text import one_line
from data.store.preferences import changed
from data.store.tables import (
    alerts,
    chats,
    flag_overrides,
    recents,
    rules,
    snoozes,
    subscriptions,
    watch_items,
)
from data.store.upsert import insert

TITLE_LIMIT = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatHome:
    """What is kept of a chat; `user_id` is whose private chat it is, where that is known."""

    key: str
    platform: Platform
    id: str
    kind: ChatKind
    title: str
    user_id: UserId | None = None
    preferences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chats:
    """The chats we were spoken to in."""

    connection: AsyncConnection
    clock: Clock

    async def ensure(self, chat: Chat, user_id: UserId | None = None) -> ChatHome:
        """Find a chat, or make it known; a new title replaces the old.

        `user_id` names the person of a private chat, so that it goes when they are forgotten: Discord gives
        such a chat an id of its own.
        """
        title = one_line(chat.title, TITLE_LIMIT)
        found = await self.get(chat.key)
        if found is not None and found.title == title and user_id in {None, found.user_id}:
            return found
        add = insert(self.connection, chats).values(
            key=chat.key,
            platform=chat.platform.value,
            id=chat.id,
            kind=chat.kind.value,
            title=title,
            user_id=user_id,
            preferences={},
            created_at=self.clock.now(),
        )
        seen = {"title": title} if user_id is None else {"title": title, "user_id": user_id}
        await self.connection.execute(add.on_conflict_do_update(index_elements=[chats.c.key], set_=seen))
        kept = await self.get(chat.key)
        assert kept is not None
        return kept

    async def get(self, key: str) -> ChatHome | None:
        """Find a chat by its key."""
        return await self._find(select(chats).where(chats.c.key == key))

    async def set_preference(self, key: str, name: str, value: str | None) -> ChatHome | None:
        """Set one preference, or drop it with None; None where the chat is not known.

        Raises:
            BadArgument: there are too many, or it is too long.
        """
        found = await self._find(select(chats).where(chats.c.key == key).with_for_update())
        if found is None:
            return None
        values = {"preferences": changed(found.preferences, name, value)}
        await self.connection.execute(update(chats).where(chats.c.key == key).values(**values))
        return await self.get(key)

    async def migrate(self, platform: Platform, old_id: str, new_id: str) -> None:
        """Let rules, preferences, flags, recents, routes, snoozes, watchlist, alerts follow a chat.

        What the new chat has of the same kind already, stays; what the old one had besides, is dropped.
        Telling it twice changes nothing.
        """
        old, new = f"{platform}:{old_id}", f"{platform}:{new_id}"
        if old == new:
            return
        await self._follow_preferences(old, new, new_id)
        for table, column, same in (
            (rules, rules.c.chat_key, (rules.c.command, rules.c.kind, rules.c.subject)),
            (recents, recents.c.chat_key, (recents.c.actor_key, recents.c.kind)),
            (flag_overrides, flag_overrides.c.subject, (flag_overrides.c.name, flag_overrides.c.scope)),
            (watch_items, watch_items.c.list_key, (watch_items.c.token,)),
            (alerts, alerts.c.chat_key, (alerts.c.id,)),
            (snoozes, snoozes.c.chat_key, (snoozes.c.subject,)),
        ):
            ours = column == old
            if table is flag_overrides:
                ours &= flag_overrides.c.scope == FlagScope.CHAT
            taken = table.alias("taken")
            there = select(taken).where(taken.c[column.name] == new, *(taken.c[c.name] == c for c in same))
            await self.connection.execute(update(table).where(ours, ~there.exists()).values({column: new}))
            await self.connection.execute(delete(table).where(ours))
        # The addresses of its places follow with what is under way to them.
        heard = update(subscriptions).where(subscriptions.c.chat_key == old)
        await self.connection.execute(heard.values(chat_key=new))
        theirs = (alerts.c.chat_key == new) & (alerts.c.address == old_id)
        await self.connection.execute(update(alerts).where(theirs).values(address=new_id))

    async def _follow_preferences(self, old: str, new: str, new_id: str) -> None:
        before = await self._find(select(chats).where(chats.c.key == old).with_for_update())
        if before is None:
            return
        after = await self._find(select(chats).where(chats.c.key == new).with_for_update())
        if after is None:
            moved = update(chats).where(chats.c.key == old).values(key=new, id=new_id)
            await self.connection.execute(moved)
            return
        merged = {**before.preferences, **after.preferences}
        await self.connection.execute(update(chats).where(chats.c.key == new).values(preferences=merged))
        await self.connection.execute(delete(chats).where(chats.c.key == old))

    async def _find(self, query: Select[tuple[object, ...]]) -> ChatHome | None:
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            return None
        return ChatHome(
            key=row.key,
            platform=Platform(row.platform),
            id=row.id,
            kind=ChatKind(row.kind),
            title=row.title,
            user_id=row.user_id,
            preferences=row.preferences,
        )
