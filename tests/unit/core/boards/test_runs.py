"""The largest rise of a day: from a low to a high after it, among prices that can be believed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.boards.runners import Point, best_run, trusted
from data.models.fields import PRICE_USD
from data.models.market import Resolved
from tests.fakes.clock import START
from tests.unit.core.enrichment.vendors import seen


def at(minutes: int, usd: str | int) -> Point:
    return START + timedelta(minutes=minutes), Decimal(usd)


@given(st.lists(st.integers(1, 30), max_size=25))
def test_no_pair_of_prices_in_order_rises_more(prices: list[int]) -> None:
    points = [at(minute, usd) for minute, usd in enumerate(prices)]
    run = best_run(points)
    rises = [
        Decimal(later) / Decimal(earlier) for n, earlier in enumerate(prices) for later in prices[n + 1 :]
    ]
    if not rises or max(rises) <= 1:
        assert run is None
        return
    assert run is not None
    assert abs(run.ratio + 1 - max(rises)) < Decimal("1e-20")
    assert run.low in points
    assert run.high in points
    assert run.low[0] < run.high[0]
    assert (run.first, run.last, run.prices) == (points[0], points[-1], len(points))


def test_a_high_before_the_low_is_no_run() -> None:
    assert best_run([at(0, 100), at(1, 1)]) is None
    run = best_run([at(0, 100), at(1, 1), at(2, 3), at(3, 2)])
    assert run is not None
    assert (run.low, run.high, run.ratio) == (at(1, 1), at(2, 3), Decimal(2))


def test_a_price_that_sources_dispute_or_nobody_has_now_makes_no_run() -> None:
    def known(minutes: int, usd: str, *, disputed: bool = False, stale: bool = False) -> object:
        source = seen("jupiter", Decimal(usd), stale=stale)
        resolved = Resolved(field=PRICE_USD, value=Decimal(usd), sources=(source,), disputed=disputed)
        return at(minutes, usd)[0], resolved

    history = [known(0, "1"), known(1, "900", disputed=True), known(2, "800", stale=True), known(3, "0"),
               known(4, "2")]  # fmt: skip
    assert trusted(history) == (at(0, 1), at(4, 2))  # type: ignore[arg-type]
