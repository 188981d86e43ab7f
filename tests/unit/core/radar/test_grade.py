"""What became of a signal: from the next bar's open, net of a cost, unknown where bars are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import events
from core.radar.grade import (
    LOST,
    Grade,
    Horizon,
    Missing,
    PriceBar,
    QuoteCost,
    entry_of,
    grade,
    net_of,
)
from data.errors import BadPayload
from tests.fakes.clock import START

SIGNAL_AT = START + timedelta(seconds=20)
ENTRY_AT = START + timedelta(minutes=1)
LATER = START + timedelta(days=3)
D = Decimal
COST = QuoteCost(liquidity_usd=D(60_000), sol_usd=D(200), fee_ratio=D("0.0025"), priority_sol=D("0.0005"))
FREE = replace(COST, liquidity_usd=D(10) ** 20, fee_ratio=D(0), priority_sol=D(0))


def bar(minute: int, close: str = "1", *, opened: str = "1", high: str = "", low: str = "") -> PriceBar:
    """Make the bar that begins so many minutes after the entry."""
    prices = (D(opened), D(close))
    time = int((ENTRY_AT + timedelta(minutes=minute)).timestamp())
    return PriceBar(
        time, D(opened), D(high) if high else max(prices), D(low) if low else min(prices), D(close)
    )


def flat(minutes: int = 1_440, **changed: PriceBar) -> list[PriceBar]:
    rows = {minute: bar(minute) for minute in range(minutes)}
    rows |= {int(name.removeprefix("m")): row for name, row in changed.items()}
    return [row for _, row in sorted(rows.items())]


def of(rows: list[PriceBar], cost: QuoteCost | None = COST, **asked: datetime) -> Grade:
    return grade(SIGNAL_AT, rows, cost, **{"until": LATER, **asked})  # type: ignore[arg-type]


@pytest.mark.parametrize("second", [0, 0.001, 30, 59.999])
def test_the_entry_is_the_open_of_the_next_minute_never_of_this_one(second: float) -> None:
    assert entry_of(START + timedelta(seconds=second)) == ENTRY_AT
    rows = [bar(-1, "50", opened="50"), *flat(m0=bar(0, "1", opened="1.1"))]
    assert of(rows).entry_usd == D("1.1")


def test_a_result_is_taken_at_the_close_before_its_horizon_ends() -> None:
    rows = flat(m4=bar(4, "1.1"), m5=bar(5, "9"), m14=bar(14, "1.15"), m59=bar(59, "0.9"), m239=bar(239, "2"),
                m1439=bar(1_439, "3"))  # fmt: skip
    found = of(rows, FREE)
    assert [result.gross_ratio for result in found.results] == [D("0.1"), D("0.15"), D("-0.1"), D(1), D(2)]
    assert [result.net_ratio for result in found.results] == [
        pytest.approx(result.gross_ratio, abs=D("1e-8")) for result in found.results
    ]
    assert found.settled and [h.value for h in Horizon] == ["5m", "15m", "1h", "4h", "24h"]


def test_a_flat_price_costs_both_fees_both_impacts_and_both_priority_fees() -> None:
    """Worked by hand: 100 USD against 30,000 USD of quote, 0.25 % twice, 0.10 USD twice."""
    swapped = Fraction(100) * Fraction(9_975, 10_000)
    tokens = 30_000 * swapped / (30_000 + swapped)  # at a price of one the reserves are equal
    sold = tokens * Fraction(9_975, 10_000)
    got = 30_000 * sold / (30_000 + sold)
    expected = (got - Fraction(1, 10)) / (100 + Fraction(1, 10)) - 1
    found = net_of(D(1), D(1), COST)
    assert abs(Fraction(found) - expected) < Fraction(1, 10**8)
    assert D("-0.0136") < found < D("-0.0135")


prices = st.decimals("0.000000001", "1000000", places=9).filter(lambda price: price > 0)


@given(prices, prices, st.decimals("5000", "100000000", places=2), st.decimals("0", "0.05", places=4))
def test_an_order_never_gets_more_than_the_price_did_nor_loses_more_than_all(
    entry: D, exit_: D, liquidity: D, fee: D
) -> None:
    cost = replace(COST, liquidity_usd=liquidity, fee_ratio=fee)
    net = net_of(entry, exit_, cost)
    assert net >= LOST
    assert net <= exit_ / entry - 1 + D("1e-8")
    dearer = replace(cost, fee_ratio=fee + D("0.01"))
    assert net_of(entry, exit_, dearer) <= net
    thinner = replace(cost, liquidity_usd=liquidity / 2)
    assert net_of(entry, exit_, thinner) <= net


def test_a_missing_bar_makes_its_own_results_unknown_and_no_others() -> None:
    rows = [row for row in flat() if row.time != bar(59).time]
    found = of(rows)
    assert found.at(Horizon.H1).missing is Missing.NO_BARS
    assert found.at(Horizon.H1).net_ratio is None and found.at(Horizon.H1).gross_ratio is None
    known = [result for result in found.results if result.horizon is not Horizon.H1]
    assert all(result.net_ratio is not None and result.missing is None for result in known)
    assert found.hit is None  # who knows what that minute did


def test_without_the_entry_bar_nothing_is_known() -> None:
    found = of(flat()[1:])
    assert found.entry_usd is None and found.hit is None
    assert {result.missing for result in found.results} == {Missing.NO_BARS}


def test_without_a_cost_there_is_a_price_and_no_net_result() -> None:
    found = of(flat(), None)
    assert {(result.gross_ratio, result.net_ratio, result.missing) for result in found.results} == {
        (D(0), None, Missing.NO_COST)
    }


def test_what_is_not_over_is_not_yet_known() -> None:
    hour = of(flat(), until=ENTRY_AT + timedelta(minutes=60))
    assert [result.missing for result in hour.results] == [None, None, None, Missing.NOT_YET, Missing.NOT_YET]
    assert not hour.settled and hour.hit is None
    assert of(flat(), until=ENTRY_AT + timedelta(seconds=3_599)).at(Horizon.H1).missing is Missing.NOT_YET


UP, DOWN = {"high": "1.2"}, {"low": "0.8"}


@pytest.mark.parametrize(
    ("rows", "hit"),
    [
        (flat(), False),
        (flat(m10=bar(10, **UP)), True),
        (flat(m10=bar(10, high="1.1999")), False),
        (flat(m10=bar(10, **DOWN), m11=bar(11, **UP)), False),
        (flat(m10=bar(10, **UP), m11=bar(11, **DOWN)), True),
        (flat(m10=bar(10, low="0.8001"), m11=bar(11, **UP)), True),
        (flat(m10=bar(10, **UP, **DOWN)), False),  # nobody knows which came first
        (flat(m239=bar(239, **UP)), True),
        (flat(m240=bar(240, **UP)), False),
        (flat(m0=bar(0, **UP)), True),
        ([row for row in flat(m10=bar(10, **UP)) if row.time != bar(20).time], True),  # decided before
        ([row for row in flat(m30=bar(30, **UP)) if row.time != bar(20).time], None),
    ],
)
def test_a_hit_rises_by_a_fifth_before_it_falls_by_one(rows: list[PriceBar], hit: bool | None) -> None:
    assert of(rows).hit is hit


def test_a_hit_is_told_as_soon_as_it_is_one() -> None:
    assert of(flat(m10=bar(10, **UP)), until=ENTRY_AT + timedelta(minutes=11)).hit is True
    assert of(flat(m10=bar(10, **UP)), until=ENTRY_AT + timedelta(minutes=10)).hit is None


def test_a_rug_loses_everything_from_then_on_whatever_bars_say() -> None:
    rug = ENTRY_AT + timedelta(minutes=30, seconds=10)
    found = of(flat(m1439=bar(1_439, "100")), rugged_at=rug)
    nets = [result.net_ratio for result in found.results]
    assert nets[2:] == [LOST] * 3 and all(net is not None and net > D("-0.1") for net in nets[:2])
    assert found.rugged and found.hit is False
    assert of(flat(10), rugged_at=rug).at(Horizon.H24).net_ratio == LOST  # no bars are needed to know that
    assert of(flat(m10=bar(10, **UP)), rugged_at=rug).hit is True  # it could be sold before
    assert of(flat(m30=bar(30, **UP)), rugged_at=rug).hit is False


def test_a_rug_before_the_entry_is_a_whole_loss_and_a_later_one_is_not_known_yet() -> None:
    before = of(flat(), rugged_at=START)
    assert {result.net_ratio for result in before.results} == {LOST} and before.hit is False
    after = of(flat(), rugged_at=ENTRY_AT + timedelta(days=1, minutes=1))
    assert not after.rugged and LOST not in {result.net_ratio for result in after.results}
    unknown = of(flat(), rugged_at=ENTRY_AT + timedelta(hours=2), until=ENTRY_AT + timedelta(hours=1))
    assert not unknown.rugged


@pytest.mark.parametrize(
    "price", ["NaN", "sNaN", "Infinity", "-1", "0", "1e25", "1e-31"],
)  # fmt: skip
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(BadPayload):
        of([bar(0)._replace(close=D(price))])
    with pytest.raises(BadPayload):
        of([bar(0)._replace(high=D("0.5"))])


@pytest.mark.parametrize(
    ("part", "value"),
    [("liquidity_usd", "0"), ("liquidity_usd", "NaN"), ("sol_usd", "-1"), ("order_sol", "0"),
     ("fee_ratio", "1"), ("fee_ratio", "-0.1"), ("fee_ratio", "NaN"), ("priority_sol", "-1"),
     ("priority_sol", "Infinity")],
)  # fmt: skip
def test_a_cost_that_is_none_is_refused(part: str, value: str) -> None:
    with pytest.raises(BadPayload):
        replace(COST, **{part: D(value)})


def test_prices_at_the_ends_of_what_is_a_price_can_be_graded() -> None:
    rows = [row._replace(open=D("1e-30"), low=D("1e-30"), high=D("1e24"), close=D("1e24")) for row in flat(6)]
    found = of(rows, until=ENTRY_AT + timedelta(minutes=6))
    assert found.at(Horizon.M5).gross_ratio == D("9" * 54)
    assert found.at(Horizon.M5).net_ratio is not None


@given(st.lists(st.tuples(prices, prices), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_a_grade_reckoned_again_from_stored_facts_is_the_same(rows: list[tuple[D, D]], order: Random) -> None:
    made = [
        PriceBar(bar(minute).time, first, max(first, last), min(first, last), last)
        for minute, (first, last) in enumerate(rows)
    ]
    found = of(made)
    stored = events.encode(found)
    shuffled = list(made)
    order.shuffle(shuffled)
    again = [PriceBar(row.time, *(D(str(price)) for price in row[1:])) for row in shuffled]
    assert of(again) == found == events.decode(Grade, stored)
    assert events.encode(of(again)) == stored


def test_a_signal_in_another_time_zone_is_graded_alike() -> None:
    local = SIGNAL_AT.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert grade(local, flat(), COST, until=LATER) == of(flat())
    assert of(flat()).entry_at.tzinfo is UTC
