"""INSERT ... ON CONFLICT, spelled alike by both engines but declared by each dialect for itself."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def insert(connection: AsyncConnection, table: Table) -> Insert:
    """Begin an insert that can say what a conflict does."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
