"""What is pushed: facts worth telling, whom each goes to, and who wants to hear of what."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from data.store.tables.base import METADATA
from data.store.types import Id, Instant, Prose, Word, Words

# `key` is what makes a fact one: told twice, it stands once. `about` is a token, or empty.
notices = Table(
    "notices",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Word, nullable=False, unique=True),
    Column("kind", Word, nullable=False),
    Column("stream", Word, nullable=False),
    Column("about", Word, nullable=False),
    Column("urgency", SmallInteger, nullable=False),
    Column("lateness", Word, nullable=False),
    Column("joins", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("body", Prose, nullable=False),
    Index(None, "about", "id"),
    sqlite_autoincrement=True,
)

# One message to one place. `begun` counts the attempts that were started. `under_way` is one whose end is not
# told; `doubtful` says that of an earlier one it never was, so that the platform may have the message.
# `due_at` is its turn, which it keeps where it must be tried again at `retry_at`.
# `message` is the platform's number of what was sent.
deliveries = Table(
    "deliveries",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("notice_id", Id, ForeignKey("notices.id", ondelete="CASCADE"), nullable=False),
    Column("channel", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("state", Word, nullable=False),
    Column("urgency", SmallInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("retry_at", Instant),
    Column("expires_at", Instant, nullable=False),
    Column("lease", Word, nullable=False),
    Column("leased_until", Instant),
    Column("begun", Integer, nullable=False),
    Column("under_way", Boolean, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("message", Word, nullable=False),
    Column("problem", Prose, nullable=False),
    Column("settled_at", Instant),
    Column("read_at", Instant),
    UniqueConstraint("notice_id", "channel", "address", "topic"),
    Index(None, "channel", "state", "urgency", "due_at"),
    Index(None, "channel", "address", "state"),
    Index(None, "state", "expires_at"),
    Index(None, "state", "settled_at"),
    Index(None, "user_id", "notice_id"),
    sqlite_autoincrement=True,
)

# The message about a token that a place shows, to be edited as more of the same kind is known. `told` names
# the notices that it tells, in their order.
living = Table(
    "living",
    METADATA,
    Column("channel", Word, primary_key=True),
    Column("address", Word, primary_key=True),
    Column("topic", Word, primary_key=True),
    Column("about", Word, primary_key=True),
    Column("kind", Word, primary_key=True),
    Column("message", Word, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
    Column("told", Word, nullable=False),
    sqlite_with_rowid=False,
)

# Which place hears a stream. `chat_key` is the chat whose admins decide; `user_id` whose private chat it is.
subscriptions = Table(
    "subscriptions",
    METADATA,
    Column("stream", Word, primary_key=True),
    Column("channel", Word, primary_key=True),
    Column("address", Word, primary_key=True),
    Column("topic", Word, primary_key=True),
    Column("chat_key", Word, nullable=False, index=True),
    Column("private", Boolean, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("wishes", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("problem", Prose, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "channel", "address"),
    sqlite_with_rowid=False,
)
