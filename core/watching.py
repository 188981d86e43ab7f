"""Watchlists: everybody has one of their own, and every group one that all share."""

from __future__ import annotations

from data.clock import Clock
from data.models.alerts import WatchItem
from data.models.chat import Chat, User
from data.models.fields import SYMBOL
from data.models.ids import TokenKey, UserId
from data.models.market import TokenSnapshot
from data.models.text import one_line
from data.store.store import Store

_SYMBOL = 32


class Watchlists:
    """Reads and changes watchlists."""

    def __init__(self, store: Store, wall: Clock) -> None:
        self._store = store
        self._wall = wall

    async def put(self, user: User, chat: Chat, snapshot: TokenSnapshot, tag: str) -> WatchItem:
        """Put a token on the list of this chat.

        Raises:
            BadArgument: the list is full.
        """
        item = WatchItem(
            token=snapshot.token, symbol=one_line(snapshot.value(SYMBOL) or "", _SYMBOL), tag=tag,
            added_at=self._wall.now(),
        )  # fmt: skip
        key, owner = _list_of(user, chat)
        async with self._store.begin() as tx:
            await tx.watching.put(key, owner, item)
        return item

    async def drop(self, user: User, chat: Chat, token: TokenKey) -> bool:
        """Take a token off; False where it is not on the list."""
        async with self._store.begin() as tx:
            return await tx.watching.drop(_list_of(user, chat)[0], token)

    async def of(self, user: User, chat: Chat, tag: str = "") -> tuple[WatchItem, ...]:
        """List what is on the list of this chat, in the order it came there; under one tag if it is named."""
        async with self._store.read() as tx:
            items = await tx.watching.of(_list_of(user, chat)[0])
        return tuple(item for item in items if not tag or item.tag == tag)


def _list_of(user: User, chat: Chat) -> tuple[str, UserId | None]:
    """Name a list, and whose it is: in private a person's own on every platform, else the group's."""
    return (f"user:{user.id}", user.id) if chat.private else (chat.key, None)
