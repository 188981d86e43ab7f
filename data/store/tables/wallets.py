"""Wallets that people follow, how far each was read, and what it did meanwhile."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from data.store.tables.base import METADATA
from data.store.types import ExactDecimal, Id, Instant, Prose, RawInteger, Word

followed_wallets = Table(
    "followed_wallets",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("wallet", Word, nullable=False, index=True),
    Column("label", Prose, nullable=False),
    Column("tells", Word, nullable=False),
    Column("least_usd", ExactDecimal),
    Column("mints", Prose, nullable=False),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("user_id", "wallet"),
    sqlite_autoincrement=True,
)

# One row a wallet, however many follow it. `slot` only grows: all up to it was read.
wallet_readings = Table(
    "wallet_readings",
    METADATA,
    Column("wallet", Word, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("slot", BigInteger),
    Column("read_at", Instant, index=True),
    Column("gaps", Integer, nullable=False),
    Column("funder", Word),
    Column("traced", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# The key makes a move one, however often and by whichever process it is read.
wallet_moves = Table(
    "wallet_moves",
    METADATA,
    Column("wallet", Word, primary_key=True),
    Column("signature", Word, primary_key=True),
    Column("mint", Word, primary_key=True),
    Column("slot", BigInteger, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("side", Word, nullable=False),
    Column("units", RawInteger, nullable=False),
    Column("lamports", RawInteger),
    Column("micro_usd", RawInteger),
    Column("value_usd", ExactDecimal),
    Index(None, "mint", "at"),
    Index(None, "wallet", "at"),
    sqlite_with_rowid=False,
)

several_rules = Table(
    "several_rules",
    METADATA,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("owners", Integer, nullable=False),
    Column("window_s", Integer, nullable=False),
    Column("least_usd", ExactDecimal),
    Column("set_at", Instant, nullable=False),
)

# When a person was told last that several bought a token, by the market's time.
several_told = Table(
    "several_told",
    METADATA,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("mint", Word, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)
