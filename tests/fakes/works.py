"""Everything between the vendors and the store, real, on virtual time: for lists and for people."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from redis.asyncio import Redis

from core.enrichment.alarms import Alarms
from core.enrichment.bulk import Bulk
from core.enrichment.finder import Finder
from core.enrichment.progress import Progress
from core.enrichment.reliability import Reliability
from core.enrichment.service import Enricher
from data.gateway.gateway import Gateway
from data.gateway.shared import RedisLedger, RedisLink
from data.gateway.transport import Transport
from data.gateway.upstream import Ledgers
from data.metrics import Metrics
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.lists import CoinList, Item
from data.nursery import Nursery
from data.providers.base import Provider
from handlers.cards.token import WANTED
from tests.fakes.clock import LoopClock
from tests.fakes.crowd import accesses
from tests.fakes.virtual_loop import OutsideStore, outside

T = TypeVar("T")


def coins(count: int, first: int = 1) -> list[TokenKey]:
    """Make tokens of names that nobody has."""
    return [TokenKey(Chain.SOLANA, f"{number:044d}") for number in range(first, first + count)]


@dataclass
class Works:
    """One process: its gateway, and what asks through it."""

    bulk: Bulk
    enricher: Enricher
    gateway: Gateway
    providers: Mapping[ProviderId, Provider]
    store: OutsideStore
    nursery: Nursery
    clock: LoopClock
    alarms: Alarms

    async def listed(self, tokens: Sequence[TokenKey], name: str = "calls") -> CoinList:
        """Put a list on record."""
        items = [Item(line=line, cells=(token.address,), token=token) for line, token in enumerate(tokens, 2)]
        async with self.store.begin() as tx:
            return await tx.lists.put(name, ("mint",), "digest", items)

    async def finish(self, found: CoinList) -> Progress:
        """Work through what is left of a list."""
        async with aclosing(self.bulk.run(found.id, WANTED)) as steps:
            async for step in steps:
                last = step
        return last


@asynccontextmanager
async def works(
    folder: Path,
    providers: Mapping[ProviderId, Provider],
    transport: Transport,
    *,
    ledgers: Ledgers | None = None,
) -> AsyncIterator[Works]:
    """Wire a process on the running virtual loop; its database is in `folder`."""
    clock = LoopClock()
    with outside():
        store = await OutsideStore.open(f"sqlite+aiosqlite:///{folder}/store.db", clock)
        await store.migrate()
    try:
        async with Nursery() as nursery:
            gateway = Gateway(
                transport=transport, tiers=(), clock=clock, nursery=nursery, metrics=Metrics(),
                rng=random.Random(7), access=accesses(providers), ledgers=ledgers,
            )  # fmt: skip
            alarms, reliability = Alarms(clock), Reliability(store, clock)
            common = {
                "gateway": gateway, "providers": providers, "store": store, "nursery": nursery,
                "clock": clock,
            }  # fmt: skip
            bulk = Bulk(reliability=reliability, alarms=alarms, **common)  # type: ignore[arg-type]
            finder = Finder(**common)  # type: ignore[arg-type]
            enricher = Enricher(finder=finder, reliability=reliability, alarms=alarms, **common)  # type: ignore[arg-type]
            yield Works(bulk, enricher, gateway, providers, store, nursery, clock, alarms)
    finally:
        with outside():
            await store.close()


class OutsideLink(RedisLink):
    """A real Redis for tests on virtual time: its work takes none."""

    async def ask(self, question: Callable[[Redis], Awaitable[T]]) -> T | None:
        with outside():
            return await super().ask(question)

    async def aclose(self) -> None:
        with outside():
            await super().aclose()


def shared(link: RedisLink, clock: LoopClock, run: str) -> Ledgers:
    """Keep quotas in Redis, on virtual time; those who name one run share them."""
    return lambda name, pace: RedisLedger(
        link, f"test:{run}:{name}", pace, clock, instant_us=lambda: int(clock.monotonic() * 1_000_000)
    )
