"""Refreshing ahead, on virtual time: how often a card needs no vendor at all, with and without."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from pathlib import Path

import pytest

from core.addresses import RefKind, TokenRef
from core.enrichment.refresh import EVERY, Refresher
from data.clock import Deadline
from data.models.fields import LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD, SYMBOL
from data.models.ids import Chain
from tests.fakes.crowd import CrowdTransport, crowd, over_quota
from tests.fakes.virtual_loop import virtual_time
from tests.fakes.works import Works, coins, works

pytestmark = [virtual_time, pytest.mark.timeout(300)]

PRICED = frozenset({PRICE_USD, MARKET_CAP_USD, LIQUIDITY_USD, SYMBOL})
VENDORS = ("jupiter", "dexscreener", "geckoterminal", "raydium", "solana")
AT_ONCE_S = 0.001  # nothing that goes over a wire is this quick


def refresher(on: Works) -> Refresher:
    return Refresher(
        gateway=on.gateway,
        providers=on.providers,
        looked=on.enricher.looked,
        clock=on.clock,
        alarms=on.alarms,
    )


async def ahead(on: Works) -> None:
    job = refresher(on)
    while True:
        await job.run()
        await asyncio.sleep(EVERY.total_seconds())


async def hits(on: Works, *, looks: int) -> float:
    """Ask for the prices of five tokens in turn, one each 20 s or so; give the share answered at once."""
    chance, tokens, at_once = random.Random(3), coins(5), 0
    for _ in range(looks):
        await asyncio.sleep(chance.expovariate(1 / 20))
        address = chance.choice(tokens).address
        began = on.clock.monotonic()
        deadline = Deadline.after(on.clock, 8)
        looking = on.enricher.look(TokenRef(RefKind.ADDRESS, address, Chain.SOLANA), PRICED, deadline)
        async with aclosing(looking) as found:
            async for look in found:
                snapshot = look[1]
        fresh = not any(seen.stale for each in snapshot.resolved.values() for seen in each.sources)
        at_once += fresh and on.clock.monotonic() - began < AT_ONCE_S
    return at_once / looks


async def test_what_people_look_at_is_fresh_when_they_look_again(tmp_path: Path) -> None:
    providers = crowd(VENDORS)
    async with works(tmp_path / "without", providers, CrowdTransport()) as on:
        without = await hits(on, looks=150)
    transport = CrowdTransport()
    async with works(tmp_path / "with", providers, transport) as on:
        job = on.nursery.start(ahead(on), name="refresh")
        helped = await hits(on, looks=150)
        job.cancel()
    assert without < 0.2, without
    assert helped > 0.85, helped
    assert over_quota(transport.received, providers) == []


async def test_it_takes_no_more_than_its_share_of_a_quota(tmp_path: Path) -> None:
    """Two hundred tokens that are looked at are more than the quotas can keep fresh."""
    providers, transport = crowd(VENDORS), CrowdTransport()
    async with works(tmp_path, providers, transport) as on:
        for token in coins(200):
            deadline = Deadline.after(on.clock, 8)
            async with aclosing(on.enricher.snapshots(token, PRICED, deadline)) as found:
                async for _ in found:
                    pass
        asked = len(transport.received["geckoterminal", "default"])
        job = on.nursery.start(ahead(on), name="refresh")
        await asyncio.sleep(400)
        job.cancel()
        provider = providers["geckoterminal"]
        rate = 1 / on.gateway.interval_s(provider, "default")
    spent = len(transport.received["geckoterminal", "default"]) - asked
    assert 0 < spent <= 0.25 * rate * (400 + 60) + 1


async def test_what_nobody_looks_at_any_more_is_left_alone(tmp_path: Path) -> None:
    providers, transport = crowd(VENDORS), CrowdTransport()
    async with works(tmp_path, providers, transport) as on:
        async with aclosing(on.enricher.snapshots(coins(1)[0], PRICED, Deadline.after(on.clock, 8))) as found:
            async for _ in found:
                pass
        job = on.nursery.start(ahead(on), name="refresh")
        await asyncio.sleep(700)
        sent = transport.sent
        await asyncio.sleep(700)
        job.cancel()
    assert sent > 100
    assert transport.sent == sent
