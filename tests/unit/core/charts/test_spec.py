from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import msgspec
import pytest

from core.charts.spec import ChartSpec, Scale, Study, drawable, suggested_scale
from data.models.market import Candle
from tests.unit.core.charts.series import flat, spec_of, walk


def test_texts_from_strangers_come_in_visible_short_and_on_one_line() -> None:
    spec = spec_of((), title="a\u202eb\u200b\nc" + "x" * 10_000, subtitle="\ud800ok")
    assert spec.title.startswith("ab cxxx")
    assert len(spec.title) == 80
    assert spec.subtitle == "ok"


def test_a_spec_travels_unchanged() -> None:
    spec = spec_of(walk(50), scale=Scale.LOG, practice=True)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(spec), type=ChartSpec) == spec


def test_studies_come_in_one_order_each_once() -> None:
    spec = replace(spec_of(walk(9)), studies=(Study.RSI, Study.EMA, Study.RSI))
    assert spec.studies == (Study.EMA, Study.RSI)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(spec), type=ChartSpec) == spec


def test_bars_that_neither_show_nor_count_are_left_out_so_that_equal_pictures_have_equal_specs() -> None:
    bars = walk(20)
    late = replace(spec_of(bars), since=bars[5].time)
    assert late == spec_of(bars[5:])
    assert replace(late, studies=(Study.PROFILE, Study.LEVELS)).series.candles == bars[5:]
    warm = replace(spec_of(bars), since=bars[5].time, studies=(Study.EMA,))
    assert (warm.series.candles, warm.since) == (bars, bars[5].time)


@pytest.mark.parametrize("price", [nan, inf, -inf, -1.0, 1e300, 1e-300])
def test_a_bar_that_cannot_be_a_price_is_left_out(price: float) -> None:
    good = Candle(0, 1.0, 2.0, 0.5, 1.5, 10.0)
    bad = good._replace(time=60, close=price)
    assert drawable((good, bad)) == (good,)


@pytest.mark.parametrize("volume", [nan, inf, -5.0])
def test_a_volume_that_is_none_counts_as_nothing(volume: float) -> None:
    assert drawable((Candle(0, 1.0, 2.0, 0.5, 1.5, volume),))[0].volume == 0


def test_a_range_holds_the_open_and_the_close() -> None:
    assert drawable((Candle(0, 1.0, 1.2, 1.1, 3.0, 1.0),))[0][1:5] == (1.0, 3.0, 1.0, 3.0)


def test_log_is_suggested_where_prices_span_much() -> None:
    assert suggested_scale(walk(60, drift=0.15)) is Scale.LOG
    assert suggested_scale(walk(60)) is Scale.LINEAR
    assert suggested_scale(flat(3, 0.0)) is Scale.LINEAR
    assert suggested_scale(()) is Scale.LINEAR
