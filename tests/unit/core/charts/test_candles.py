from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image

from core.charts import candles, style
from core.charts.spec import Chart, Scale
from data.models.market import Candle, Timeframe
from tests.unit.core.charts.series import START, flat, spec_of, walk

PRICES = slice(style.HEIGHT - 604, style.HEIGHT - 232)
VOLUMES = slice(style.HEIGHT - 200, style.HEIGHT - 106)
FOOTER = slice(style.HEIGHT - 36, style.HEIGHT)
PLOT = slice(20, 1108)


def pixels(chart: Chart) -> NDArray[np.int16]:
    with Image.open(BytesIO(chart.png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)


def in_colour(image: NDArray[np.int16], colour: str) -> NDArray[np.bool_]:
    wanted = np.array(to_rgb(colour)) * 255
    return np.asarray((np.abs(image - wanted) < 28).all(axis=-1))


def candle_columns(image: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Tell for each column of the price panel whether more than the line of the last price is in it."""
    panel = image[PRICES, PLOT]
    drawn = in_colour(panel, style.UP) | in_colour(panel, style.DOWN)
    return np.asarray(drawn.sum(axis=0) > 3)


def longest_run(flags: NDArray[np.bool_]) -> int:
    return max(len(run) for run in "".join("x" if flag else " " for flag in flags).split(" "))


def test_a_chart_is_a_png_of_the_size_it_says_with_both_kinds_of_bars() -> None:
    chart = candles.draw(spec_of(walk(120)))
    image = pixels(chart)
    assert image.shape == (chart.height, chart.width, 3) == (720, 1280, 3)
    assert in_colour(image[PRICES, PLOT], style.UP).sum() > 1000
    assert in_colour(image[PRICES, PLOT], style.DOWN).sum() > 1000
    assert in_colour(image[VOLUMES, PLOT], style.UP_DIM).sum() > 100
    assert in_colour(image[VOLUMES, PLOT], style.DOWN_DIM).sum() > 100
    assert in_colour(image[:60], style.INK).sum() > 500
    assert in_colour(image, style.BACKGROUND).mean() > 0.6


def test_equal_specs_give_equal_bytes() -> None:
    assert candles.draw(spec_of(walk(80))).png == candles.draw(spec_of(walk(80))).png


def test_a_picture_carries_no_metadata() -> None:
    with Image.open(BytesIO(candles.draw(spec_of(walk(5))).png)) as image:
        image.load()
        assert image.info == {}


def test_rising_bars_are_hollow_and_falling_ones_filled() -> None:
    rising = Candle(START, 1.0, 2.0, 1.0, 2.0, 5.0)
    falling = rising._replace(open=2.0, close=1.0)
    blue = in_colour(pixels(candles.draw(spec_of((rising,))))[PRICES, PLOT], style.UP).sum()
    orange = in_colour(pixels(candles.draw(spec_of((falling,))))[PRICES, PLOT], style.DOWN).sum()
    assert orange > 4 * blue > 0


def test_missing_bars_leave_an_empty_stretch() -> None:
    whole = ~candle_columns(pixels(candles.draw(spec_of(walk(100)))))
    holed = ~candle_columns(pixels(candles.draw(spec_of(walk(100, without=range(40, 60))))))
    assert longest_run(whole) < 30
    assert 190 < longest_run(holed) < 250


def test_a_week_of_silence_is_shortened_and_marked() -> None:
    bars = walk(40) + walk(40, start=START + 9 * 86_400)
    image = pixels(candles.draw(spec_of(bars)))
    assert 300 < longest_run(~candle_columns(image)) < 400
    assert in_colour(image[style.HEIGHT - 116 : style.HEIGHT - 94, PLOT], style.WARNING).sum() > 10
    assert in_colour(image[FOOTER, 900:], style.WARNING).sum() > 100
    assert "drawn shorter" in candles.draw(spec_of(bars)).alt


def test_a_thousand_bars_stay_one_readable_band_in_a_small_file() -> None:
    chart = candles.draw(spec_of(walk(1000, timeframe=Timeframe.M1), timeframe=Timeframe.M1))
    assert len(chart.png) < 150_000
    assert candle_columns(pixels(chart)).mean() > 0.9


def test_one_bar_keeps_the_shape_of_a_candle_at_the_right() -> None:
    columns = candle_columns(pixels(candles.draw(spec_of(walk(1)))))
    assert columns[-40:].any()
    assert 0 < columns.sum() < 40


@pytest.mark.parametrize("price", [0.0, 1e-30, 0.00000123, 1.0, 60_000.0, 1e15])
@pytest.mark.parametrize("scale", list(Scale))
def test_a_price_that_never_moves_is_a_line_in_the_panel(price: float, scale: Scale) -> None:
    image = pixels(candles.draw(spec_of(flat(40, price), scale=scale)))
    rows = in_colour(image[PRICES, PLOT], style.UP).any(axis=1)
    assert 1 <= rows.sum() <= 6


def test_no_volume_is_said_and_leaves_no_bars() -> None:
    image = pixels(candles.draw(spec_of(flat(40, 0.5))))
    assert not in_colour(image[VOLUMES, PLOT], style.UP_DIM).any()
    assert in_colour(image[VOLUMES, 20:400], style.MUTED).sum() > 100


@pytest.mark.parametrize("bars", [(), (Candle(START, float("nan"), 1.0, 1.0, 1.0, 1.0),)])
def test_a_window_without_trades_says_so(bars: tuple[Candle, ...]) -> None:
    chart = candles.draw(spec_of(bars))
    image = pixels(chart)
    assert not in_colour(image, style.UP).any()
    assert not in_colour(image, style.DOWN).any()
    assert in_colour(image[300:380, 300:980], style.MUTED).sum() > 300
    assert "no trades in this window" in chart.alt


def test_a_run_of_ten_thousand_times_fills_the_panel_only_on_a_log_scale() -> None:
    bars = walk(150, 1e-7, drift=0.07)
    linear, log = (pixels(candles.draw(spec_of(bars, scale=scale))) for scale in (Scale.LINEAR, Scale.LOG))

    def height_of_first_half(image: NDArray[np.int16]) -> int:
        panel = image[PRICES, 20:560]
        drawn = in_colour(panel, style.UP) | in_colour(panel, style.DOWN)
        return int((drawn.sum(axis=1) > 0).sum())

    assert height_of_first_half(log) > 3 * height_of_first_half(linear)
    assert in_colour(linear[FOOTER, 900:], style.WARNING).sum() > 100, "the linear picture suggests the other"


def test_a_log_scale_of_prices_at_zero_gives_way_to_a_linear_one_and_says_so() -> None:
    image = pixels(candles.draw(spec_of(flat(9, 0.0), scale=Scale.LOG)))
    assert in_colour(image[FOOTER, 900:], style.WARNING).sum() > 100


def test_a_fall_to_zero_is_drawn_on_a_log_scale_down_to_the_edge() -> None:
    bars = (*walk(30, 0.002), Candle(START + 30 * 300, 0.002, 0.002, 0.0, 0.0, 9000.0))
    image = pixels(candles.draw(spec_of(bars, scale=Scale.LOG)))
    assert in_colour(image[PRICES, PLOT], style.DOWN)[-4:].any()


def test_a_practice_market_is_marked_across_the_picture_and_in_words() -> None:
    real, practice = (candles.draw(spec_of(walk(9), practice=practice)) for practice in (False, True))
    changed = (pixels(real) != pixels(practice)).any(axis=-1)
    assert changed[PRICES, 100:700].sum() > 5000
    assert in_colour(pixels(practice)[FOOTER, :300], style.WARNING).sum() > 100
    assert practice.alt.startswith("Practice market: ")


@pytest.mark.parametrize(
    "title",
    [
        "",
        "$x^2$ $\\frac{",
        "\\alpha_{2} #&%~ {}",
        "<b>bold</b> **md** `code` @everyone",
        "שלום عليكم",
        "\u202egnp.exe\u200b\u2066",
        "🚀🐶 moon 👩‍👩‍👧‍👦",
        "狗狗币",
        "Z̷̸̡̢̛͙͓̯a̴̷l̶g̵o̸",
        "\ud800 lone",
        "\x00\x1b[31m\n\n",
        "W" * 10_000,
        "﷽" * 50,
        "a\u0301" * 5000,
    ],
)
def test_a_hostile_title_is_only_a_title(title: str) -> None:
    plain = pixels(candles.draw(spec_of(walk(12), title="plain")))
    chart = candles.draw(spec_of(walk(12), title=title, subtitle=title))
    image = pixels(chart)
    assert (image[110:] == plain[110:]).all(), "the plot is as it was"
    assert (image[:110, 1060:] == plain[:110, 1060:]).all(), "the price is not written over"
    assert "\n" not in chart.alt
