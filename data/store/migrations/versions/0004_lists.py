"""Lists of coins, their rows, and what was heard of coins that are not done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration stays as it was when the code moves on.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lists",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("columns", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_lists_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "list_items",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("cells", TEXT, nullable=False),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("enriched_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("list_id", "line", name=op.f("pk_list_items")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name=op.f("fk_list_items_list_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_list_items_list_id_chain_address"), "list_items", ["list_id", "chain", "address"]
    )
    op.create_table(
        "list_parts",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "chain", "address", "lane", name=op.f("pk_list_parts")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name=op.f("fk_list_parts_list_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("list_parts")
    op.drop_table("list_items")
    op.drop_table("lists")
