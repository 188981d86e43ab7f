"""How late the event loop wakes while token cards with charts are answered, against the same loop at rest."""

from __future__ import annotations

import asyncio
import itertools

from bot.app import App
from data.clock import SystemClock
from data.models.market import Timeframe
from data.sandbox.catalogue import starting_tokens
from tests.bench import platform
from tests.bench.measure import Goal, Row, now

ROUNDS = 5
ROUND_S = 3.0
EVERY_S = 0.001
AT_ONCE = 3
AT_MOST_MS = 50


async def _watched(seconds: float) -> float:
    """Ask to be woken again and again; gives the 99.9th percentile of how late that was, in ms."""
    late: list[float] = []
    end = now() + seconds
    while now() < end:
        due = now() + EVERY_S
        await asyncio.sleep(EVERY_S)
        late.append((now() - due) * 1000)
    return sorted(late)[int(len(late) * 0.999)]


async def _measured() -> list[Row]:
    tokens = [token.mint for token in starting_tokens(7, SystemClock().now())[:12]]
    asks = itertools.cycle(itertools.product(Timeframe, tokens))
    busy: list[float] = []
    idle: list[float] = []
    drawn = 0

    async def ask(app: App, person: int) -> None:
        nonlocal drawn
        while True:
            timeframe, token = next(asks)
            asked = platform.request(person + drawn, "t", token=token, tf=timeframe.value)
            reply = await platform.answered(app, asked)
            drawn += reply.image is not None

    async with platform.served() as app:
        await platform.answered(app, platform.request(0, "t", token=tokens[0]))
        for _ in range(ROUNDS):
            asking = [app.nursery.start(ask(app, person * 10_000), name="ask") for person in range(AT_ONCE)]
            busy.append(await _watched(ROUND_S))
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
            idle.append(await _watched(ROUND_S))
    assert drawn >= ROUNDS, f"{drawn} charts were drawn"
    row = Row(
        subject="event loop late, p99.9, cards with charts",
        unit="ms",
        against="at rest",
        ours=tuple(busy),
        peer=tuple(idle),
        goal=Goal(bound=AT_MOST_MS, of="ours"),
    )
    return [row]


def measure() -> list[Row]:
    """Measure this subject."""
    return asyncio.run(_measured())
