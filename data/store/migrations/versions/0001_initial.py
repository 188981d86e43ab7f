"""People, chats, rules, flags, the audit, buttons' payloads, tokens, snapshots, recents, jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration stays as it was when the code moves on.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _authority()
    _knowledge()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("level IN (0, 1, 2, 3, 6)", name=op.f("ck_users_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_users_level_id"), "users", ["level", "id"])
    op.create_index(op.f("ix_users_name_key"), "users", ["name_key"])

    op.create_table(
        "identities",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform", "id", name=op.f("pk_identities")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"])

    op.create_table(
        "chats",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chats_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_chats")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_chats_user_id"), "chats", ["user_id"])

    op.create_table(
        "recents",
        sa.Column("actor_key", TEXT, nullable=False),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("actor_key", "chat_key", "kind", name=op.f("pk_recents")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recents_at"), "recents", ["at"])
    op.create_index(op.f("ix_recents_chat_key"), "recents", ["chat_key"])


def _authority() -> None:
    op.create_table(
        "rules",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("effect", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint(
            "chat_key", "command", "kind", "subject", name=op.f("uq_rules_chat_key_command_kind_subject")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_rules_kind_subject"), "rules", ["kind", "subject"])

    op.create_table(
        "flag_overrides",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("value", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", "scope", "subject", name=op.f("pk_flag_overrides")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_actor_seq"), "audit", ["actor", "seq"])

    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "digest": "0" * 64}])

    op.create_table(
        "payloads",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payloads")),
        sa.UniqueConstraint("digest", name=op.f("uq_payloads_digest")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_payloads_expires_at"), "payloads", ["expires_at"])


def _knowledge() -> None:
    op.create_table(
        "tokens",
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("symbol", TEXT, nullable=False),
        sa.Column("symbol_key", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("liquidity_usd", sa.Text(), nullable=True),
        sa.Column("market_cap_usd", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("liquidity_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("chain", "address", name=op.f("pk_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tokens_seen_at"), "tokens", ["seen_at"])
    op.create_index(op.f("ix_tokens_symbol_key"), "tokens", ["symbol_key"])

    op.create_table(
        "snapshots",
        sa.Column("id", ID, nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("chain", "address", "at", name=op.f("uq_snapshots_chain_address_at")),
    )

    op.create_table(
        "jobs_run",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("error", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs_run")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "jobs_run",
        "snapshots",
        "tokens",
        "payloads",
        "audit_head",
        "audit",
        "flag_overrides",
        "rules",
        "recents",
        "chats",
        "identities",
        "users",
    ):
        op.drop_table(table)
