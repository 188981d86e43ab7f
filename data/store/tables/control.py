"""What people and chats chose not to hear for a while; the index that their budgets are counted by."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from data.store.tables.base import METADATA
from data.store.tables.outbox import deliveries
from data.store.types import Id, Instant, Word

# Of a person, or where `user_id` is empty, of the chat `chat_key`. `subject` is a type of notice or a token.
snoozes = Table(
    "snoozes",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("chat_key", Word, nullable=False, index=True),
    Column("subject", Word, nullable=False),
    Column("until", Instant, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# What a place had within the last hour.
Index(None, deliveries.c.channel, deliveries.c.address, deliveries.c.due_at)
