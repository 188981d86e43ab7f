"""What the radar took in, what it told, and what became of it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, SmallInteger, Table

from data.store.tables.base import METADATA
from data.store.types import ExactDecimal, Id, Instant, Prose, Word

# The journal: the radar's work done again from it comes to the same signals.
radar_facts = Table(
    "radar_facts",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("chain", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("kind", Word, nullable=False),
    Column("body", Prose, nullable=False),
    Index(None, "chain", "address", "id"),
    sqlite_autoincrement=True,
)

# `body` is the signal with all its features, `price_usd` and `liquidity_usd` what they were then.
signals = Table(
    "signals",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Word, nullable=False, unique=True),
    Column("type", Word, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("chain", Word, nullable=False),
    Column("address", Word, nullable=False),
    Column("symbol", Prose, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("strength", Double, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("price_usd", ExactDecimal),
    Column("liquidity_usd", ExactDecimal),
    Column("sol_usd", ExactDecimal),
    Column("rugged_at", Instant),
    Column("body", Prose, nullable=False),
    Index(None, "type", "at"),
    Index(None, "chain", "address", "at"),
    sqlite_autoincrement=True,
)

# One row a horizon; `due_at` is when it can be told. `missing` says why it never will be.
grades = Table(
    "grades",
    METADATA,
    Column("signal_id", Id, ForeignKey("signals.id", ondelete="CASCADE"), primary_key=True),
    Column("horizon_s", Integer, primary_key=True, autoincrement=False),
    Column("due_at", Instant, nullable=False),
    Column("graded_at", Instant),
    Column("gross_ratio", ExactDecimal),
    Column("net_ratio", ExactDecimal),
    Column("hit", Boolean),
    Column("rugged", Boolean),
    Column("missing", Word, nullable=False),
    Index(None, "graded_at", "due_at"),
    sqlite_with_rowid=False,
)
