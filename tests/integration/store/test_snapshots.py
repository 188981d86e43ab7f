"""What was known of a token at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from data.models.fields import HOLDERS, PRICE_USD
from data.models.ids import SOL, USDC, ProviderId
from data.models.market import Capability, Gap, GapReason, Observation, Resolved, TokenSnapshot
from data.store import Store
from data.store.types import Unstorable

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
STEP = timedelta(seconds=30)
VENDOR, OTHER = ProviderId("dexscreener"), ProviderId("birdeye")


def snapshot(at: datetime, price: str | None = "0.000021", holders: int | None = None) -> TokenSnapshot:
    resolved: list[Resolved[Decimal] | Resolved[int]] = []
    if price is not None:
        seen = Observation(value=Decimal(price), source=VENDOR, at=at, trust=0.8)
        absurd = Observation(value=Decimal(price) * 1000, source=OTHER, at=at, stale=True)
        resolved.append(
            Resolved(
                field=PRICE_USD, value=Decimal(price), sources=(seen,), rejected=(absurd,), disputed=True
            )
        )
    if holders is not None:
        counted = Observation(value=holders, source=VENDOR, at=at)
        resolved.append(Resolved(field=HOLDERS, value=holders, sources=(counted,)))
    gap = Gap(source=OTHER, capability=Capability.PRICE, reason=GapReason.TIMEOUT, at=at, detail="3 s")
    return TokenSnapshot(
        token=SOL,
        at=at,
        resolved={each.field: each for each in resolved},
        gaps=(gap,),
        answered=(VENDOR,),
        asked=(VENDOR, OTHER),
    )


async def test_a_look_back_sees_what_was_known_then(store: Store) -> None:
    kept = [snapshot(NOON + n * STEP, f"0.00{n + 1}") for n in range(3)]
    async with store.begin() as tx:
        for each in kept:
            await tx.snapshots.add(each)
    async with store.read() as tx:
        assert await tx.snapshots.latest(SOL) == kept[2]
        assert await tx.snapshots.last_at(SOL) == kept[2].at
        assert await tx.snapshots.as_of(SOL, NOON + STEP) == kept[1]
        assert await tx.snapshots.as_of(SOL, NOON + 2 * STEP - timedelta(microseconds=1)) == kept[1]
        assert await tx.snapshots.as_of(SOL, NOON - timedelta(microseconds=1)) is None
        assert await tx.snapshots.latest(USDC) is None
        assert await tx.snapshots.last_at(USDC) is None


async def test_a_snapshot_of_the_same_instant_changes_nothing(store: Store) -> None:
    first = snapshot(NOON, "1")
    async with store.begin() as tx:
        await tx.snapshots.add(first)
        await tx.snapshots.add(snapshot(NOON, "2"))
        assert await tx.snapshots.latest(SOL) == first


async def test_a_history_is_one_field_oldest_first(store: Store) -> None:
    async with store.begin() as tx:
        for n in range(6):
            price = None if n == 3 else f"0.00{n + 1}"
            await tx.snapshots.add(snapshot(NOON + n * STEP, price, holders=n))
        before = NOON - STEP
        prices = await tx.snapshots.history(SOL, PRICE_USD, before)
        assert [(at - NOON) / STEP for at, _ in prices] == [0, 1, 2, 4, 5]
        assert prices[0][1].value == Decimal("0.001")
        assert prices[0][1].rejected[0].source == OTHER
        assert [each.value for _, each in await tx.snapshots.history(SOL, HOLDERS, NOON + STEP)] == [
            2,
            3,
            4,
            5,
        ]
        assert [each.value for _, each in await tx.snapshots.history(SOL, HOLDERS, before, 2)] == [0, 1]
        assert await tx.snapshots.history(USDC, HOLDERS, before) == ()


async def test_a_figure_of_forty_digits_comes_back(store: Store) -> None:
    huge = snapshot(NOON, "1234567890123456789012345678901234567890.0123456789", holders=10**40)
    async with store.begin() as tx:
        await tx.snapshots.add(huge)
        assert await tx.snapshots.latest(SOL) == huge


async def test_a_snapshot_without_a_zone_is_refused(store: Store) -> None:
    async with store.begin() as tx:
        with pytest.raises(Unstorable):
            await tx.snapshots.add(snapshot(NOON.replace(tzinfo=None)))
        with pytest.raises(Unstorable):
            await tx.snapshots.as_of(SOL, NOON.replace(tzinfo=None))
