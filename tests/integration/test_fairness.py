"""People before lists: how long a card takes while a list is worked through, on virtual time.

Without Redis, and with two processes that share their quotas through one on loopback.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.addresses import RefKind, TokenRef
from data.clock import Deadline
from data.models.ids import Chain
from handlers.cards.token import WANTED
from tests.fakes.clock import LoopClock
from tests.fakes.crowd import CrowdTransport, crowd, over_quota
from tests.fakes.virtual_loop import virtual_time
from tests.fakes.works import OutsideLink, Works, coins, shared, works
from tests.integration.test_gateway_redis import URL, needs_redis

pytestmark = [virtual_time, pytest.mark.timeout(300)]

CARDS = 100
VENDORS = ("rugcheck", "goplus", "coingecko", "dexscreener", "geckoterminal", "jupiter", "helius")


@dataclass
class Waits:
    """Seconds until a card was first shown, and until it was complete."""

    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    gaps: int = 0


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[94]


async def people(on: Works, waits: Waits, *, every_s: float, seed: int = 1) -> None:
    """Let people ask for cards of tokens that nobody asked for before, at random."""
    chance = random.Random(seed)
    for token in coins(CARDS, first=1_000_000 * seed):
        await asyncio.sleep(chance.expovariate(1 / every_s))
        on.nursery.start(card(on, waits, TokenRef(RefKind.ADDRESS, token.address, Chain.SOLANA)), name="card")
    await asyncio.sleep(30)


async def card(on: Works, waits: Waits, ref: TokenRef) -> None:
    began = on.clock.monotonic()
    frames: list[float] = []
    async with aclosing(on.enricher.look(ref, WANTED, Deadline.after(on.clock, 8))) as looks:
        async for look in looks:
            frames.append(on.clock.monotonic() - began)
            snapshot = look[1]
    waits.first.append(frames[0])
    waits.last.append(frames[-1])
    waits.gaps += len(snapshot.gaps)


@pytest.mark.parametrize("every_s", [6.0, 30.0], ids=["busy", "calm"])
async def test_a_card_does_not_wait_behind_a_list(tmp_path: Path, every_s: float) -> None:
    alone, beside = Waits(), Waits()
    providers, quiet, busy = crowd(VENDORS), CrowdTransport(), CrowdTransport()
    async with works(tmp_path / "alone", providers, quiet) as on:
        await people(on, alone, every_s=every_s)
    async with works(tmp_path / "beside", providers, busy) as on:
        found = await on.listed(coins(8_000))
        job = on.nursery.start(on.finish(found), name="list")
        await people(on, beside, every_s=every_s)
        assert not job.done()
        job.cancel()
    assert over_quota(busy.received, providers) == []
    assert busy.sent > quiet.sent + 500  # there was a list beside them
    assert beside.gaps <= alone.gaps + CARDS * 0.1
    for before, now in ((alone.first, beside.first), (alone.last, beside.last)):
        assert p95(now) < 1.2 * p95(before), (p95(before), p95(now))


@needs_redis
async def test_a_card_does_not_wait_behind_the_list_of_another_process(tmp_path: Path) -> None:
    alone, beside = Waits(), Waits()
    providers, quiet, busy, clock = crowd(VENDORS), CrowdTransport(), CrowdTransport(), LoopClock()
    run = str(uuid.uuid4())
    async with works(tmp_path / "alone", providers, quiet) as on:
        await people(on, alone, every_s=30.0)
    async with (
        OutsideLink(URL, clock) as one,
        OutsideLink(URL, clock) as two,
        works(tmp_path / "people", providers, busy, ledgers=shared(one, clock, run)) as on,
        works(tmp_path / "list", providers, busy, ledgers=shared(two, clock, run)) as other,
    ):
        found = await other.listed(coins(8_000))
        job = other.nursery.start(other.finish(found), name="list")
        await people(on, beside, every_s=30.0)
        assert not job.done()
        job.cancel()
    assert over_quota(busy.received, providers) == []
    assert busy.sent > quiet.sent + 500
    for before, now in ((alone.first, beside.first), (alone.last, beside.last)):
        assert p95(now) < 1.2 * p95(before), (p95(before), p95(now))
