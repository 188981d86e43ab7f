"""Migrations: they make what `tables` says, and keep what is there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from data.models.chat import Identity, Level
from data.models.ids import Platform
from data.store import Store
from data.store.engine import migrating, parsed
from data.store.migrate import MIGRATIONS, config, newest
from data.store.tables import CACHE, METADATA
from tests.fakes.clock import VirtualClock

Sql = Callable[..., Awaitable[list[tuple[object, ...]]]]

LATER = '''
"""A later step: a table of its own, and a column of an old table that others refer to."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "NEWEST", None, None


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("users", recreate="auto") as batch:
        batch.add_column(sa.Column("later", sa.Text(), nullable=False, server_default="x"))
        batch.alter_column("name", existing_type=sa.Text(), server_default="nobody")


def downgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.alter_column("name", existing_type=sa.Text(), server_default=None)
        batch.drop_column("later")
    op.drop_table("later")
'''

BROKEN = '''
"""A step that fails in the middle."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "NEWEST", None, None


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("DELETE FROM users")
    op.execute("SELECT no_such_thing FROM users")


def downgrade() -> None:
    op.drop_table("later")
'''


def with_step(url: str, folder: Path, source: str) -> Config:
    """Make a copy of the migrations with one step more."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_later.py").write_text(source.replace("NEWEST", newest()))
    result = config(parsed(url))
    result.set_main_option("script_location", str(copy))
    return result


async def differences(url: str) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        options = {"include_object": lambda _o, name, kind, *_: (kind, name) != ("table", *CACHE.tables)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))

    engine = migrating(parsed(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def populated(store: Store) -> None:
    async with store.begin() as tx:
        for n in range(20):
            user = await tx.users.ensure(Identity(Platform.TELEGRAM, str(n)), f"u{n}")
            await tx.users.set_level(user.id, Level.PAPER)
            await tx.audit.append(user.id, "grant", user.id)


async def contents(sql: Sql) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: sorted(
            await sql(f"SELECT {', '.join(column.name for column in table.columns)} FROM {table.name}"),
            key=repr,
        )
        for table in METADATA.sorted_tables
    }


def test_the_steps_are_one_line_without_branches() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


async def test_migrations_make_the_tables_that_the_code_declares(store: Store, url: str) -> None:
    assert await differences(url) == []


async def test_a_missing_index_would_be_seen(store: Store, url: str, sql: Sql) -> None:
    await sql("DROP INDEX ix_tokens_symbol_key")
    assert [difference[0] for difference in await differences(url)] == ["add_index"]
    await sql("CREATE INDEX ix_tokens_symbol_key ON tokens (symbol_key)")


async def test_a_second_migration_changes_nothing(store: Store, sql: Sql) -> None:
    await populated(store)
    before = await contents(sql)
    await store.migrate()
    assert await contents(sql) == before


async def test_up_down_up_keeps_what_older_tables_hold(
    store: Store, url: str, sql: Sql, tmp_path: Path
) -> None:
    await populated(store)
    before = await contents(sql)
    alembic = with_step(url, tmp_path, LATER)
    try:
        await asyncio.to_thread(command.upgrade, alembic, "head")
        assert await sql("SELECT count(*), min(later) FROM users") == [(20, "x")]
        assert await contents(sql) == before
    finally:
        await asyncio.to_thread(command.downgrade, alembic, newest())
    assert await contents(sql) == before
    assert await differences(url) == []
    await asyncio.to_thread(command.upgrade, alembic, "head")
    assert await contents(sql) == before
    await asyncio.to_thread(command.downgrade, alembic, newest())
    async with store.begin() as tx:
        await tx.users.ensure(Identity(Platform.TELEGRAM, "new"), "after")


async def test_a_step_that_fails_leaves_nothing_behind(
    store: Store, url: str, sql: Sql, tmp_path: Path
) -> None:
    await populated(store)
    before = await contents(sql)
    with pytest.raises(Exception, match="no_such_thing"):
        await asyncio.to_thread(command.upgrade, with_step(url, tmp_path, BROKEN), "head")
    assert await contents(sql) == before
    assert await sql("SELECT version_num FROM alembic_version") == [(newest(),)]
    assert await differences(url) == []


async def test_down_to_nothing_and_up_again_gives_a_working_store(
    empty_url: str, clock: VirtualClock
) -> None:
    store = await Store.open(empty_url, clock)
    await store.migrate()
    await asyncio.to_thread(command.downgrade, config(parsed(empty_url)), "base")
    await store.migrate()
    await populated(store)
    async with store.read() as tx:
        assert await tx.users.count() == 20
        assert await tx.audit.verify() is None
    await store.close()
    assert await differences(empty_url) == []
