"""Columns are checked as they are made: what is no figure is refused, and silence is filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.signals.mentions import Mention, Mentions
from core.signals.series import DAY_BARS, Bars, Minute, Series, Swap, Trades
from core.signals.spec import Part
from core.signals.window import SourcePrices, Window
from data.errors import BadPayload, InvariantBroken
from tests.fakes.clock import START
from tests.fakes.recording import NOW, TOKEN, ago, level, steps

S = int(START.timestamp())
NAN, INF = float("nan"), float("inf")
GOOD = Minute(S - 60, 1.0, 2.0, 0.5, 1.5, 10.0, 6.0, 4.0)


@pytest.mark.parametrize("field", ["open", "high", "low", "close", "volume", "bought", "sold"])
@pytest.mark.parametrize("value", [NAN, INF, -INF, -1.0, 1e30])
def test_a_bar_with_what_is_no_figure_is_refused(field: str, value: float) -> None:
    assert Bars.of([GOOD], NOW) is not None
    with pytest.raises(BadPayload, match="no number"):
        Bars.of([GOOD._replace(**{field: value})], NOW)


@pytest.mark.parametrize("field", ["open", "high", "low", "close"])
def test_a_price_of_zero_is_refused(field: str) -> None:
    with pytest.raises(BadPayload):
        Bars.of([GOOD._replace(**{field: 0.0})], NOW)


@pytest.mark.parametrize("value", [NAN, INF, Decimal("NaN"), Decimal("sNaN"), 10**400, Decimal("1e30")])
def test_a_series_and_a_trade_with_what_is_no_figure_are_refused(value: float) -> None:
    with pytest.raises(BadPayload):
        Series.of([(ago(1), value)], NOW)
    for figures in ({"usd": value}, {"tokens": value}):
        row = Swap(ago(1), True, 1, 1, "w")._replace(**figures)
        with pytest.raises(BadPayload):
            Trades.of([row], since=ago(9), until=NOW)


def test_two_bars_of_one_minute_and_one_within_a_minute_are_refused() -> None:
    for rows in ([GOOD, GOOD._replace(close=1.0)], [GOOD._replace(time=S - 61)]):
        with pytest.raises(BadPayload):
            Bars.of(rows, NOW)


def test_silent_minutes_stand_at_the_close_before_without_volume() -> None:
    bars = Bars.of(
        [GOOD._replace(time=S - 300), GOOD._replace(time=S - 120, open=3, high=4, low=3, close=4)], NOW
    )
    assert bars is not None
    assert bars.time.tolist() == [S - 300, S - 240, S - 180, S - 120, S - 60]
    assert bars.close.tolist() == [1.5, 1.5, 1.5, 4.0, 4.0]
    assert bars.open.tolist() == [1.0, 1.5, 1.5, 3.0, 4.0]
    assert bars.high.tolist() == [2.0, 1.5, 1.5, 4.0, 4.0]
    assert bars.low.tolist() == [0.5, 1.5, 1.5, 3.0, 4.0]
    assert bars.volume_usd.tolist() == [10, 0, 0, 10, 0]
    assert (bars.buys_usd.tolist(), bars.sells_usd.tolist()) == ([6, 0, 0, 6, 0], [4, 0, 0, 4, 0])
    assert bars.flow_from == 0


def test_bars_come_in_any_order_and_only_the_last_day_is_kept() -> None:
    rows = [GOOD._replace(time=S - 60 * n, close=1 + n / 1e4) for n in range(1, 2_001)]
    bars = Bars.of(rows[::-1], NOW)
    assert bars is not None and len(bars) == DAY_BARS
    assert bars.close[-1] == 1 + 1 / 1e4 and bars.close[0] == 1 + 1_440 / 1e4


def test_a_close_from_before_the_day_is_carried_into_its_silence() -> None:
    bars = Bars.of([GOOD._replace(time=S - 60 * 3_000), GOOD._replace(close=1.2)], NOW)
    assert bars is not None and len(bars) == DAY_BARS
    assert bars.close[0] == 1.5 and bars.volume_usd[:-1].sum() == 0


def test_flows_are_known_from_the_bar_after_the_last_that_did_not_tell_them() -> None:
    rows = [GOOD._replace(time=S - 60 * n) for n in range(1, 6)]
    rows[2] = rows[2]._replace(sold=None)
    bars = Bars.of(rows, NOW)
    assert bars is not None and bars.flow_from == 3
    assert bars.buys_usd.tolist() == [0, 0, 0, 6, 6]
    newest = Bars.of([*rows[1:], GOOD._replace(bought=None)], NOW)
    assert newest is not None and newest.flow_from == len(newest)


def test_a_range_that_does_not_hold_its_close_is_widened() -> None:
    bars = Bars.of([GOOD._replace(high=1.1, low=1.2)], NOW)
    assert bars is not None
    assert (bars.low[0], bars.high[0]) == (1.0, 1.5)


def test_no_bar_that_is_closed_is_no_bars() -> None:
    assert Bars.of([], NOW) is None
    assert Bars.of([GOOD._replace(time=S)], NOW) is None
    assert Series.of([(NOW + timedelta(seconds=1), 1)], NOW) is None


def test_columns_cannot_be_written_to() -> None:
    bars, series = Bars.of([GOOD], NOW), Series.of([(ago(1), 1)], NOW)
    assert bars is not None and series is not None
    for column in (bars.close, series.value):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 2.0


def _bars(**columns: object) -> Bars:
    one = {
        name: np.ones(2) for name in ("open", "high", "low", "close", "volume_usd", "buys_usd", "sells_usd")
    }
    return Bars(**{"time": np.array([S - 120.0, S - 60.0]), "flow_from": 0, **one, **columns})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        lambda: _bars(time=np.array([S - 180.0, S - 60.0])),
        lambda: _bars(time=np.array([S - 60.0, S - 120.0])),
        lambda: _bars(time=np.array([S - 119.0, S - 59.0])),
        lambda: _bars(close=np.ones(3)),
        lambda: _bars(high=np.full(2, 0.5)),
        lambda: _bars(low=np.full(2, 1.5)),
        lambda: Series(time=np.array([2.0, 1.0]), value=np.ones(2)),
        lambda: Series(time=np.ones(0), value=np.ones(0)),
        lambda: Window(token=TOKEN, now=START.replace(tzinfo=None)),
        lambda: Window(token=TOKEN, now=START, data_age_s=NAN),
        lambda: Window(token=TOKEN, now=START, data_age_s=-1),
        lambda: Window(token=TOKEN, now=START, supply_tokens=0),
        lambda: Window(token=TOKEN, now=START, supply_tokens=NAN),
    ],
)  # fmt: skip
def test_what_no_maker_would_make_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises((InvariantBroken, AttributeError)):
        make()


def test_a_value_stood_until_the_next_was_told_and_not_for_ever() -> None:
    series = Series.of(steps((10, 1.0), (5, 2.0)), NOW)
    assert series is not None and series.last == 2.0
    now_s = NOW.timestamp()
    assert series.at(now_s - 301, 600) == 1.0
    assert series.at(now_s - 300, 600) == 2.0
    assert series.at(now_s - 601, 600) is None
    assert series.at(now_s, 299) is None


def test_trades_know_their_owners_by_cluster_then_by_wallet() -> None:
    rows = [
        Swap(ago(1), True, 5, 1, "w1", "cluster"),
        Swap(ago(3), True, 1, 1, "w1"),
        Swap(ago(2), False, Decimal("2.5"), 1, "w2", "cluster"),
        Swap(ago(4), True, 1, 1, None),
        Swap(ago(11), True, 1, 1, "too early"),
    ]
    trades = Trades.of(rows, since=ago(10), until=NOW)
    assert trades.owners == ("w1", "cluster")
    assert trades.owner.tolist() == [-1, 0, 1, 1]
    assert trades.usd.tolist() == [1, 1, 2.5, 5]
    assert trades.since_s == ago(10).timestamp()


def test_mentions_lose_copies_and_our_own_words() -> None:
    rows = [
        Mention(ago(1), "late copier", "B", "same"),
        Mention(ago(2), "first", "A", "same"),
        Mention(ago(1), "bot", "A", "call", own=True),
        Mention(ago(3), "other", "A", "another"),
    ]
    mentions = Mentions.of(rows, since=ago(60), until=NOW)
    assert mentions.sources == ("A",) and len(mentions.time) == 2
    assert len(set(mentions.author.tolist())) == 2


def test_only_sources_that_spoke_lately_count_for_the_price() -> None:
    def window(**told: float) -> Window:
        prices = {"one": level(100, 12, 1), **{name: level(price, 12, 1) for name, price in told.items()}}
        said = ((name, Series.of(points, NOW)) for name, points in prices.items())
        return Window(
            token=TOKEN, now=NOW, prices=tuple(SourcePrices(source=n, prices=s) for n, s in said if s)
        )

    assert window().prices_agree() is None and window().sources == 1
    assert window(two=97).prices_agree() is True
    assert window(two=96.9).prices_agree() is False
    assert window(two=50, three=51).prices_agree() is True  # some two of three
    old = Series.of(steps((2, 100.0)), NOW)
    assert old is not None
    late = Window(token=TOKEN, now=NOW, prices=(SourcePrices(source="one", prices=old),))
    assert late.sources == 0 and late.gap_ratio is None


def test_every_part_is_found_where_it_is_kept() -> None:
    bare = Window(token=TOKEN, now=NOW)
    asked = [part for part in Part if part not in {Part.DAY, Part.FLOW}]
    assert [part for part in asked if bare.has(part)] == []
    assert Window(token=TOKEN, now=NOW, data_age_s=0.0).has(Part.AGE)
    assert Window(token=TOKEN, now=NOW, calls=()).has(Part.CALLS)
    assert Window(token=TOKEN, now=NOW, lp_withdrawn=Series.of([(ago(1), 0)], NOW)).has(Part.LP)
