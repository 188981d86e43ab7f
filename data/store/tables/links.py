"""Words that join accounts, and how often wrong ones were given."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from data.store.tables.base import METADATA
from data.store.types import Id, Instant, Word

# `by_id` is who alone may use the word; empty for whoever holds it.
link_words = Table(
    "link_words",
    METADATA,
    Column("digest", Word, primary_key=True),
    Column("step", Word, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("platform", Word, nullable=False),
    Column("account", Word, nullable=False),
    Column("place", Word, nullable=False),
    Column("by_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("expires_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# By the digest of an account, so that a lock outlives its owner's coming back as somebody new.
link_tries = Table(
    "link_tries",
    METADATA,
    Column("account", Word, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)
