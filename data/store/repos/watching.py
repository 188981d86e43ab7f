"""Watchlists: one a person, one a group."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.errors import BadArgument
from data.models.alerts import WatchItem, token_of
from data.models.ids import TokenKey, UserId
from data.store.tables import watch_items
from data.store.upsert import insert

MOST = 200


@dataclass(frozen=True, slots=True)
class Watching:
    """Every watchlist."""

    connection: AsyncConnection

    async def put(self, list_key: str, user_id: UserId | None, item: WatchItem) -> None:
        """Put a token on a list, or give the one that is there another tag.

        Raises:
            BadArgument: the list is full.
        """
        others = (
            select(func.count())
            .select_from(watch_items)
            .where(watch_items.c.list_key == list_key, watch_items.c.token != str(item.token))
        )
        if (await self.connection.scalar(others) or 0) >= MOST:
            raise BadArgument(
                f"A watchlist holds at most {MOST} tokens.", argument="token", hint="Take one off: /unwatch"
            )
        add = insert(self.connection, watch_items).values(
            list_key=list_key, user_id=user_id, token=str(item.token), symbol=item.symbol, tag=item.tag,
            added_at=item.added_at,
        )  # fmt: skip
        again = {"tag": item.tag, "symbol": item.symbol}
        unique = [watch_items.c.list_key, watch_items.c.token]
        await self.connection.execute(add.on_conflict_do_update(index_elements=unique, set_=again))

    async def drop(self, list_key: str, token: TokenKey) -> bool:
        """Take a token off a list; False where it is not on it."""
        gone = delete(watch_items).where(
            watch_items.c.list_key == list_key, watch_items.c.token == str(token)
        )
        return await self.connection.scalar(gone.returning(watch_items.c.id)) is not None

    async def of(self, list_key: str) -> tuple[WatchItem, ...]:
        """List what is on a list, in the order it came there."""
        query = (
            select(watch_items)
            .where(watch_items.c.list_key == list_key)
            .order_by(watch_items.c.id)
            .limit(MOST)
        )
        return tuple(
            WatchItem(token=token_of(row.token), symbol=row.symbol, tag=row.tag, added_at=row.added_at)
            for row in await self.connection.execute(query)
        )

    async def watchers(self, token: TokenKey) -> tuple[UserId, ...]:
        """List the people on whose own list a token is."""
        mine = watch_items.c.token == str(token), watch_items.c.user_id.is_not(None)
        query = select(watch_items.c.user_id).where(*mine).order_by(watch_items.c.user_id)
        return tuple(UserId(number) for number in await self.connection.scalars(query))

    async def tokens(self, limit: int) -> tuple[TokenKey, ...]:
        """List the tokens that are on any list, of people and of groups."""
        query = select(watch_items.c.token).distinct().order_by(watch_items.c.token).limit(limit)
        return tuple(token_of(word) for word in await self.connection.scalars(query))
