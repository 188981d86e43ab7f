"""Studies on the picture: what is drawn, where it may stand, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from core.charts import candles, style
from core.charts.spec import ChartSpec, Look, Scale, Study
from core.charts.style import Sheet
from data.models.market import Candle, Timeframe
from tests.unit.core.charts.series import START, flat, spec_of, walk

ALL = tuple(Study)
RIGHT = 1108


def asked(
    bars: tuple[Candle, ...],
    *studies: Study,
    shown: int = 160,
    scale: Scale = Scale.LINEAR,
    timeframe: Timeframe = Timeframe.M5,
    look: Look = Look.CANDLES,
) -> ChartSpec:
    since = bars[-shown].time if len(bars) > shown else 0
    spec = spec_of(bars, scale=scale, timeframe=timeframe)
    return replace(spec, studies=studies, since=since, look=look)


def pixels(png: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)


@pytest.mark.parametrize("study", ALL)
def test_each_study_changes_the_picture_and_says_its_newest_value(study: Study) -> None:
    plain, studied = candles.draw(asked(walk(300))), candles.draw(asked(walk(300), study))
    assert (pixels(plain.png) != pixels(studied.png)).any(axis=-1).sum() > 500
    assert plain.notes == ()
    assert studied.notes and all(note in studied.alt or note[1:] in studied.alt for note in studied.notes)


def test_every_set_of_studies_is_a_picture_of_its_own() -> None:
    sets = [some for count in range(3) for some in combinations(ALL, count)]
    assert len({candles.draw(asked(walk(200), *some)).png for some in sets}) == len(sets)


def test_equal_specs_give_equal_bytes_whatever_the_order_asked_in() -> None:
    one, other = asked(walk(300), *ALL), asked(walk(300), *reversed(ALL), Study.RSI)
    assert one == other
    assert candles.draw(one).png == candles.draw(other).png


def test_bars_before_the_picture_only_settle_the_studies() -> None:
    whole, cut = walk(300), walk(300)[-160:]
    assert candles.draw(asked(whole)).png == candles.draw(asked(cut)).png
    warm, cold = (candles.draw(asked(bars, Study.EMA)) for bars in (whole, cut))
    assert "(160 bars)" in warm.alt and "(160 bars)" in cold.alt
    yellow = np.array([240, 228, 66])
    left = [
        (np.abs(pixels(each.png)[150:480, 20:60] - yellow) < 30).all(axis=-1).any() for each in (warm, cold)
    ]
    assert left == [True, False], "an average that has settled begins at the left edge"


@pytest.mark.parametrize("timeframe", list(Timeframe))
@pytest.mark.parametrize("scale", list(Scale))
def test_nothing_is_written_outside_the_sheet_or_over_the_axis(
    timeframe: Timeframe, scale: Scale, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[float, float, float, str]] = []
    whole = Sheet.text

    def watched(self: Sheet, x: float, y: float, words: str, **how: object) -> None:
        size, bold = how.get("size", style.LABEL), bool(how.get("bold"))
        room = self.width_of(words, size=size, bold=bold)  # type: ignore[arg-type]
        left = x - room * {"left": 0.0, "center": 0.5, "right": 1.0}[str(how.get("align", "left"))]
        written.append((left, left + room, y, words))
        whole(self, x, y, words, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Sheet, "text", watched)
    for bars in (walk(300, 1e-12, timeframe=timeframe), walk(300, 654_321.0, timeframe=timeframe)):
        candles.draw(asked(bars, *ALL, scale=scale, timeframe=timeframe))
    assert [each for each in written if each[0] < 0 or each[1] > style.WIDTH] == []
    assert [each for each in written if not 0 < each[2] < style.HEIGHT] == []
    levels = [each for each in written if "×" in each[3] and "touches" not in each[3]]
    assert levels and all(right < RIGHT for _, right, _, _ in levels)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("drift", [-0.02, 0.0, 0.02])
def test_words_beside_the_axis_never_overlap(
    seed: int, drift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside: list[tuple[float, str]] = []
    whole = Sheet.text

    def watched(self: Sheet, x: float, y: float, words: str, **how: object) -> None:
        if x > RIGHT and how.get("align", "left") == "left":
            beside.append((y, words))
        whole(self, x, y, words, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Sheet, "text", watched)
    candles.draw(asked(walk(300, seed=seed, drift=drift), *ALL))
    heights = sorted(beside)
    near = [pair for pair in pairwise(heights) if pair[1][0] - pair[0][0] < 19]
    assert near == []


def test_names_of_levels_stand_clear_of_bars_and_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[tuple[float, float, float]] = []
    whole = Sheet.text

    def watched(self: Sheet, x: float, y: float, words: str, **how: object) -> None:
        if "×" in words and "touches" not in words:
            named.append((x, x + self.width_of(words, size=style.SMALL), y))
        whole(self, x, y, words, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Sheet, "text", watched)
    candles.draw(asked(walk(300), Study.LEVELS))
    assert len(named) >= 4
    for one, other in combinations(named, 2):
        assert one[1] < other[0] or other[1] < one[0] or abs(one[2] - other[2]) >= 20


def test_strength_has_a_panel_and_the_other_panels_make_room() -> None:
    plain, studied = (pixels(candles.draw(asked(walk(300), *some)).png) for some in ((), (Study.RSI,)))
    ink = np.array([232, 237, 242])
    rows = (np.abs(studied[style.HEIGHT - 226 : style.HEIGHT - 104, 20:RIGHT] - ink) < 28).all(axis=-1)
    assert rows.any(axis=0).mean() > 0.95, "a line from edge to edge"
    assert not (np.abs(plain[style.HEIGHT - 226 : style.HEIGHT - 104, 20:900] - ink) < 28).all(axis=-1).any()


def notes(bars: tuple[Candle, ...], *studies: Study, timeframe: Timeframe = Timeframe.M5) -> str:
    return " | ".join(candles.draw(asked(bars, *studies, timeframe=timeframe)).notes)


def test_the_words_compare_the_price_with_each_study() -> None:
    rising = tuple(
        Candle(
            START + 300 * index, 1 + index / 99, 1.02 + index / 99, 0.99 + index / 99, 1.01 + index / 99, 5.0
        )
        for index in range(99)
    )
    assert notes(rising, Study.RSI) == "RSI 14 is 100, overbought"
    assert notes(rising, Study.EMA) == "price above EMA 9, 21 and 50"
    assert notes(rising, Study.VWAP).startswith("VWAP since 14:00: 1.")
    assert notes(rising, Study.VWAP).endswith(", price above")
    assert "price inside the Bollinger bands" in notes(rising, Study.BB)
    assert notes(rising, Study.LEVELS) == "no level was turned at twice"
    falling = tuple(bar._replace(time=START + 300 * index) for index, bar in enumerate(reversed(rising)))
    assert notes(falling, Study.RSI) == "RSI 14 is 0, oversold"
    assert notes(falling, Study.EMA) == "price below EMA 9, 21 and 50"


def test_what_is_not_known_yet_is_said_so() -> None:
    assert notes(walk(30), Study.EMA).endswith("EMA 50 unknown: too few bars")
    assert (
        notes(walk(5), Study.RSI, Study.BB) == "RSI 14 has no value yet | Bollinger bands have no value yet"
    )
    assert notes(flat(40, 0.5), Study.VWAP, Study.PROFILE) == "VWAP since 14:00: no value yet"
    assert notes(flat(40, 0.5, 9.0), Study.RSI) == "RSI 14 has no value yet"


def test_long_bars_are_averaged_over_a_window_and_not_over_a_day() -> None:
    hours = walk(200, timeframe=Timeframe.H4)
    assert notes(hours, Study.VWAP, timeframe=Timeframe.H4).startswith("VWAP of 20 bars: ")


def test_a_line_of_closes_is_told_as_such_and_hides_no_extreme_of_the_bars() -> None:
    bars = walk(160)
    chart = candles.draw(asked(bars, look=Look.LINE))
    assert "5-minute closes" in chart.alt
    assert candles.draw(asked(bars)).png != chart.png
    assert "high 0.000001" in chart.alt


@pytest.mark.parametrize(
    ("colour", "rows"),
    [
        (style.UP, slice(150, 400)),
        (style.CAUTION, slice(150, 400)),
        (style.GOOD, slice(150, 400)),
        (style.INK, slice(style.HEIGHT - 224, style.HEIGHT - 106)),
    ],
)
def test_a_line_and_studies_do_not_cross_time_that_was_left_out(colour: str, rows: slice) -> None:
    bars = walk(60) + walk(60, start=START + 9 * 86_400)
    chart = candles.draw(asked(bars, Study.EMA, Study.RSI, look=Look.LINE))
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    panels = (np.abs(pixels(chart.png)[rows, 20:RIGHT] - wanted) < 28).all(axis=-1)
    columns_drawn = "".join("x" if each else " " for each in panels.any(axis=0)).strip()
    assert max(map(len, columns_drawn.split("x"))) > 150, "an empty stretch between the two parts"


numbers = st.one_of(
    st.floats(1e-30, 1e15), st.sampled_from([0.0, 1.0, 1e-12, 1e15, float("nan"), float("inf"), -1.0])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[numbers] * 5), max_size=60),
    st.sampled_from(Scale),
    st.sampled_from(Look),
    st.sampled_from(Timeframe),
    st.integers(0, 60),
)
def test_whatever_bars_come_there_is_a_picture(
    rows: list[tuple[float, ...]], scale: Scale, look: Look, timeframe: Timeframe, shown: int
) -> None:
    bars = tuple(Candle(START + timeframe.seconds * index, *row) for index, row in enumerate(rows))
    spec = asked(bars, *ALL, shown=max(1, shown), scale=scale, timeframe=timeframe, look=look)
    chart = candles.draw(spec)
    assert pixels(chart.png).shape == (720, 1280, 3)
    assert "nan" not in " ".join(chart.notes)
