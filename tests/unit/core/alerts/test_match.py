"""The ladders find exactly what a walk over all alerts finds."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.alerts.match import Bound, Ladder, Matcher, Side
from data.models.alerts import Figure, Gauge
from data.models.ids import SOL
from tests.fakes.snapshots import BONK

PRICE, CAP = Gauge(Figure.PRICE), Gauge(Figure.CAP)
values = st.decimals("0.0000001", "1000", places=7)


@given(st.lists(st.tuples(values, st.booleans()), max_size=40), values)
def test_a_value_takes_what_it_reaches_and_leaves_the_rest(
    bounds: list[tuple[Decimal, bool]], value: Decimal
) -> None:
    matcher = Matcher()
    for number, (at, rising) in enumerate(bounds):
        matcher.add(BONK, PRICE, Bound(Side.RISING if rising else Side.FALLING, at), number)
    expected = {
        number for number, (at, rising) in enumerate(bounds) if (value >= at if rising else value <= at)
    }
    assert set(matcher.take(BONK, PRICE, value, value)) == expected
    assert matcher.take(BONK, PRICE, value, value) == []
    assert len(matcher) == len(bounds) - len(expected)


@given(st.lists(st.tuples(st.sampled_from("ar"), st.integers(0, 5), st.integers(0, 8)), max_size=80))
def test_a_ladder_is_a_sorted_set(steps: list[tuple[str, int, int]]) -> None:
    ladder, model = Ladder(), set[tuple[int, int]]()
    for step, key, number in steps:
        if step == "a":
            ladder.add(float(key), number)
            model.add((key, number))
        else:
            assert ladder.remove(float(key), number) == ((key, number) in model)
            model.discard((key, number))
        assert len(ladder) == len(model)
    assert ladder.take(3.0) == [number for key, number in sorted(model) if key >= 3]


def test_tokens_and_gauges_do_not_meet() -> None:
    matcher = Matcher()
    matcher.add(BONK, PRICE, Bound(Side.RISING, Decimal(1)), 1)
    matcher.add(BONK, CAP, Bound(Side.RISING, Decimal(1)), 2)
    matcher.add(SOL, PRICE, Bound(Side.RISING, Decimal(1)), 3)
    assert matcher.take(BONK, PRICE, Decimal(2), Decimal(2)) == [1]
    assert matcher.gauges(BONK) == (CAP,)
    assert set(matcher.tokens) == {BONK, SOL}


def test_a_bound_that_floats_cannot_tell_from_the_value_is_found() -> None:
    """Which of both is larger, only the exact rule knows; not to find it would lose the alert."""
    bound, value = Decimal("0.1000000000000000055"), Decimal("0.1000000000000000056")
    assert float(bound) == float(value)
    matcher = Matcher()
    matcher.add(BONK, PRICE, Bound(Side.RISING, bound), 1)
    matcher.add(BONK, PRICE, Bound(Side.FALLING, value), 2)
    assert set(matcher.take(BONK, PRICE, value, bound)) == {1, 2}


def test_what_nobody_waits_for_any_more_takes_no_room() -> None:
    matcher = Matcher()
    rng = random.Random(1)
    bounds = [Bound(rng.choice(list(Side)), Decimal(rng.randrange(1, 50))) for _ in range(300)]
    for number, bound in enumerate(bounds):
        matcher.add(BONK, PRICE, bound, number)
        matcher.add(BONK, PRICE, bound, number)
    assert len(matcher) == 300
    assert all(matcher.remove(BONK, PRICE, bound, number) for number, bound in enumerate(bounds))
    assert (len(matcher), matcher.tokens) == (0, ())
