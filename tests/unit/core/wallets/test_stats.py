"""What closed positions come to, and how far few of them can be believed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.wallets.labels import labels
from core.wallets.ledger import Closed
from core.wallets.moves import Side
from core.wallets.stats import PROVEN_FROM, Record, record, wilson
from tests.fakes.clock import START
from tests.unit.core.wallets.test_ledger import move

SOL = 10**9


def closed(cost: int, proceeds: int, *, fees: int = 0, seconds: int = 60, mint: str = "bonk") -> Closed:
    return Closed(
        mint=mint, opened_at=START, closed_at=START + timedelta(seconds=seconds), cost=cost,
        proceeds=proceeds, fees=fees, whole=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wins", "count", "low", "high"),
    # By R's prop.test(correct = FALSE).
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(wins: int, count: int, low: float, high: float) -> None:
    found = wilson(wins, count)
    assert found[0] == pytest.approx(low, abs=5e-5)
    assert found[1] == pytest.approx(high, abs=5e-5)


def test_wins_are_counted_after_fees_and_what_cost_nothing_is_left_out() -> None:
    told = record(
        [
            closed(SOL, 2 * SOL, seconds=10),
            closed(SOL, SOL + 5_000, fees=10_000, seconds=20),
            closed(SOL, 0, seconds=1_000),
            closed(0, 5 * SOL),
        ]
    )
    assert told is not None
    assert (told.count, told.wins) == (3, 1)
    assert told.expectancy == Decimal(-5_000) / 3 or abs(told.expectancy + Decimal(5_000) / 3) < 1
    assert told.return_ratio == Decimal(-5_000) / SOL
    assert told.held_for == timedelta(seconds=20)
    assert not told.proven


def test_nothing_closed_is_no_record_and_fifty_are_one() -> None:
    assert record([]) is None
    assert record([closed(0, SOL)]) is None
    fifty = record([closed(SOL, 2 * SOL)] * PROVEN_FROM)
    assert fifty is not None
    assert fifty.proven
    assert fifty.win_ratio == 1
    almost = record([closed(SOL, 2 * SOL)] * (PROVEN_FROM - 1))
    assert almost is not None
    assert not almost.proven


def quick(count: int, seconds: int) -> Record | None:
    return record([closed(SOL, SOL, seconds=seconds)] * count)


def test_a_label_stands_only_with_enough_behind_it() -> None:
    def words(*args: object) -> list[str]:
        return [label.word for label in labels(*args)]  # type: ignore[arg-type]

    slow = [move(at * 3_600, Side.BUY, 1, 1) for at in range(6)]
    fast = [move(at, Side.BUY, 1, 1) for at in range(200)]
    given = [move(at * 3_600, Side.IN, 1) for at in range(6)]
    assert words(slow, [], None, None, START) == []
    assert words(slow, ["mint"], None, None, START) == ["creator"]
    assert words(slow, [], None, START - timedelta(days=1), START) == ["new wallet"]
    assert words(slow, [], None, START - timedelta(days=30), START) == []
    assert words(slow, [], quick(5, 30), None, START) == ["in and out"]
    assert words(slow, [], quick(4, 30), None, START) == []
    assert words(slow, [], quick(5, 600), None, START) == []
    assert words(fast, [], None, None, START) == ["busy"]
    assert words(given, [], None, None, START) == ["receiver"]
