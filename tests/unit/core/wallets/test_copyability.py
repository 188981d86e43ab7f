"""What a follower would have got: later prices, the pool's depth, and honest unknowns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.wallets.copyability import Copyability, Depth, Followed, Unknown, follow, price_after
from core.wallets.ledger import Closed
from data.models.market import Candle
from tests.fakes.clock import START

SOL = 10**9
MINUTE = 60
ENTERED, LEFT = START, START + timedelta(hours=2)
DEEP = Depth(liquidity_usd=Decimal(10**9), sol_usd=Decimal(150))
OWN = Closed(mint="bonk", opened_at=ENTERED, closed_at=LEFT, cost=SOL, proceeds=3 * SOL, fees=0, whole=True)


def bar(at: int, close: float) -> Candle:
    start = int(START.timestamp()) + at
    return Candle(start, close, close, close, close, 1.0)


def entry(close: float = 1.0) -> list[Candle]:
    return [bar(0, 0.5), bar(MINUTE, close), bar(5 * MINUTE, 99.0)]


def leaving(close: float = 2.0) -> list[Candle]:
    return [bar(7_200, 9.0), bar(7_200 + MINUTE, close)]


def test_a_follower_pays_and_gets_the_prices_of_a_minute_later() -> None:
    told = follow(OWN, entry(), leaving(), DEEP)
    assert told.own_ratio == 2
    assert told.ratio is not None
    assert float(told.ratio) == pytest.approx(1.0, abs=1e-4)  # not the wallet's 200 %, nor 99 or 9


def test_a_shallow_pool_takes_its_part_both_ways() -> None:
    """75 dollars into 150 a side and out again at one price: two thirds, and of 50 three quarters."""
    shallow = Depth(liquidity_usd=Decimal(300), sol_usd=Decimal(150))
    told = follow(OWN, entry(1.0), leaving(1.0), shallow)
    assert told.ratio is not None
    fees = 2 * 5_000 / SOL / 0.5
    assert float(told.ratio) == pytest.approx(2 / 3 * 3 / 4 - 1 - fees, abs=1e-9)


@pytest.mark.parametrize(
    ("bars_in", "bars_out", "depth", "why"),
    [
        ([], leaving(), DEEP, Unknown.ENTRY),
        (entry(), [], DEEP, Unknown.EXIT),
        (entry(), [bar(3_600, 2.0)], DEEP, Unknown.EXIT),  # an hour before it sold
        ([bar(5 * MINUTE, 1.0)], leaving(), DEEP, Unknown.ENTRY),  # only later bars
        (entry(0.0), leaving(), DEEP, Unknown.ENTRY),
        (entry(float("nan")), leaving(), DEEP, Unknown.ENTRY),
        (entry(float("inf")), leaving(), DEEP, Unknown.ENTRY),
        (entry(), leaving(), None, Unknown.POOL),
        (entry(), leaving(), Depth(liquidity_usd=Decimal(0), sol_usd=Decimal(150)), Unknown.POOL),
    ],
)
def test_what_cannot_be_told_is_said_to_be_unknown(
    bars_in: list[Candle], bars_out: list[Candle], depth: Depth | None, why: Unknown
) -> None:
    told = follow(OWN, bars_in, bars_out, depth)
    assert (told.ratio, told.unknown) == (None, why)


def test_a_position_without_times_is_unknown() -> None:
    timeless = Closed(mint="m", opened_at=None, closed_at=LEFT, cost=1, proceeds=1, fees=0, whole=True)
    assert follow(timeless, entry(), leaving(), DEEP).unknown is Unknown.TIMES


def test_a_quiet_minute_has_the_price_of_the_bar_before() -> None:
    assert price_after([bar(-MINUTE, 3.0)], START) == 3
    assert price_after([bar(-10 * MINUTE, 3.0)], START) is None


def test_the_middle_of_what_is_told_speaks_for_all() -> None:
    ratios = [Decimal("-0.5"), Decimal("0.1"), Decimal(4), None]
    told = Copyability(
        followed=tuple(
            Followed(closed=OWN, own_ratio=Decimal(at), ratio=each) for at, each in enumerate(ratios)
        )
    )
    assert (told.ratio, told.own_ratio, len(told.told)) == (Decimal("0.1"), 1, 3)
    nothing = Copyability(followed=(Followed(closed=OWN, own_ratio=Decimal(1), ratio=None),))
    assert (nothing.ratio, nothing.own_ratio) == (None, None)
