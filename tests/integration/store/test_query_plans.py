"""The hot queries use indexes: none of them walks a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from data.models.chat import Effect, FlagScope, Identity, Level, SubjectKind
from data.models.delivery import (
    Channel,
    Delivery,
    Notice,
    Outcome,
    Settlement,
    Stream,
    Target,
    Urgency,
)
from data.models.fields import PRICE_USD
from data.models.hearing import Gathered, Owner
from data.models.ids import SOL, Platform, UserId
from data.store import Store, Tx

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME = Identity(Platform.TELEGRAM, "42")
HELD = Gathered(address="3", user_id=UserId(3), due_at=NOON, counts={(Stream.NEWS, "digest budget"): 1})

HERE, HOLD = Target(channel=Channel.TELEGRAM, address="-7"), timedelta(seconds=15)
NOTICE = Notice(
    key="k", kind="note", stream=Stream.RADAR, body="{}", at=NOON, expires_at=NOON, urgency=Urgency.SIGNAL,
    about=SOL, joins=True,
)  # fmt: skip
SENT = Settlement(
    delivery=Delivery(id=1, notice_id=1, notice=NOTICE, target=HERE, due_at=NOON), outcome=Outcome.SENT,
    told=(1,), edited=True,
)  # fmt: skip
GONE = replace(SENT, outcome=Outcome.GONE)

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
    "alerts.get": lambda tx: tx.alerts.get(7),
    "alerts.some": lambda tx: tx.alerts.some([7, 8]),
    "alerts.live_page": lambda tx: tx.alerts.live_page(7),
    "alerts.changed_since": lambda tx: tx.alerts.changed_since(NOON),
    "alerts.of_user": lambda tx: tx.alerts.of_user(UserId(3)),
    "alerts.of_chat": lambda tx: tx.alerts.of_chat("telegram:-100"),
    "alerts.count": lambda tx: tx.alerts.count(UserId(3), "telegram:-100"),
    "alerts.expire": lambda tx: tx.alerts.expire(NOON),
    "alerts.purge": lambda tx: tx.alerts.purge(NOON),
    "alerts.window": lambda tx: tx.alerts.window(SOL, "1h"),
    "alerts.purge_windows": lambda tx: tx.alerts.purge_windows(NOON),
    "watching.of": lambda tx: tx.watching.of("telegram:-100"),
    "watching.drop": lambda tx: tx.watching.drop("telegram:-100", SOL),
    "watching.watchers": lambda tx: tx.watching.watchers(SOL),
    "signals.between": lambda tx: tx.signals.between(NOON, NOON),
    "signals.due": lambda tx: tx.signals.due(NOON, 9),
    "signals.grades_of": lambda tx: tx.signals.grades_of([1, 2]),
    "signals.page": lambda tx: tx.signals.page(kind="launch"),
    "signals.page token": lambda tx: tx.signals.page(token=SOL),
    "signals.rugged": lambda tx: tx.signals.rugged(SOL, NOON),
    "journal.after": lambda tx: tx.journal.after(0, 9),
    "journal.of": lambda tx: tx.journal.of(SOL, NOON, ["looked"]),
    "journal.purge": lambda tx: tx.journal.purge(NOON),
    "wallets.of_user": lambda tx: tx.wallets.of_user(UserId(3)),
    "wallets.one": lambda tx: tx.wallets.one(UserId(3), "w"),
    "wallets.followers": lambda tx: tx.wallets.followers("w"),
    "wallets.drop": lambda tx: tx.wallets.drop(UserId(3), "w"),
    "wallets.followed_after": lambda tx: tx.wallets.followed_after("w"),
    "wallets.due": lambda tx: tx.wallets.due(NOON, 9),
    "wallets.readings": lambda tx: tx.wallets.readings(["v", "w"]),
    "wallets.was_traced": lambda tx: tx.wallets.was_traced("w", None),
    "wallets.latest": lambda tx: tx.wallets.latest("w"),
    "wallets.bought": lambda tx: tx.wallets.bought("m", ["v", "w"], NOON, NOON),
    "wallets.hold_rules": lambda tx: tx.wallets.hold_rules([UserId(3), UserId(4)]),
    "wallets.told_at": lambda tx: tx.wallets.told_at(UserId(3), "m"),
    "wallets.funders": lambda tx: tx.wallets.funders(["v", "w"]),
    "recents.get": lambda tx: tx.recents.get("telegram:42", "telegram:42", "tokens"),
    "recents.set": lambda tx: tx.recents.set("telegram:42", "telegram:42", "tokens", "x", NOON),
    "recents.purge": lambda tx: tx.recents.purge(NOON),
    "outbox.post": lambda tx: tx.outbox.post(NOTICE, [HERE]),
    "outbox.moved": lambda tx: tx.outbox.moved(Channel.TELEGRAM, "-7", "-8"),
    "outbox.inbox": lambda tx: tx.outbox.inbox(UserId(1), before=9),
    "outbox.unread": lambda tx: tx.outbox.unread(UserId(1)),
    "outbox.mark_read": lambda tx: tx.outbox.mark_read(UserId(1), [1]),
    "outbox.queue": lambda tx: tx.outbox.queue(),
    "outbox.purge": lambda tx: tx.outbox.purge(NOON),
    "deliveries.lease": lambda tx: tx.deliveries.lease(Channel.TELEGRAM, "w", 9, HOLD),
    "deliveries.soonest": lambda tx: tx.deliveries.soonest(Channel.TELEGRAM, "w"),
    "deliveries.turn": lambda tx: tx.deliveries.turn("w", [SENT, GONE], [SENT.delivery]),
    "deliveries.renew": lambda tx: tx.deliveries.renew(Channel.TELEGRAM, "w", HOLD),
    "deliveries.expire": lambda tx: tx.deliveries.expire(),
    "subscriptions.of_stream": lambda tx: tx.subscriptions.of_stream(Stream.RADAR),
    "subscriptions.of_chat": lambda tx: tx.subscriptions.of_chat("telegram:-7"),
    "choices.readers": lambda tx: tx.choices.readers([UserId(3), UserId(4)]),
    "choices.of_chats": lambda tx: tx.choices.of_chats(["telegram:-100"]),
    "choices.snoozed": lambda tx: tx.choices.snoozed([UserId(3)], ["telegram:-100"], NOON),
    "choices.snooze": lambda tx: tx.choices.snooze(Owner(chat_key="telegram:-100"), "radar", NOON),
    "choices.purge": lambda tx: tx.choices.purge(NOON),
    "held.due": lambda tx: tx.held.due(Channel.TELEGRAM, ["-100", "-200"], NOON),
    "held.gathered": lambda tx: tx.held.gathered(["digest budget"], NOON, NOON),
    "held.newest": lambda tx: tx.held.newest(HELD, 12),
    "held.known": lambda tx: tx.held.known(["a", "b"]),
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
