"""The hot queries use indexes: none of them walks a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from data.models.chat import Effect, FlagScope, Identity, Level, SubjectKind
from data.models.fields import PRICE_USD
from data.models.ids import SOL, Platform, UserId
from data.store import Store, Tx

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME = Identity(Platform.TELEGRAM, "42")

HOT: dict[str, Callable[[Tx], Awaitable[object]]] = {
    "users.by_identity": lambda tx: tx.users.by_identity(ME),
    "users.get": lambda tx: tx.users.get(UserId(3)),
    "users.find @name": lambda tx: tx.users.find("@zaphod"),
    "users.find prefix": lambda tx: tx.users.find("zap"),
    "users.page": lambda tx: tx.users.page(5),
    "users.page level": lambda tx: tx.users.page(5, level=Level.OPERATOR),
    "users.set_level": lambda tx: tx.users.set_level(UserId(3), Level.LIVE),
    "users.forget": lambda tx: tx.users.forget(UserId(1)),
    "chats.get": lambda tx: tx.chats.get("telegram:-100"),
    "chats.migrate": lambda tx: tx.chats.migrate(Platform.TELEGRAM, "-100", "-200"),
    "rules.for_chat": lambda tx: tx.rules.for_chat("telegram:-100"),
    "rules.add": lambda tx: tx.rules.add("telegram:-100", "buy", Effect.DENY, SubjectKind.EVERYONE),
    "rules.remove": lambda tx: tx.rules.remove(7, "telegram:-100"),
    "flags.clear": lambda tx: tx.flags.clear("charts", FlagScope.GLOBAL),
    "audit.page": lambda tx: tx.audit.page(50),
    "audit.page actor": lambda tx: tx.audit.page(50, actor=UserId(1)),
    "payloads.put": lambda tx: tx.payloads.put("x", NOON),
    "payloads.get": lambda tx: tx.payloads.get("x"),
    "tokens.named": lambda tx: tx.tokens.named("bonk"),
    "tokens.like": lambda tx: tx.tokens.like("bo"),
    "snapshots.last_at": lambda tx: tx.snapshots.last_at(SOL),
    "snapshots.latest": lambda tx: tx.snapshots.latest(SOL),
    "snapshots.as_of": lambda tx: tx.snapshots.as_of(SOL, NOON),
    "snapshots.history": lambda tx: tx.snapshots.history(SOL, PRICE_USD, NOON),
    "snapshots.history_part": lambda tx: tx.snapshots.history_part(SOL, PRICE_USD, NOON, 9, until=NOON),
    "snapshots.latest_page": lambda tx: tx.snapshots.latest_page(SOL, 9),
    "snapshots.latest_page first": lambda tx: tx.snapshots.latest_page(None, 9),
    "snapshots.last_id": lambda tx: tx.snapshots.last_id(),
    "snapshots.kept_since": lambda tx: tx.snapshots.kept_since(3, 9),
    "recents.get": lambda tx: tx.recents.get("telegram:42", "telegram:42", "tokens"),
    "recents.set": lambda tx: tx.recents.set("telegram:42", "telegram:42", "tokens", "x", NOON),
    "recents.purge": lambda tx: tx.recents.purge(NOON),
}
# Bounded to 1,000 rows, and searched whole only on rare occasions.
SMALL = ("flag_overrides",)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            seen.append((statement, parameters))

    event.listen(store._engines.write.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(store._engines.write.sync_engine, "before_cursor_execute", note)


async def test_the_hot_queries_walk_no_table(store: Store) -> None:
    """PostgreSQL would walk small tables by choice: it is told to avoid that if it can."""
    for name, query in HOT.items():
        with statements(store) as seen:
            async with store.begin() as tx:
                await tx.users.ensure(ME, "Zaphod")
                await query(tx)
        assert seen, name
        # SQLite calls it a scan, too, to walk a subquery's few rows, or an index in its order.
        walks = [
            plan for plan in await plans(store, seen) if plan.lstrip(" ->").startswith(("SCAN", "Seq Scan"))
        ]
        assert [
            plan for plan in walks if not any(word in plan for word in ("anon_1", "USING", *SMALL))
        ] == [], name


async def plans(store: Store, asked: list[tuple[str, Any]]) -> list[str]:
    lines: list[str] = []
    async with store._engines.write.begin() as connection:
        explain = "EXPLAIN QUERY PLAN "
        if connection.dialect.name == "postgresql":
            explain = "EXPLAIN "
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in asked:
            rows = await connection.exec_driver_sql(explain + statement, parameters)
            lines += [str(row[-1]) for row in rows]
    return lines


async def test_a_walk_would_be_seen(store: Store) -> None:
    (first, *_) = await plans(store, [("SELECT * FROM tokens WHERE name = 'x'", ())])
    assert first.startswith(("SCAN ", "Seq Scan"))
