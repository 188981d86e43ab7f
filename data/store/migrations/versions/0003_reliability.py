"""How often each vendor agreed with the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration stays as it was when the code moves on.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reliability",
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("agreed", sa.Double(), nullable=False),
        sa.Column("differed", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "kind", name=op.f("pk_reliability")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("reliability")
