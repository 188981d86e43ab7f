"""Matching a tick against a million armed alerts on ten thousand tokens, and what they take in memory.

Ours against the token's alerts walked one by one, and against two heaps a token: the best of the other
structures that were tried. Every round puts the same ticks to all; that they find the same is checked.
"""

from __future__ import annotations

import gc
import heapq
import random
import tracemalloc
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from core.alerts.match import Bound, Matcher, Side
from data.models.alerts import Figure, Gauge
from data.models.ids import Chain, TokenKey
from tests.bench.measure import Goal, Row, now

TOKENS, EACH = 10_000, 100
TICKS = 30_000
ROUNDS = 5
PRICE = Gauge(Figure.PRICE)
_AWAY = 8.0  # thresholds lie an eighth off, in the mean
# Prices move by less: one tick in some hundred reaches something.
_STEP = 0.0004


class Book(Protocol):
    """A structure that holds armed alerts."""

    def add(self, token: TokenKey, bound: Bound, number: int) -> None:
        """Arm one."""
        ...

    def take(self, token: TokenKey, value: Decimal) -> list[int]:
        """Take those that a value reaches."""
        ...


class Ladders:
    """Ours."""

    def __init__(self) -> None:
        self._matcher = Matcher()

    def add(self, token: TokenKey, bound: Bound, number: int) -> None:
        self._matcher.add(token, PRICE, bound, number)

    def take(self, token: TokenKey, value: Decimal) -> list[int]:
        return self._matcher.take(token, PRICE, value, value)


class Walk:
    """The token's alerts in a dictionary, each asked."""

    def __init__(self) -> None:
        self._armed: dict[TokenKey, dict[int, Bound]] = {}

    def add(self, token: TokenKey, bound: Bound, number: int) -> None:
        self._armed.setdefault(token, {})[number] = bound

    def take(self, token: TokenKey, value: Decimal) -> list[int]:
        armed = self._armed.get(token, {})
        found = [
            number
            for number, bound in armed.items()
            if bound.at is not None
            and (value >= bound.at if bound.side is Side.RISING else value <= bound.at)
        ]
        for number in found:
            del armed[number]
        return found


class Heaps:
    """Two heaps a token with the exact thresholds; nothing can be taken out of their middle."""

    def __init__(self) -> None:
        self._armed: dict[TokenKey, tuple[list[tuple[Decimal, int]], list[tuple[Decimal, int]]]] = {}

    def add(self, token: TokenKey, bound: Bound, number: int) -> None:
        rising, falling = self._armed.setdefault(token, ([], []))
        assert bound.at is not None
        if bound.side is Side.RISING:
            heapq.heappush(rising, (bound.at, number))
        else:
            heapq.heappush(falling, (-bound.at, number))

    def take(self, token: TokenKey, value: Decimal) -> list[int]:
        rising, falling = self._armed[token]
        found: list[int] = []
        while rising and rising[0][0] <= value:
            found.append(heapq.heappop(rising)[1])
        while falling and -falling[0][0] >= value:
            found.append(heapq.heappop(falling)[1])
        return found


def alerts(tokens: Sequence[TokenKey]) -> list[tuple[TokenKey, Bound, int]]:
    """Make the alerts: half above and half below a price of one, some of them near."""
    rng, made = random.Random(3), []
    for number in range(len(tokens) * EACH):
        away = 1 + rng.expovariate(_AWAY)
        rising = rng.random() < 0.5
        at = Decimal(f"{away if rising else 1 / away:.9f}")
        side = Side.RISING if rising else Side.FALLING
        made.append((tokens[number % len(tokens)], Bound(side, at), number))
    return made


def ticks(tokens: Sequence[TokenKey]) -> list[tuple[TokenKey, Decimal]]:
    """Let every token's price walk a little."""
    rng, at, made = random.Random(5), dict.fromkeys(tokens, 1.0), []
    for _ in range(TICKS * ROUNDS):
        token = rng.choice(tokens)
        at[token] *= 1 + rng.gauss(0, _STEP)
        made.append((token, Decimal(f"{at[token]:.9f}")))
    return made


def filled(make: Callable[[], Book], made: Sequence[tuple[TokenKey, Bound, int]]) -> Book:
    """Fill a structure."""
    book = make()
    for token, bound, number in made:
        book.add(token, bound, number)
    return book


def held_mb(make: Callable[[], Book]) -> float:
    """Tell the megabytes that a structure holds when it alone keeps what was put in: a tenth, times ten."""
    gc.collect()
    tracemalloc.start()
    tokens = _tokens(TOKENS // 10)
    book = filled(make, alerts(tokens))
    gc.collect()
    megabytes = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    del book
    return megabytes * 10


def _tokens(count: int) -> list[TokenKey]:
    return [TokenKey(Chain.SOLANA, f"{number:044d}") for number in range(count)]


def measure() -> list[Row]:
    """Measure this subject."""
    tokens = _tokens(TOKENS)
    made, walked = alerts(tokens), ticks(tokens)
    kinds: tuple[Callable[[], Book], ...] = (Ladders, Walk, Heaps)
    books = [filled(kind, made) for kind in kinds]
    took: list[list[float]] = [[] for _ in kinds]
    hits = 0
    for number in range(ROUNDS):
        part = walked[number * TICKS : (number + 1) * TICKS]
        found = []
        for book, series in zip(books, took, strict=True):
            began = now()
            taken = [book.take(token, value) for token, value in part]
            series.append((now() - began) / TICKS * 1e6)
            found.append([sorted(each) for each in taken])
        assert found[0] == found[1] == found[2], "they find different alerts"
        hits += sum(map(len, found[0]))
    assert hits > TICKS * ROUNDS / 1000, f"only {hits} alerts were reached"
    ours, walk, heaps = (tuple(series) for series in took)
    sizes = [(held_mb(kind),) for kind in (Ladders, Heaps)]
    return [
        Row(
            subject="tick against a million alerts", unit="µs", ours=ours, peer=walk,
            against="the token's alerts walked", goal=Goal(bound=0.1),
        ),
        Row(
            subject="tick against a million alerts", unit="µs", ours=ours, peer=heaps,
            against="two heaps of exact thresholds", goal=Goal(bound=1.5),
        ),
        Row(
            subject="a million alerts in memory", unit="MB", ours=sizes[0], peer=sizes[1],
            against="two heaps of exact thresholds", goal=Goal(bound=0.5),
        ),
    ]  # fmt: skip
