"""What is pushed: notices, their deliveries, and all that makes them."""

from __future__ import annotations

from alembic import op

from data.store.tables import METADATA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = frozenset(
    "users identities chats rules flag_overrides audit audit_head payloads tokens snapshots recents jobs_run "
    "provider_keys reliability lists list_items list_parts".split()
)


def upgrade() -> None:
    for table in METADATA.sorted_tables:
        if table.name not in BEFORE:
            table.create(op.get_bind())


def downgrade() -> None:
    for table in reversed(METADATA.sorted_tables):
        if table.name not in BEFORE:
            table.drop(op.get_bind())
