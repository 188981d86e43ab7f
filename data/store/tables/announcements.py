"""What was announced, or waits to be."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from data.store.tables.base import METADATA
from data.store.types import Id, Instant, Prose, Word

# `chat_key` is empty for what goes everywhere. A number is never given twice: keys of notices bear it.
announcements = Table(
    "announcements",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("chat_key", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("text", Prose, nullable=False),
    Column("state", Word, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
    Column("sends_at", Instant),
    Index(None, "state", "sends_at"),
    Index(None, "chat_key", "made_at"),
    sqlite_autoincrement=True,
)
