"""What holds for every picture: its size, words inside the page and apart, equal bytes, no bad figures."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.charts import page
from core.charts.pictures import (
    Bubble,
    BubbleSpec,
    FlowBar,
    FlowSpec,
    HeatmapSpec,
    HolderKind,
    Line,
    LinesSpec,
    LineUnit,
    Picture,
)
from core.charts.spec import Scale
from core.charts.worker import draw
from tests.unit.core.charts.pictured import (
    HOSTILE,
    MAKERS,
    MANY,
    PRACTICE,
    USUAL,
    every_kind,
    framed,
    overlaps,
    pixels,
    reading,
    unsound,
)
from tests.unit.core.charts.series import START

KINDS = sorted(MAKERS)
ANY = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    (0.0, -0.0, 1e-300, 1e15, -1e15, nan, inf)
)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 2, 7, None], ids=["none", "one", "two", "some", "many"])
def test_words_stay_on_the_page_apart_from_each_other_and_large_enough(
    kind: str, count: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = MAKERS[kind](PRACTICE, count if count is not None else MANY[kind])
    with reading(monkeypatch) as found:
        chart = draw(spec)
    assert [each.words for each in found if not each.inside] == []
    assert overlaps(found) == []
    assert [each.words for each in found if each.size < page.SMALLEST] == []
    assert pixels(chart).shape == (chart.height, chart.width, 3)
    assert chart.width == 1280
    assert 240 <= chart.height <= 2200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(kind: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(monkeypatch) as found:
        chart = draw(MAKERS[kind](framed(words), 6, words))
    assert [each.words for each in found if not each.inside] == []
    assert overlaps(found) == []
    assert "\n" not in chart.alt
    assert 0 < len(chart.alt) <= 1000
    assert not set(chart.alt) & set("\u202e\u200b\u2066\x00\x1b\ud800")


@pytest.mark.parametrize("kind", KINDS)
def test_equal_specs_give_equal_bytes_and_others_give_others(kind: str) -> None:
    make = MAKERS[kind]
    one, same, other = draw(make(count=5)), draw(make(count=5)), draw(make(count=6))
    assert one == same
    assert one.png != other.png
    assert one.alt != other.alt
    assert draw(make(PRACTICE, 5)).png != one.png


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_not_blank_and_an_empty_one_says_why(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    full, none = draw(MAKERS[kind]()), draw(MAKERS[kind](count=0))
    assert len(np.unique(pixels(full).reshape(-1, 3), axis=0)) > 10
    with reading(monkeypatch) as found:
        draw(MAKERS[kind](count=0))
    said = {
        "ladder": "No question could be asked",
        "bubbles": "Nobody tells who holds it",
        "flow": "No trades in this window",
        "lines": "Nothing known in this window",
        "heatmap": "Nothing to compare",
        "table": "Nothing to list",
    }[kind]
    assert said in [each.words for each in found]
    assert said in none.alt


@pytest.mark.parametrize("kind", KINDS)
def test_a_practice_picture_says_so_in_words_twice(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(monkeypatch) as found:
        chart = draw(MAKERS[kind](PRACTICE))
        real = len(found)
        draw(MAKERS[kind](USUAL))
    assert "Practice market" in [each.words for each in found[:real]]
    assert "Practice market" not in [each.words for each in found[real:]]
    assert chart.alt.startswith("Practice market: ")


@pytest.mark.parametrize("spec", unsound(), ids=lambda spec: type(spec).__name__)
def test_figures_that_cannot_be_are_left_out(spec: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(monkeypatch) as found:
        chart = draw(spec)
    assert [each.words for each in found if not each.inside] == []
    said = " ".join(each.words for each in found) + chart.alt
    assert "nan" not in said
    assert "inf" not in said


@few
@given(
    shares=st.lists(st.tuples(ANY, st.sampled_from(HolderKind), st.sampled_from(("", "a", "b"))), max_size=12)
)
def test_any_shares_can_be_drawn(shares: list[tuple[float, HolderKind, str]]) -> None:
    made = tuple(Bubble(label="x", ratio=ratio, kind=kind, cluster=name) for ratio, kind, name in shares)
    assert draw(BubbleSpec(frame=USUAL, bubbles=made)).alt


@few
@given(
    sides=st.lists(st.tuples(st.integers(-(2**60), 2**60) | st.just(START), ANY, ANY), max_size=12),
    seconds=st.sampled_from((60, 86_400)),
)
def test_any_flow_can_be_drawn(sides: list[tuple[int, float, float]], seconds: int) -> None:
    bars = tuple(FlowBar(time=time, bought_usd=one, sold_usd=other) for time, one, other in sides)
    assert draw(FlowSpec(frame=USUAL, bars=bars, seconds=seconds)).alt


@few
@given(
    points=st.lists(
        st.lists(st.tuples(st.integers(-(2**60), 2**60) | st.integers(0, 4 * 10**9), ANY), max_size=6),
        max_size=3,
    ),
    unit=st.sampled_from(LineUnit),
    scale=st.sampled_from(Scale),
)
def test_any_lines_can_be_drawn(points: list[list[tuple[int, float]]], unit: LineUnit, scale: Scale) -> None:
    made = tuple(Line(label="x", points=tuple(each)) for each in points)
    assert draw(LinesSpec(frame=USUAL, lines=made, unit=unit, scale=scale)).alt


@few
@given(values=st.lists(st.lists(ANY | st.none(), max_size=5), max_size=5), count=st.integers(0, 5))
def test_any_square_can_be_drawn(values: list[list[float | None]], count: int) -> None:
    labels = tuple("abcde"[:count])
    assert draw(HeatmapSpec(frame=USUAL, labels=labels, values=tuple(map(tuple, values)))).alt


def test_every_kind_of_picture_is_among_those_tested() -> None:
    assert len({type(each) for each in every_kind()}) == len(MAKERS) + 1
