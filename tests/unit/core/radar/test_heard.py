"""What streams and sources tell, as facts: the hostile and the impossible is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.radar import heard
from data.models.events import CurveFigures, TokenLaunched, TokenTraded
from data.models.fields import HOLDERS, LIQUIDITY_USD, PRICE_USD, TOP10_RATIO
from data.models.ids import ProviderId
from data.models.market import (
    Candle,
    CandleSeries,
    Observation,
    Resolved,
    Timeframe,
    TokenSnapshot,
)
from tests.unit.core.radar.test_windows import MAKER, TOKEN, at

LAUNCH = TokenLaunched(
    source="pumpportal", at=at(1), chain_at=at(0), mint=TOKEN.address, pool="pump", creator=MAKER, name="a",
    symbol="b", uri=None, bought=Decimal(40_000_000), curve=CurveFigures(tokens=Decimal(1_033_000_000)),
)  # fmt: skip
TRADE = TokenTraded(
    source="solana", at=at(1), mint=TOKEN.address, pool="pump", trader=MAKER, is_buy=True,
    tokens=Decimal(1000), sol=Decimal("0.5"),
    curve=CurveFigures(tokens=Decimal("279900000"), sol=Decimal(115)),
)  # fmt: skip


def test_a_launch_tells_what_its_maker_bought_of_a_standard_curve_alone() -> None:
    assert heard.launched(LAUNCH).dev_ratio == 0.04
    assert heard.launched(replace(LAUNCH, is_mayhem=True)).dev_ratio is None
    assert heard.launched(replace(LAUNCH, pool="bonk")).dev_ratio is None
    assert heard.launched(replace(LAUNCH, bought=Decimal(2_000_000_000))).dev_ratio is None
    assert heard.launched(replace(LAUNCH, bought=None)).dev_ratio is None


def test_a_chain_whose_clock_runs_ahead_tells_nothing_of_the_future() -> None:
    assert heard.launched(LAUNCH).born_at == at(0)
    assert heard.launched(replace(LAUNCH, chain_at=at(60))).born_at == at(1)
    trade = heard.traded(replace(TRADE, chain_at=at(60)), Decimal(100))
    assert trade is not None and trade.traded_at == at(1)


def test_a_trade_is_worth_its_sol_exactly_and_one_that_nobody_can_value_is_left_out() -> None:
    trade = heard.traded(TRADE, Decimal("140.000000000000000001"))
    assert trade is not None and trade.usd == Decimal("70.0000000000000000005")
    for broken in (
        {"sol": None}, {"tokens": None}, {"sol": Decimal(0)}, {"tokens": Decimal(-1)},
        {"sol": Decimal("1e60")}, {"tokens": Decimal("Infinity")},
    ):  # fmt: skip
        assert heard.traded(replace(TRADE, **broken), Decimal(100)) is None  # type: ignore[arg-type]


def test_a_curve_is_as_full_as_its_reserve_says() -> None:
    full = heard.progressed(TRADE, Decimal(100))
    assert full is not None and full.ratio == 1.0 and full.depth_usd == Decimal(23_000)
    begun = heard.progressed(LAUNCH, Decimal(100))
    assert begun is not None and begun.ratio == pytest.approx(40 / 793.1) and begun.depth_usd is None
    for left in ("0", "279899999", "1073000001"):
        curve = CurveFigures(tokens=Decimal(left))
        assert heard.progressed(replace(TRADE, curve=curve), Decimal(100)) is None
    assert heard.progressed(replace(TRADE, pool="pump-amm"), Decimal(100)) is None


def snapshot(**ages: float) -> TokenSnapshot:
    def seen(value: object, source: str) -> Observation[object]:
        return Observation(value=value, source=ProviderId(source), at=at(0) - timedelta(seconds=ages[source]))

    prices = tuple(seen(Decimal(1), source) for source in ages)
    liquid = tuple(seen(Decimal(9_000), source) for source in ages)
    return TokenSnapshot(
        token=TOKEN, at=at(0),
        resolved={
            PRICE_USD: Resolved(field=PRICE_USD, value=Decimal(1), sources=prices),  # type: ignore[arg-type]
            LIQUIDITY_USD: Resolved(field=LIQUIDITY_USD, value=Decimal(9_000), sources=liquid),  # type: ignore[arg-type]
        },
    )  # fmt: skip


def test_a_source_that_spoke_more_than_a_minute_ago_says_nothing_of_now() -> None:
    look = heard.looked(snapshot(jupiter=5, birdeye=61), at(0))
    assert look is not None and look.prices == {"jupiter": Decimal(1)} and look.liquidity_usd is None
    fresh = heard.looked(snapshot(jupiter=5), at(0))
    assert fresh is not None and fresh.liquidity_usd == Decimal(9_000)


def test_sources_that_say_nothing_make_no_fact() -> None:
    assert heard.looked(snapshot(birdeye=61), at(0)) is None
    assert heard.looked(TokenSnapshot(token=TOKEN, at=at(0), resolved={}), at(0)) is None


@pytest.mark.parametrize("price", ["0", "-1", "1e99", "1e-99"])
def test_a_price_that_no_market_has_is_left_out(price: str) -> None:
    wrong = Observation(value=Decimal(price), source=ProviderId("liar"), at=at(0))
    ratio = Observation(value=Decimal(7), source=ProviderId("liar"), at=at(0))
    found = TokenSnapshot(
        token=TOKEN, at=at(0),
        resolved={
            PRICE_USD: Resolved(field=PRICE_USD, value=wrong.value, sources=(wrong,)),
            TOP10_RATIO: Resolved(field=TOP10_RATIO, value=ratio.value, sources=(ratio,)),
            HOLDERS: Resolved(field=HOLDERS, value=3, sources=()),
        },
    )  # fmt: skip
    look = heard.looked(found, at(0))
    assert look is not None and look.prices == {} and look.top10_ratio is None and look.holders == 3


def test_bars_are_taken_as_written_and_those_that_are_no_prices_left_out() -> None:
    bars = (
        Candle(60, 0.1, 0.3, 0.1, 0.2, 5.5),
        Candle(120, 0.0, 1, 1, 1, 1),
        Candle(180, *[float("nan")] * 5),
    )
    series = CandleSeries(token=TOKEN, pool="p", timeframe=Timeframe.M1, candles=bars)
    (row,) = heard.rows(series)
    assert row == (60, Decimal("0.1"), Decimal("0.3"), Decimal("0.1"), Decimal("0.2"), Decimal("5.5"))
