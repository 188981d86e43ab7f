"""Time until a pasted token's first card stands, against the slowest of the sources that it asks.

Six sources, each answer 50 to 400 ms late; nothing is cached, every token is asked for once. Both are timed
on the same requests: the ratio is what the platform adds, in planning, reading, resolving and wording.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from data.clock import SystemClock
from data.sandbox.catalogue import starting_tokens
from tests.bench import market, platform
from tests.bench.measure import Goal, Row, now

LATENCY_MS = "50-400"
SOURCES = 6
TOKENS = 10
AT_MOST = 1.15


async def _measured() -> list[Row]:
    cards: list[float] = []
    slowest: list[float] = []
    async with market.served(LATENCY_MS) as urls:
        for token in starting_tokens(7, SystemClock().now())[: TOKENS + 1]:
            async with platform.Stopwatch() as network, platform.built(urls, network) as app:
                asked = platform.request(1, "t", token=token.mint)
                started = now()
                async with aclosing(app.dispatcher.frames(asked)) as frames:
                    card = await anext(frames)
                    cards.append((now() - started) * 1000)
                    slowest.append(network.slowest_s * 1000)
                assert network.begun >= SOURCES, f"{network.begun} requests were made"
                assert not card.error, card.body.plain
    row = Row(
        subject="first card, twelve sources 50 to 400 ms late", unit="ms", against="slowest source",
        ours=tuple(cards[1:]), peer=tuple(slowest[1:]), goal=Goal(bound=AT_MOST),
    )  # fmt: skip
    return [row]


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
