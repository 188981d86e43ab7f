"""How alembic runs: one transaction for all steps, one process at a time, nothing left half done."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.schema import SchemaItem

from data.store.engine import lock_schema, migrating
from data.store.tables import CACHE, METADATA


def is_ours(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Leave the cache alone, which has no versions."""
    return not (kind == "table" and name in CACHE.tables)


def migrate(connection: Connection) -> None:
    """Run the steps inside the transaction that is open, and check that no row refers to nothing."""
    lock_schema(connection)
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_object=is_ours,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise RuntimeError("a migration left rows that refer to nothing")


async def main() -> None:
    """Open the database that `data.store.migrate.config` named, and commit all steps or none."""
    engine = migrating(context.config.attributes["url"])
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(main())
