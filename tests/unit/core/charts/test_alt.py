from __future__ import annotations

from dataclasses import replace

import pytest

from core.charts.alt import describe
from core.charts.spec import ChartSpec, Look, Scale, drawable
from core.charts.timeline import lay_out
from data.models.market import Candle, Timeframe
from tests.unit.core.charts.series import START, TOKEN, flat, spec_of, walk


def words(spec: ChartSpec) -> str:
    candles = drawable(spec.series.candles)
    times = [bar.time for bar in candles]
    return describe(spec, candles, lay_out(times, spec.series.timeframe.seconds) if candles else None)


def test_the_words_tell_token_timeframe_span_prices_and_volume() -> None:
    bars = (
        Candle(START, 0.00000123, 0.00000130, 0.00000120, 0.00000125, 1500.0),
        Candle(START + 300, 0.00000125, 0.00000160, 0.00000125, 0.00000150, 2500.0),
    )
    assert words(spec_of(bars)) == (
        "BONK / SOL, 5-minute candles (2 bars) from 4 Mar 2025 14:00 to 14:10 UTC: "
        "0.00000123 to 0.0000015 USD (+22.0%), high 0.0000016, low 0.0000012, volume 4.00K USD."
    )


def test_one_bar_is_one_bar_and_a_span_over_midnight_names_both_days() -> None:
    assert "(1 bar)" in words(spec_of(walk(1)))
    assert "from 4 Mar 2025 14:00 to 5 Mar 2025 00:00 UTC" in words(spec_of(walk(120)))


@pytest.mark.parametrize(
    ("bars", "sentence"),
    [
        (walk(40, without=[5]), "No trades for 1 bar in one stretch."),
        (walk(40, without=[5, 9, 10]), "No trades for 3 bars in 2 stretches, the longest 2."),
        (
            walk(9) + walk(9, start=START + 300_000),
            "No trades for 991 bars in one stretch, drawn shorter than it was.",
        ),
        (
            walk(9) + walk(9, start=START + 300_000) + walk(9, start=START + 600_000),
            "No trades for 1982 bars in 2 stretches, the longest 991, "
            "2 of them drawn shorter than they were.",
        ),
    ],
)
def test_the_words_tell_the_silences(bars: tuple[Candle, ...], sentence: str) -> None:
    assert words(spec_of(bars)).endswith(f" {sentence}")


def test_a_series_without_silences_says_nothing_of_them() -> None:
    assert "No trades" not in words(spec_of(walk(40)))


def test_no_trades_are_told_and_not_drawn_up() -> None:
    assert words(spec_of(())) == (
        "BONK / SOL, 5-minute candles: no trades in this window, so there is nothing to draw."
    )


def test_a_practice_market_and_a_log_scale_are_named() -> None:
    text = words(spec_of(walk(20), scale=Scale.LOG, practice=True))
    assert text.startswith("Practice market: BONK / SOL")
    assert "log scale" in text


def test_prices_of_zero_have_no_change() -> None:
    assert "0 to 0 USD, high 0" in words(spec_of(flat(3, 0.0)))


def test_a_token_without_a_title_goes_by_its_address() -> None:
    assert words(spec_of(walk(3), title="\u200b")).startswith(TOKEN.address)


def test_a_line_is_told_and_notes_are_sentences_at_the_end() -> None:
    spec = replace(spec_of(walk(3)), look=Look.LINE)
    line = lay_out([bar.time for bar in walk(3)], spec.series.timeframe.seconds)
    told = describe(spec, walk(3), line, ("RSI 14 is 71, overbought", "price above EMA 9"))
    assert "5-minute closes (3 bars)" in told
    assert told.endswith(" RSI 14 is 71, overbought. Price above EMA 9.")


@pytest.mark.parametrize("timeframe", list(Timeframe))
def test_every_timeframe_has_its_words(timeframe: Timeframe) -> None:
    assert "candles" in words(spec_of(walk(3, timeframe=timeframe), timeframe=timeframe))
