"""Every table, in one place, with the indexes its queries use.

A table that names a person must be listed in `erasure`.
"""

from __future__ import annotations

from data.store.tables.base import CACHE, METADATA
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
from data.store.tables.outbox import deliveries, living, notices, subscriptions

__all__ = [
    "CACHE",
    "METADATA",
    "audit",
    "audit_head",
    "cache",
    "chats",
    "deliveries",
    "flag_overrides",
    "identities",
    "jobs_run",
    "list_items",
    "list_parts",
    "lists",
    "living",
    "notices",
    "payloads",
    "provider_keys",
    "recents",
    "reliability",
    "rules",
    "snapshots",
    "subscriptions",
    "tokens",
    "users",
]
