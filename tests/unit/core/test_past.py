"""Looking back: the longest window that can be read, never one that ends before the newest snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core import past
from core.past import Past
from data.models.fields import HOLDERS, LIQUIDITY_USD
from data.store.store import Store
from tests.fakes.clock import START, VirtualClock
from tests.fakes.snapshots import BONK, PEPE, known


async def keep(store: Store, *minutes: int, **told: object) -> None:
    async with store.begin() as tx:
        for at in minutes:
            snapshot = known(BONK, **(told or {"liquidity": Decimal(1000 + at)}))
            await tx.snapshots.add(replace(snapshot, at=START + timedelta(minutes=at)))


async def test_what_was_known_is_listed_oldest_first(store: Store, clock: VirtualClock) -> None:
    await keep(store, 30, 0, 10)
    clock.advance(3600)
    seen = await Past(store, clock).of(BONK, LIQUIDITY_USD)
    assert [at for at, _ in seen] == [START + timedelta(minutes=at) for at in (0, 10, 30)]
    assert [resolved.value for _, resolved in seen] == [1000, 1010, 1030]
    assert await Past(store, clock).of(BONK, HOLDERS) == ()
    assert await Past(store, clock).of(PEPE, LIQUIDITY_USD) == ()


async def test_a_token_asked_for_all_the_time_is_shown_over_less_time_up_to_now(
    store: Store, clock: VirtualClock
) -> None:
    await keep(store, *range(past._READ + 200))
    clock.advance((past._READ + 200) * 60)
    seen = await Past(store, clock).of(BONK, LIQUIDITY_USD)
    assert seen[-1][0] == START + timedelta(minutes=past._READ + 199), "it reaches to the newest"
    assert seen[0][0] > START, "and leaves out the oldest"
    assert len(seen) <= past._READ


async def test_snapshots_that_do_not_know_it_do_not_end_the_look(store: Store, clock: VirtualClock) -> None:
    await keep(store, 0, 400)
    await keep(store, *range(1, 200), holders=7)
    clock.advance(500 * 60)
    seen = await Past(store, clock).of(BONK, LIQUIDITY_USD)
    assert [resolved.value for _, resolved in seen] == [1000, 1400]
