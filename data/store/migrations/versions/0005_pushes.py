"""What is pushed and all that makes it: notices, deliveries, alerts, the radar, calls, wallets, news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Spelled out, not imported: a migration stays as it was when the code moves on.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _alert_windows()
    _link_tries()
    _living()
    _notices()
    _radar_facts()
    _signals()
    _wallet_moves()
    _wallet_readings()
    _alerts()
    _announcements()
    _deliveries()
    _followed_wallets()
    _grades()
    _link_words()
    _several_rules()
    _several_told()
    _snoozes()
    _subscriptions()
    _watch_items()


def _alert_windows() -> None:
    op.create_table(
        "alert_windows",
        sa.Column("token", TEXT, nullable=False),
        sa.Column("span", TEXT, nullable=False),
        sa.Column("points", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token", "span", name=op.f("pk_alert_windows")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_alert_windows_at"), "alert_windows", ["at"])


def _link_tries() -> None:
    op.create_table(
        "link_tries",
        sa.Column("account", TEXT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_link_tries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_link_tries_expires_at"), "link_tries", ["expires_at"])


def _living() -> None:
    op.create_table(
        "living",
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("told", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", "topic", "about", "kind", name=op.f("pk_living")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_living_begun_at"), "living", ["begun_at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("lateness", TEXT, nullable=False),
        sa.Column("joins", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notices_about_id"), "notices", ["about", "id"])
    op.create_index(op.f("ix_notices_expires_at"), "notices", ["expires_at"])


def _radar_facts() -> None:
    op.create_table(
        "radar_facts",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radar_facts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_radar_facts_at"), "radar_facts", ["at"])
    op.create_index(op.f("ix_radar_facts_chain_address_id"), "radar_facts", ["chain", "address", "id"])


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("symbol", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("price_usd", sa.Text(), nullable=True),
        sa.Column("liquidity_usd", sa.Text(), nullable=True),
        sa.Column("sol_usd", sa.Text(), nullable=True),
        sa.Column("rugged_at", INSTANT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint("key", name=op.f("uq_signals_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_signals_at"), "signals", ["at"])
    op.create_index(op.f("ix_signals_chain_address_at"), "signals", ["chain", "address", "at"])
    op.create_index(op.f("ix_signals_type_at"), "signals", ["type", "at"])


def _wallet_moves() -> None:
    op.create_table(
        "wallet_moves",
        sa.Column("wallet", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=False),
        sa.Column("mint", TEXT, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("side", TEXT, nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("lamports", sa.Text(), nullable=True),
        sa.Column("micro_usd", sa.Text(), nullable=True),
        sa.Column("value_usd", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("wallet", "signature", "mint", name=op.f("pk_wallet_moves")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_wallet_moves_at"), "wallet_moves", ["at"])
    op.create_index(op.f("ix_wallet_moves_mint_at"), "wallet_moves", ["mint", "at"])
    op.create_index(op.f("ix_wallet_moves_wallet_at"), "wallet_moves", ["wallet", "at"])


def _wallet_readings() -> None:
    op.create_table(
        "wallet_readings",
        sa.Column("wallet", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("gaps", sa.Integer(), nullable=False),
        sa.Column("funder", TEXT, nullable=True),
        sa.Column("traced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("wallet", name=op.f("pk_wallet_readings")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_wallet_readings_read_at"), "wallet_readings", ["read_at"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("symbol", TEXT, nullable=False),
        sa.Column("figure", TEXT, nullable=False),
        sa.Column("span", TEXT, nullable=False),
        sa.Column("way", TEXT, nullable=False),
        sa.Column("threshold", sa.Text(), nullable=True),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("cooldown_s", sa.Integer(), nullable=False),
        sa.Column("band_ratio", sa.Text(), nullable=False),
        sa.Column("lasts_s", sa.Integer(), nullable=True),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("rests_until", INSTANT, nullable=True),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.Column("fired_at", INSTANT, nullable=True),
        sa.Column("fires", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_alerts_user_id"), ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alerts_changed_at"), "alerts", ["changed_at"])
    op.create_index(op.f("ix_alerts_chat_key_id"), "alerts", ["chat_key", "id"])
    op.create_index(op.f("ix_alerts_expires_at"), "alerts", ["expires_at"])
    op.create_index(op.f("ix_alerts_phase_id"), "alerts", ["phase", "id"])
    op.create_index(op.f("ix_alerts_user_id_id"), "alerts", ["user_id", "id"])


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("sends_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_announcements_user_id"), ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_announcements_chat_key_made_at"), "announcements", ["chat_key", "made_at"])
    op.create_index(op.f("ix_announcements_made_at"), "announcements", ["made_at"])
    op.create_index(op.f("ix_announcements_state_sends_at"), "announcements", ["state", "sends_at"])
    op.create_index(op.f("ix_announcements_user_id"), "announcements", ["user_id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("retry_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("lease", TEXT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("under_way", sa.Boolean(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "notice_id",
            "channel",
            "address",
            "topic",
            name=op.f("uq_deliveries_notice_id_channel_address_topic"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_deliveries_channel_address_due_at"), "deliveries", ["channel", "address", "due_at"]
    )
    op.create_index(
        op.f("ix_deliveries_channel_address_state"), "deliveries", ["channel", "address", "state"]
    )
    op.create_index(
        op.f("ix_deliveries_channel_state_urgency_due_at"),
        "deliveries",
        ["channel", "state", "urgency", "due_at"],
    )
    op.create_index(op.f("ix_deliveries_state_expires_at"), "deliveries", ["state", "expires_at"])
    op.create_index(op.f("ix_deliveries_state_settled_at"), "deliveries", ["state", "settled_at"])
    op.create_index(op.f("ix_deliveries_user_id_notice_id"), "deliveries", ["user_id", "notice_id"])


def _followed_wallets() -> None:
    op.create_table(
        "followed_wallets",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("wallet", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("tells", TEXT, nullable=False),
        sa.Column("least_usd", sa.Text(), nullable=True),
        sa.Column("mints", TEXT, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_wallets")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_followed_wallets_user_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("user_id", "wallet", name=op.f("uq_followed_wallets_user_id_wallet")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_followed_wallets_wallet"), "followed_wallets", ["wallet"])


def _grades() -> None:
    op.create_table(
        "grades",
        sa.Column("signal_id", ID, nullable=False),
        sa.Column("horizon_s", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("graded_at", INSTANT, nullable=True),
        sa.Column("gross_ratio", sa.Text(), nullable=True),
        sa.Column("net_ratio", sa.Text(), nullable=True),
        sa.Column("hit", sa.Boolean(), nullable=True),
        sa.Column("rugged", sa.Boolean(), nullable=True),
        sa.Column("missing", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "horizon_s", name=op.f("pk_grades")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_grades_signal_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_grades_graded_at_due_at"), "grades", ["graded_at", "due_at"])


def _link_words() -> None:
    op.create_table(
        "link_words",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_words")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_link_words_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_link_words_user_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_link_words_by_id"), "link_words", ["by_id"])
    op.create_index(op.f("ix_link_words_expires_at"), "link_words", ["expires_at"])
    op.create_index(op.f("ix_link_words_user_id"), "link_words", ["user_id"])


def _several_rules() -> None:
    op.create_table(
        "several_rules",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("owners", sa.Integer(), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("least_usd", sa.Text(), nullable=True),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_several_rules")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_several_rules_user_id"), ondelete="CASCADE"
        ),
    )


def _several_told() -> None:
    op.create_table(
        "several_told",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("mint", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "mint", name=op.f("pk_several_told")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_several_told_user_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_several_told_at"), "several_told", ["at"])


def _snoozes() -> None:
    op.create_table(
        "snoozes",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_snoozes_user_id"), ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_snoozes_chat_key"), "snoozes", ["chat_key"])
    op.create_index(op.f("ix_snoozes_until"), "snoozes", ["until"])
    op.create_index(op.f("ix_snoozes_user_id"), "snoozes", ["user_id"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("chat_key", TEXT, nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("stream", "channel", "address", "topic", name=op.f("pk_subscriptions")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_subscriptions_channel_address"), "subscriptions", ["channel", "address"])
    op.create_index(op.f("ix_subscriptions_chat_key"), "subscriptions", ["chat_key"])
    op.create_index(op.f("ix_subscriptions_user_id"), "subscriptions", ["user_id"])


def _watch_items() -> None:
    op.create_table(
        "watch_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_key", TEXT, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("symbol", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_items")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_watch_items_user_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("list_key", "token", name=op.f("uq_watch_items_list_key_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watch_items_token_user_id"), "watch_items", ["token", "user_id"])
    op.create_index(op.f("ix_watch_items_user_id"), "watch_items", ["user_id"])


def downgrade() -> None:
    op.drop_table("watch_items")
    op.drop_table("subscriptions")
    op.drop_table("snoozes")
    op.drop_table("several_told")
    op.drop_table("several_rules")
    op.drop_table("link_words")
    op.drop_table("grades")
    op.drop_table("followed_wallets")
    op.drop_table("deliveries")
    op.drop_table("announcements")
    op.drop_table("alerts")
    op.drop_table("wallet_readings")
    op.drop_table("wallet_moves")
    op.drop_table("signals")
    op.drop_table("radar_facts")
    op.drop_table("notices")
    op.drop_table("living")
    op.drop_table("link_tries")
    op.drop_table("alert_windows")
