"""Lists of coins on both databases: rows as given, work that goes on, and nothing done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from data.models.fields import PRICE_USD
from data.models.ids import SOL, USDC, Chain, ProviderId, TokenKey
from data.models.lists import Item, Part
from data.models.market import Capability, GapReason, Observation, Resolved, TokenSnapshot
from data.store import Store
from tests.fakes.clock import START, VirtualClock

BASE = TokenKey(Chain.BASE, f"0x{1:040x}")
ITEMS = (
    Item(line=2, cells=("=cmd", SOL.address), token=SOL),
    Item(line=3, cells=("", "nonsense\x00"), problem="not an address"),
    Item(line=4, cells=("twice", SOL.address), token=SOL),
    Item(line=7, cells=("ünï", USDC.address, "more"), token=USDC),
    Item(line=9, cells=("b",), token=BASE),
)


def heard(token: TokenKey, lane: str, price: str) -> Part:
    source = ProviderId(lane.split()[0])
    seen = Observation(value=Decimal(price), source=source, at=START)
    resolved = {PRICE_USD: Resolved(field=PRICE_USD, value=Decimal(price), sources=(seen,))}
    snapshot = TokenSnapshot(token=token, at=START, resolved=resolved, answered=(source,), asked=(source,))
    return Part(token=token, lane=lane, source=source, capability=Capability.PRICE, snapshot=snapshot)


async def test_rows_come_back_as_they_were_given(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.lists.put("calls", ("ticker", "mint"), "d1", ITEMS)
    async with store.read() as tx:
        assert await tx.lists.named("calls") == made
        assert [item async for item in tx.lists.items(made.id)] == list(ITEMS)
        assert await tx.lists.pending(made.id) == (SOL, USDC, BASE)
        assert await tx.lists.count_done(made.id) == 0
        assert await tx.lists.named("other") is None
        assert await tx.lists.names() == ("calls",)


async def test_a_coin_is_done_in_all_its_rows_and_its_parts_go(store: Store, clock: VirtualClock) -> None:
    async with store.begin() as tx:
        made = await tx.lists.put("calls", ("ticker", "mint"), "d1", ITEMS)
        await tx.lists.put_parts(
            made.id, [heard(SOL, "a x", "1"), heard(SOL, "b x", "2"), heard(USDC, "a x", "3")]
        )
        await tx.lists.put_parts(made.id, [heard(SOL, "a x", "1.5")])
    async with store.read() as tx:
        assert await tx.lists.heard(made.id) == {(SOL, "a x"), (SOL, "b x"), (USDC, "a x")}
        parts = await tx.lists.parts(made.id, (SOL, BASE))
    assert [part.value(PRICE_USD) for part in parts[SOL]] == [Decimal("1.5"), Decimal(2)]
    assert BASE not in parts
    async with store.begin() as tx:
        await tx.lists.finish(made.id, [replace(parts[SOL][0], at=START + timedelta(seconds=5))])
    async with store.read() as tx:
        assert await tx.lists.pending(made.id) == (USDC, BASE)
        assert await tx.lists.count_done(made.id) == 1
        assert await tx.lists.heard(made.id) == {(USDC, "a x")}
        kept = await tx.snapshots.latest(SOL)
        done = [item.enriched_at for item in [item async for item in tx.lists.items(made.id)]]
    assert kept is not None
    assert kept.at == START + timedelta(seconds=5)
    assert done == [kept.at, None, kept.at, None, None]


async def test_other_rows_under_the_same_name_keep_what_is_done(store: Store) -> None:
    async with store.begin() as tx:
        made = await tx.lists.put("calls", ("ticker", "mint"), "d1", ITEMS)
        await tx.lists.finish(made.id, [heard(SOL, "a x", "1").snapshot])
        again = await tx.lists.put("calls", ("mint",), "d2", ITEMS[:1] + ITEMS[4:])
    assert (again.id, again.digest, again.columns) == (made.id, "d2", ("mint",))
    async with store.read() as tx:
        assert await tx.lists.pending(made.id) == (BASE,)
    async with store.begin() as tx:
        await tx.lists.begin_anew(made.id)
        assert await tx.lists.pending(made.id) == (SOL, BASE)


async def test_what_cannot_be_kept_is_kept_as_unreadable(store: Store) -> None:
    part = heard(SOL, "a x", "1")
    seen = replace(part.snapshot.resolved[PRICE_USD], value=Decimal("NaN"))
    odd = replace(part, snapshot=replace(part.snapshot, resolved={PRICE_USD: seen}))
    async with store.begin() as tx:
        made = await tx.lists.put("calls", ("ticker", "mint"), "d1", ITEMS)
        await tx.lists.put_parts(made.id, [odd, heard(USDC, "a x", "3")])
    async with store.read() as tx:
        parts = await tx.lists.parts(made.id, (SOL, USDC))
    assert [gap.reason for gap in parts[SOL][0].gaps] == [GapReason.BAD_PAYLOAD]
    assert parts[SOL][0].value(PRICE_USD) is None
    assert parts[USDC][0].value(PRICE_USD) == 3
