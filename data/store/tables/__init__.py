"""Every table, in one place, with the indexes its queries use.

A table that names a person must be listed in `erasure`.
"""

from __future__ import annotations

from data.store.tables.announcements import announcements
from data.store.tables.base import CACHE, METADATA
from data.store.tables.control import snoozes
from data.store.tables.ground import (
    audit,
    audit_head,
    cache,
    chats,
    flag_overrides,
    identities,
    jobs_run,
    list_items,
    list_parts,
    lists,
    payloads,
    provider_keys,
    recents,
    reliability,
    rules,
    snapshots,
    tokens,
    users,
)
from data.store.tables.links import link_tries, link_words
from data.store.tables.outbox import deliveries, living, notices, subscriptions
from data.store.tables.radar import grades, radar_facts, signals
from data.store.tables.wallets import (
    followed_wallets,
    several_rules,
    several_told,
    wallet_moves,
    wallet_readings,
)
from data.store.tables.watching import alert_windows, alerts, watch_items

__all__ = [
    "CACHE",
    "METADATA",
    "alert_windows",
    "alerts",
    "announcements",
    "audit",
    "audit_head",
    "cache",
    "chats",
    "deliveries",
    "flag_overrides",
    "followed_wallets",
    "grades",
    "identities",
    "jobs_run",
    "link_tries",
    "link_words",
    "list_items",
    "list_parts",
    "lists",
    "living",
    "notices",
    "payloads",
    "provider_keys",
    "radar_facts",
    "recents",
    "reliability",
    "rules",
    "several_rules",
    "several_told",
    "signals",
    "snapshots",
    "snoozes",
    "subscriptions",
    "tokens",
    "users",
    "wallet_moves",
    "wallet_readings",
    "watch_items",
]
