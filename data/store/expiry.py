"""Rows with an expiry: dropping those that are past it, and those that are too many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def purge(connection: AsyncConnection, table: Table, now: datetime, *, most: int) -> int:
    """Drop expired rows, then those that expire soonest until at most `most` are left; count them."""
    (key,) = table.primary_key
    expires_at = table.c.expires_at
    gone = (await connection.execute(delete(table).where(expires_at <= now))).rowcount
    surplus = (await connection.scalar(select(func.count()).select_from(table)) or 0) - most
    if surplus > 0:
        soonest = select(key).order_by(expires_at).limit(surplus)
        gone += (await connection.execute(delete(table).where(key.in_(soonest)))).rowcount
    return gone
