"""What people keep an eye on: watchlists and alerts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from data.store.tables.base import METADATA
from data.store.types import ExactDecimal, Id, Instant, Prose, Word

# `list_key` is a person's number here or a chat; `user_id` is set where it is a person's.
watch_items = Table(
    "watch_items",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("list_key", Word, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("token", Word, nullable=False),
    Column("symbol", Prose, nullable=False),
    Column("tag", Word, nullable=False),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("list_key", "token"),
    Index(None, "token", "user_id"),
    sqlite_autoincrement=True,
)

# A number is never given twice: it stands in the keys of notices. `version` grows with every change, so that
# of two who change a row at once the second sees that it is late.
alerts = Table(
    "alerts",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("chat_key", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("token", Word, nullable=False),
    Column("symbol", Prose, nullable=False),
    Column("figure", Word, nullable=False),
    Column("span", Word, nullable=False),
    Column("way", Word, nullable=False),
    Column("threshold", ExactDecimal),
    Column("repeat", Boolean, nullable=False),
    Column("cooldown_s", Integer, nullable=False),
    Column("band_ratio", ExactDecimal, nullable=False),
    Column("lasts_s", Integer),
    Column("phase", Word, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    Column("expires_at", Instant, index=True),
    Column("rests_until", Instant),
    Column("snoozed_until", Instant),
    Column("fired_at", Instant),
    Column("fires", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "user_id", "id"),
    Index(None, "chat_key", "id"),
    Index(None, "phase", "id"),
    sqlite_autoincrement=True,
)

# The extremes of a token's price within a look-back, as they were observed: what a restart would forget.
alert_windows = Table(
    "alert_windows",
    METADATA,
    Column("token", Word, primary_key=True),
    Column("span", Word, primary_key=True),
    Column("points", Prose, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)
