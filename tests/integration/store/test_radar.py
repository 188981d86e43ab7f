"""The radar's journal, its signals and what became of them, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from data.models.ids import SOL, USDC
from data.models.signals import GradeRow, JournalRow, SignalRecord
from data.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RECORD = SignalRecord(
    key="signal:launch:1", type="launch", version=1, token=SOL, symbol="SOL\u202e\n", at=NOON, strength=0.5,
    told=True, price_usd=Decimal("0.000000012345678901234567890"), liquidity_usd=None, sol_usd=Decimal(150),
    body='{"a": 1}',
)  # fmt: skip
DUE = ((300, NOON + 6 * MINUTE), (900, NOON + 16 * MINUTE))


async def test_the_journal_is_read_in_the_order_in_which_it_was_written(store: Store) -> None:
    rows = [
        JournalRow(token=token, at=NOON - n * MINUTE, kind=kind, body=f'"{n}\u00e9"')
        for n, (token, kind) in enumerate([(SOL, "traded"), (USDC, "looked"), (SOL, "looked")])
    ]
    async with store.begin() as tx:
        await tx.journal.add(rows[:2])
        await tx.journal.add(rows[2:])
        await tx.journal.add([])
    async with store.read() as tx:
        found = await tx.journal.after(0, 10)
        assert [replace(row, id=0) for row in found] == rows
        assert await tx.journal.after(found[0].id, 1) == found[1:2]
        assert await tx.journal.of(SOL, NOON - 5 * MINUTE, ["looked"]) == found[2:]
        assert await tx.journal.of(SOL, NOON - MINUTE, ["looked"]) == ()
        assert await tx.journal.first_at() == NOON
    async with store.begin() as tx:
        assert await tx.journal.purge(NOON - MINUTE) == 1
        assert len(await tx.journal.after(0, 10)) == 2


async def test_a_signal_is_kept_once_with_every_digit_and_its_name_made_harmless(store: Store) -> None:
    async with store.begin() as tx:
        number = await tx.signals.add(RECORD, DUE)
        assert number is not None
        assert await tx.signals.add(replace(RECORD, strength=0.9), DUE) is None
    async with store.read() as tx:
        kept = await tx.signals.get(number)
        assert kept == replace(RECORD, id=number, symbol="SOL")
        assert await tx.signals.by_key(RECORD.key) == kept
        assert await tx.signals.get(number + 1) is None
        waiting = await tx.signals.grades_of([number])
        assert [(row.horizon_s, row.due_at, row.graded_at) for row in waiting[number]] == [
            (horizon, due, None) for horizon, due in DUE
        ]


async def test_signals_are_listed_newest_first_by_type_token_and_time(store: Store) -> None:
    async with store.begin() as tx:
        for n, (kind, token) in enumerate([("launch", SOL), ("breakout", SOL), ("launch", USDC)]):
            made = replace(RECORD, key=f"k{n}", type=kind, token=token, at=NOON + n * MINUTE)
            assert await tx.signals.add(made, ()) is not None
    async with store.read() as tx:
        everything = await tx.signals.page()
        assert [each.key for each in everything] == ["k2", "k1", "k0"]
        assert [each.key for each in await tx.signals.page(kind="launch")] == ["k2", "k0"]
        assert [each.key for each in await tx.signals.page(token=SOL)] == ["k1", "k0"]
        assert [each.key for each in await tx.signals.page(since=NOON + MINUTE)] == ["k2", "k1"]
        assert [each.key for each in await tx.signals.page(before=everything[0].id, limit=1)] == ["k1"]
        assert [each.key for each in await tx.signals.between(NOON, NOON + MINUTE)] == ["k0", "k1"]


async def test_what_is_due_is_graded_once_and_counted_at_its_horizon(store: Store) -> None:
    async with store.begin() as tx:
        early = await tx.signals.add(RECORD, DUE)
        late = await tx.signals.add(replace(RECORD, key="late", at=NOON + MINUTE), [(300, NOON + 7 * MINUTE)])
        assert early is not None and late is not None
        assert [each.id for each in await tx.signals.due(NOON + 5 * MINUTE, 9)] == []
        assert [each.id for each in await tx.signals.due(NOON + 7 * MINUTE, 9)] == [early, late]
        assert [each.id for each in await tx.signals.due(NOON + 7 * MINUTE, 1)] == [early]
        graded = GradeRow(
            signal_id=early, horizon_s=300, due_at=DUE[0][1], graded_at=NOON + 7 * MINUTE,
            gross_ratio=Decimal("0.12345678"), net_ratio=Decimal(-1), hit=False, rugged=True,
        )  # fmt: skip
        await tx.signals.graded([graded])
    async with store.read() as tx:
        assert [each.id for each in await tx.signals.due(NOON + 7 * MINUTE, 9)] == [late]
        assert (await tx.signals.grades_of([early, late]))[early][0] == graded
        assert [(one.id, row) for one, row in await tx.signals.outcomes(300)] == [(early, graded)]
        assert await tx.signals.outcomes(300, kind="breakout") == ()
        assert await tx.signals.outcomes(300, since=NOON + MINUTE) == ()
        assert await tx.signals.outcomes(900) == ()


async def test_a_rug_is_noted_once_on_every_signal_of_its_token(store: Store) -> None:
    async with store.begin() as tx:
        number = await tx.signals.add(RECORD, ())
        other = await tx.signals.add(replace(RECORD, key="other", token=USDC), ())
        assert number is not None and other is not None
        await tx.signals.rugged(SOL, NOON + MINUTE)
        await tx.signals.rugged(SOL, NOON + 2 * MINUTE)
        mine, theirs = await tx.signals.get(number), await tx.signals.get(other)
        assert mine is not None and mine.rugged_at == NOON + MINUTE
        assert theirs is not None and theirs.rugged_at is None
