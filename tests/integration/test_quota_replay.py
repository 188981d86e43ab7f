"""A day of people, lists and refreshing on virtual time: no vendor ever receives more than its quota allows.

Counted by what the vendors received, not by our ledgers; for one process, and for two that share their quotas
through Redis. `TRENCHCOAT_DRILLS=long` fills the day.
"""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from core.addresses import RefKind, TokenRef
from core.enrichment.refresh import EVERY, Refresher
from data.clock import Deadline
from data.models.ids import Chain
from handlers.cards.token import WANTED
from tests.fakes.clock import LoopClock
from tests.fakes.crowd import CrowdTransport, crowd, fullest_window, over_quota
from tests.fakes.virtual_loop import virtual_time
from tests.fakes.works import OutsideLink, Works, coins, shared, works
from tests.integration.test_gateway_redis import URL, needs_redis

LONG = os.environ.get("TRENCHCOAT_DRILLS") == "long"
HOUR_S = 3600.0

pytestmark = [virtual_time, pytest.mark.drill, pytest.mark.timeout(7200 if LONG else 600)]


async def people(on: Works, *, every_s: float, seed: int) -> None:
    """Let people ask at random for cards, mostly of tokens that are asked for a lot."""
    chance, known = random.Random(seed), coins(300, first=5_000_000)
    while True:
        await asyncio.sleep(chance.expovariate(1 / every_s))
        token = known[min(int(chance.paretovariate(0.7)), len(known)) - 1]
        on.nursery.start(card(on, TokenRef(RefKind.ADDRESS, token.address, Chain.SOLANA)), name="card")


async def card(on: Works, ref: TokenRef) -> None:
    async with aclosing(on.enricher.look(ref, WANTED, Deadline.after(on.clock, 8))) as looks:
        async for _ in looks:
            pass


async def lists(on: Works, *, count: int, every_s: float, seed: int) -> None:
    """Work through a list again and again."""
    while True:
        found = await on.listed(coins(count, first=seed * 10_000_000))
        async with on.store.begin() as tx:
            await tx.lists.begin_anew(found.id)
        await on.finish(found)
        await asyncio.sleep(every_s)


async def refreshing(on: Works) -> None:
    refresher = Refresher(
        gateway=on.gateway,
        providers=on.providers,
        looked=on.enricher.looked,
        clock=on.clock,
        alarms=on.alarms,
    )
    while True:
        await refresher.run()
        await asyncio.sleep(EVERY.total_seconds())


async def live(on: Works, span_s: float, *, seed: int, every_s: float, count: int, pause_s: float) -> None:
    """Let everything run side by side for so long."""
    works = (
        people(on, every_s=every_s, seed=seed),
        lists(on, count=count, every_s=pause_s, seed=seed),
        refreshing(on),
    )
    tasks = [on.nursery.start(work, name="replay") for work in works]
    done, _ = await asyncio.wait(tasks, timeout=span_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_no_window_of_a_day_holds_more_calls_than_any_quota_allows(tmp_path: Path) -> None:
    providers, transport = crowd(), CrowdTransport()
    every_s, count, pause_s = (20.0, 400, 600.0) if LONG else (600.0, 40, 5 * HOUR_S)
    async with works(tmp_path, providers, transport) as on:
        await live(on, 24 * HOUR_S, seed=1, every_s=every_s, count=count, pause_s=pause_s)
        assert on.clock.monotonic() - 1_000.0 >= 24 * HOUR_S
    assert over_quota(transport.received, providers) == []
    # The day was no idle one: the narrow quotas were filled to the brim.
    full = [
        vendor
        for (vendor, name), times in transport.received.items()
        if fullest_window(times, providers[vendor].quotas[name].per_s)
        >= 0.9 * providers[vendor].quotas[name].calls
    ]
    assert len(full) >= 5, full


@needs_redis
async def test_two_processes_on_one_redis_stay_within_one_quota(tmp_path: Path) -> None:
    providers, transport = crowd(["rugcheck", "goplus", "jupiter", "dexscreener"]), CrowdTransport()
    clock, run = LoopClock(), str(uuid.uuid4())
    span_s = HOUR_S if LONG else HOUR_S / 6
    async with (
        OutsideLink(URL, clock) as one,
        OutsideLink(URL, clock) as two,
        works(tmp_path / "one", providers, transport, ledgers=shared(one, clock, run)) as first,
        works(tmp_path / "two", providers, transport, ledgers=shared(two, clock, run)) as second,
    ):
        # First two lists and hardly anybody, then people without a pause.
        for every_s in (1e9, 4.0):
            await asyncio.gather(
                live(first, span_s, seed=1, every_s=every_s, count=2_000, pause_s=60.0),
                live(second, span_s, seed=2, every_s=every_s, count=2_000, pause_s=60.0),
            )
            if every_s > span_s:
                alone = len(transport.received["goplus", "default"])
                assert alone >= 0.9 * span_s / 2.1  # and together they use it up
    assert over_quota(transport.received, providers) == []
