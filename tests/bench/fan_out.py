"""Asking seventeen sources at once, through the whole gateway, against as many sleeps of the same length."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from datetime import datetime

from core.enrichment.collect import collect
from data.clock import Deadline, SystemClock
from data.gateway.gateway import Access, Gateway
from data.gateway.transport import Request, Response
from data.metrics import Metrics
from data.models.fields import PRICE_USD
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Capability, TokenReport, facts
from data.nursery import Nursery
from data.providers.base import Ask, Call, Endpoint, Json, Provider, Quota
from data.providers.values import number
from tests.bench.measure import Goal, Row, Series, by_turns, now

WIDTH = 17
LATENCY_S = 0.05
SPREAD_S = (0.05, 0.4)
ROUNDS = 15
AT_MOST = 1.25
AT_MOST_SPREAD = 1.1


class Late:
    """Every source, each late by its own time."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = seconds

    async def send(self, request: Request) -> Response:
        source = int(request.url.removeprefix("http://source").partition("/")[0])
        await asyncio.sleep(self._seconds[source])
        return Response(status=200, body=b'{"price": 0.0000174412}')


def _parsed(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    return (TokenReport(token=ask.token, facts=facts((PRICE_USD, number(body["price"])))),)


def _provider(index: int) -> Provider:
    endpoint = Endpoint(
        capability=Capability.PRICE, path="/price/{address}", parse=_parsed, ttl_s=10, stale_s=60,
        fields=frozenset({PRICE_USD}),
    )  # fmt: skip
    return Provider(
        id=ProviderId(f"source{index}"), title=f"Source {index}", docs="", base_url=f"http://source{index}",
        trust=0.5, chains={Chain.SOLANA: "solana"}, endpoints=(endpoint,),
        quotas={"default": Quota(calls=10_000, per_s=1, burst=10_000)},
    )  # fmt: skip


async def _asked(seconds: Sequence[float], rounds: int) -> tuple[Series, Series]:
    """Ask all of them, and sleep as long as each of them does; gives milliseconds a round."""
    providers = [_provider(index) for index in range(WIDTH)]
    clock, tokens = SystemClock(), itertools.count()
    async with Nursery() as nursery:
        gateway = Gateway(
            transport=Late(seconds), tiers=(), clock=clock, nursery=nursery, metrics=Metrics(),
            rng=random.Random(7),
            access={each.id: Access(base_url=each.base_url) for each in providers},
        )  # fmt: skip

        async def ours() -> float:
            ask = Ask(tokens=(TokenKey(Chain.SOLANA, f"token{next(tokens)}"),))
            calls = [Call(provider=each, endpoint=each.endpoints[0], ask=ask) for each in providers]
            started = now()
            asking = collect(
                calls, Deadline.after(clock, 5), gateway=gateway, nursery=nursery, clock=clock,
                patience_s=1, enough=WIDTH,
            )  # fmt: skip
            collected = [each async for each in asking][-1]
            elapsed_s = now() - started
            assert len(collected.answers) == WIDTH, collected.gaps
            return elapsed_s * 1000

        async def sleeps() -> float:
            started = now()
            await asyncio.gather(*map(asyncio.sleep, seconds))
            return (now() - started) * 1000

        return await by_turns(rounds, ours, sleeps)


async def _measured() -> list[Row]:
    lots = random.Random(17)
    mine, theirs = await _asked([LATENCY_S] * WIDTH, ROUNDS)
    spread, slowest = await _asked([lots.uniform(*SPREAD_S) for _ in range(WIDTH)], ROUNDS)
    return [
        Row(
            subject=f"ask {WIDTH} sources, each {LATENCY_S * 1000:.0f} ms late", unit="ms", ours=mine,
            peer=theirs, against="gather of sleeps", goal=Goal(bound=AT_MOST),
        ),
        Row(
            subject=f"ask {WIDTH} sources, 50 to 400 ms late", unit="ms", ours=spread, peer=slowest,
            against="the slowest", goal=Goal(bound=AT_MOST_SPREAD),
        ),
    ]  # fmt: skip


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
