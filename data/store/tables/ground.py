"""People, chats, rules, tokens, keys, lists and the cache, with the indexes their queries use."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from data.store.tables.base import CACHE, METADATA
from data.store.types import ExactDecimal, Id, Instant, Prose, Word, Words

# A user's number is never given twice (sqlite_autoincrement): the audit keeps it after the user is gone.
users = Table(
    "users",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Prose, nullable=False),
    Column("name_key", Word, nullable=False, index=True),  # folded, for look-ups
    Column("level", SmallInteger, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("preferences", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("level IN (0, 1, 2, 3, 6)", name="level"),
    Index(None, "level", "id"),
    sqlite_autoincrement=True,
)

identities = Table(
    "identities",
    METADATA,
    Column("platform", Word, primary_key=True),
    Column("id", Word, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

# `user_id` is whose private chat it is.
chats = Table(
    "chats",
    METADATA,
    Column("key", Word, primary_key=True),
    Column("platform", Word, nullable=False),
    Column("id", Word, nullable=False),
    Column("kind", Word, nullable=False),
    Column("title", Prose, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("preferences", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# No foreign key to chats: a rule may precede the first message that is seen in its chat.
rules = Table(
    "rules",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("chat_key", Word, nullable=False),
    Column("command", Word, nullable=False),
    Column("effect", Word, nullable=False),
    Column("kind", Word, nullable=False),
    Column("subject", Word, nullable=False),
    UniqueConstraint("chat_key", "command", "kind", "subject"),
    Index(None, "kind", "subject"),
    sqlite_autoincrement=True,
)

flag_overrides = Table(
    "flag_overrides",
    METADATA,
    Column("name", Word, primary_key=True),
    Column("scope", Word, primary_key=True),
    Column("subject", Word, primary_key=True),
    Column("value", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Word, nullable=False),
    Column("action", Word, nullable=False),
    Column("subject", Prose, nullable=False),
    Column("detail", Prose, nullable=False),
    Column("digest", Word, nullable=False),
    Index(None, "actor", "seq"),
)

# One row: where the chain of the audit ends.
audit_head = Table(
    "audit_head",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", Word, nullable=False),
    CheckConstraint("id = 1", name="single"),
)

payloads = Table(
    "payloads",
    METADATA,
    Column("id", Word, primary_key=True),
    Column("digest", Word, nullable=False, unique=True),
    Column("data", Prose, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

tokens = Table(
    "tokens",
    METADATA,
    Column("chain", Word, primary_key=True),
    Column("address", Word, primary_key=True),
    Column("symbol", Prose, nullable=False),
    Column("symbol_key", Word, nullable=False, index=True),  # folded, for look-ups
    Column("name", Prose, nullable=False),
    Column("liquidity_usd", ExactDecimal),
    Column("market_cap_usd", ExactDecimal),
    Column("verified", Boolean, nullable=False),
    Column("source", Word, nullable=False),
    Column("liquidity_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

snapshots = Table(
    "snapshots",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("chain", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("chain", "address", "at"),
)

recents = Table(
    "recents",
    METADATA,
    Column("actor_key", Word, primary_key=True),
    Column("chat_key", Word, primary_key=True),
    Column("kind", Word, primary_key=True),
    Column("value", Prose, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index(None, "chat_key"),
    sqlite_with_rowid=False,
)

jobs_run = Table(
    "jobs_run",
    METADATA,
    Column("name", Word, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("error", Prose, nullable=False),
    sqlite_with_rowid=False,
)

# Sealed: the key that opens them lies outside the database.
provider_keys = Table(
    "provider_keys",
    METADATA,
    Column("provider", Word, primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("rotated_at", Instant),
    sqlite_with_rowid=False,
)

reliability = Table(
    "reliability",
    METADATA,
    Column("provider", Word, primary_key=True),
    Column("kind", Word, primary_key=True),
    Column("agreed", Double, nullable=False),
    Column("differed", Double, nullable=False),
    sqlite_with_rowid=False,
)

# `digest` says which rows a list was made of; `begun_at` when the work on it was last begun anew.
lists = Table(
    "lists",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Word, nullable=False, unique=True),
    Column("columns", Prose, nullable=False),
    Column("digest", Word, nullable=False),
    Column("begun_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# A row as it was given; `address` is empty where it names no coin, and `problem` says why.
list_items = Table(
    "list_items",
    METADATA,
    Column("list_id", Id, ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("chain", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("cells", Prose, nullable=False),
    Column("problem", Prose, nullable=False),
    Column("enriched_at", Instant),
    Index(None, "list_id", "chain", "address"),
    sqlite_with_rowid=False,
)

# What one source said of a coin whose other sources are still to be asked.
list_parts = Table(
    "list_parts",
    METADATA,
    Column("list_id", Id, ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True),
    Column("chain", Word, primary_key=True),
    Column("address", Word, primary_key=True),
    Column("lane", Word, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

cache = Table(
    "cache",
    CACHE,
    Column("key", Word, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
