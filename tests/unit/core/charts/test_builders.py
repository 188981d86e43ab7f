from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import exp
from random import Random

import pytest

from core.charts.builders import RETURNS_NEEDED, comparison, correlation, holders_over_time, liquidity
from core.charts.pictures import LineUnit
from core.charts.spec import Scale
from data.models.fields import HOLDERS, LIQUIDITY_USD
from data.models.ids import ProviderId
from data.models.market import Candle, CandleSeries, Observation, Resolved, Timeframe
from tests.fakes.clock import START as NOW
from tests.unit.core.charts.pictured import USUAL
from tests.unit.core.charts.series import START, TOKEN

HOUR = 3600


def series(closes: list[float | None], *, start: int = START) -> CandleSeries:
    """Bars an hour apart; None leaves one out."""
    bars = tuple(
        Candle(start + at * HOUR, close, close, close, close, 1.0)
        for at, close in enumerate(closes)
        if close is not None
    )
    return CandleSeries(token=TOKEN, pool="pool", timeframe=Timeframe.H1, candles=bars)


def moving(seed: int, count: int = 40) -> list[float | None]:
    rng = Random(seed)
    price, found = 1.0, []
    for _ in range(count):
        price *= exp(rng.gauss(0, 0.02))
        found.append(price)
    return list(found)


def test_tokens_are_compared_from_the_time_when_all_have_prices() -> None:
    old, young = series([1.0, 2.0, 4.0, 6.0]), series([10.0, 5.0], start=START + 2 * HOUR)
    spec = comparison(USUAL, [("OLD", old), ("YOUNG", young)])
    assert spec.unit is LineUnit.PERCENT
    assert [line.label for line in spec.lines] == ["OLD", "YOUNG"]
    assert spec.lines[0].points == ((START + 2 * HOUR, 0.0), (START + 3 * HOUR, 0.5))
    assert spec.lines[1].points == ((START + 2 * HOUR, 0.0), (START + 3 * HOUR, -0.5))


def test_a_token_silent_at_the_start_is_measured_against_its_last_price_before_it() -> None:
    quiet = series([2.0, None, None, 3.0])
    young = series([1.0, 1.0], start=START + 2 * HOUR)
    spec = comparison(USUAL, [("QUIET", quiet), ("YOUNG", young)])
    assert spec.lines[0].points == ((START + 2 * HOUR, 0.0), (START + 3 * HOUR, 0.5))


def test_a_token_without_prices_keeps_its_name_and_nothing_else() -> None:
    spec = comparison(USUAL, [("NONE", series([])), ("ZERO", series([0.0])), ("SOME", series([1.0, 2.0]))])
    assert [bool(line.points) for line in spec.lines] == [False, False, True]
    assert comparison(USUAL, []).lines == ()


def test_a_token_moves_with_itself_and_against_its_mirror() -> None:
    up = moving(1)
    mirror = [1 / price for price in up if price is not None]
    spec = correlation(USUAL, [("UP", series(up)), ("MIRROR", series(list(mirror)))])
    assert spec.labels == ("UP", "MIRROR")
    assert spec.values[0] == pytest.approx((1.0, -1.0))
    assert spec.values[1] == pytest.approx((-1.0, 1.0))


def test_unrelated_tokens_are_far_from_either_end_and_the_square_is_even() -> None:
    spec = correlation(USUAL, [(str(seed), series(moving(seed, 400))) for seed in range(4)])
    for row in range(4):
        for column in range(4):
            assert spec.values[row][column] == pytest.approx(spec.values[column][row])
            if row != column:
                assert abs(spec.values[row][column] or 0) < 0.2


def test_too_few_common_returns_are_unknown_and_not_zero() -> None:
    enough, short = moving(3, RETURNS_NEEDED + 1), moving(4, RETURNS_NEEDED)
    spec = correlation(USUAL, [("A", series(enough)), ("B", series(short)), ("FLAT", series([1.0] * 50))])
    assert spec.values[0][0] == pytest.approx(1.0)
    assert spec.values[0][1] is None
    assert spec.values[1][1] is None
    assert spec.values[2] == (None, None, None)


def test_bars_that_only_one_has_do_not_count() -> None:
    prices = moving(5, 60)
    gappy: list[float | None] = [price if at % 2 else None for at, price in enumerate(prices)]
    both = correlation(USUAL, [("ALL", series(prices)), ("HALF", series(gappy))])
    assert both.values[0][1] == pytest.approx(1.0)


def test_what_was_known_over_time_becomes_a_line_and_a_wide_one_is_logarithmic() -> None:
    def told(value: Decimal) -> Resolved[Decimal]:
        seen = Observation(value=value, source=ProviderId("raydium"), at=NOW)
        return Resolved(field=LIQUIDITY_USD, value=value, sources=(seen,))

    calm = [(NOW + timedelta(minutes=step), told(Decimal(1000 + step))) for step in range(5)]
    spec = liquidity(USUAL, calm)
    assert spec.unit is LineUnit.USD
    assert spec.scale is Scale.LINEAR
    assert spec.lines[0].points[-1] == (int(NOW.timestamp()) + 240, 1004.0)
    wild = [*calm, (NOW + timedelta(hours=1), told(Decimal(10)))]
    assert liquidity(USUAL, wild).scale is Scale.LOG
    assert liquidity(USUAL, [*wild, (NOW + timedelta(hours=2), told(Decimal(0)))]).scale is Scale.LINEAR
    assert liquidity(USUAL, ()).lines[0].points == ()
    count = Resolved(
        field=HOLDERS, value=7, sources=(Observation(value=7, source=ProviderId("solscan"), at=NOW),)
    )
    assert holders_over_time(USUAL, [(NOW, count)]).lines[0].points == ((int(NOW.timestamp()), 7.0),)
