"""What each picture tells by more than its colours, and what it says for those who do not see it."""

from __future__ import annotations

from itertools import combinations
from math import hypot, nan

import numpy as np
import pytest

from core.charts import axis, bubbles, flow, heatmap, ladder, lines, table
from core.charts.pictures import (
    Bubble,
    BubbleSpec,
    Cell,
    Column,
    FlowBar,
    FlowSpec,
    HeatmapSpec,
    HolderKind,
    LadderSpec,
    Line,
    LinesSpec,
    LineUnit,
    Mood,
    Rung,
    TableSpec,
)
from core.charts.spec import Scale
from tests.unit.core.charts import pictured
from tests.unit.core.charts.pictured import USUAL, Written, reading
from tests.unit.core.charts.series import START


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> object:
    with reading(monkeypatch) as written:
        yield written


def words(found: list[Written]) -> list[str]:
    return [each.words for each in found]


def test_the_ladder_puts_the_worst_first_with_a_sign_for_every_mood(found: list[Written]) -> None:
    rungs = tuple(Rung(question=mood.value, answer="so", mood=mood) for mood in Mood)
    chart = ladder.draw(LadderSpec(frame=USUAL, verdict="CAUTION: look", mood=Mood.WARN, rungs=rungs))
    rows = sorted((each for each in found if each.words in set(Mood)), key=lambda each: -each.low)
    assert words(rows) == ["bad", "warn", "unknown", "neutral", "good"]
    assert {"✗", "!", "?", "·", "✓"} <= set(words(found))
    assert "Verdict: CAUTION: look." in chart.alt
    assert "5 answers: 1 danger, 1 warning, 1 unknown, 1 clear." in chart.alt


def test_a_ladder_of_too_many_rungs_leaves_out_the_best_and_says_so(found: list[Written]) -> None:
    rungs = tuple(
        Rung(question=f"q{number}", answer="so", mood=Mood.GOOD if number else Mood.BAD)
        for number in range(40)
    )
    ladder.draw(LadderSpec(frame=USUAL, verdict="BLOCK", mood=Mood.BAD, rungs=rungs))
    assert "q0" in words(found)
    assert "and 14 more, none worse than these" in words(found)


def test_a_bubble_has_the_area_of_its_share_and_clusters_stand_together() -> None:
    known = [
        (rank, Bubble(label="x", ratio=ratio, cluster=name))
        for rank, (ratio, name) in enumerate([(0.4, ""), (0.1, "a"), (0.1, "a"), (0.05, ""), (0.1, "a")], 1)
    ]
    placed = bubbles._fitted(bubbles._gathered(known))
    wallets = [each for each in placed if each.rank]
    (ring,) = [each for each in placed if not each.rank]
    areas = {each.rank: each.radius**2 / each.bubble.ratio for each in wallets}
    assert list(areas.values()) == pytest.approx([areas[1]] * 5)
    for each in wallets:
        inside = hypot(each.x - ring.x, each.y - ring.y) + each.radius <= ring.radius + 1e-6
        assert inside == (each.bubble.cluster == "a")
    for one, other in combinations(wallets, 2):
        assert hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius - 1e-6


def test_bubbles_name_their_kinds_their_clusters_and_what_is_unknown(found: list[Written]) -> None:
    made = (
        Bubble(label="pool", ratio=0.3, kind=HolderKind.POOL),
        Bubble(label="a", ratio=0.1, kind=HolderKind.INSIDER, cluster="Insiders"),
        Bubble(label="b", ratio=0.1, kind=HolderKind.INSIDER, cluster="Insiders"),
        Bubble(label="c", ratio=nan),
    )
    chart = bubbles.draw(BubbleSpec(frame=USUAL, bubbles=made))
    assert {"≈ Pool × 1", "◆ Insider × 2", "Insiders × 2", "? 1 of unknown share"} <= set(words(found))
    assert "3 holders have 50.0 % of the supply." in chart.alt
    assert "Insiders: 2 connected wallets, 20.0 %." in chart.alt
    assert "1 more of unknown share." in chart.alt
    assert "contradict" not in chart.alt
    more = bubbles.draw(BubbleSpec(frame=USUAL, bubbles=(*made, Bubble(label="d", ratio=0.9))))
    assert "contradict" in more.alt


def test_the_flow_tells_its_sums_and_net_with_signs(found: list[Written]) -> None:
    bars = (
        FlowBar(time=START, bought_usd=300.0, sold_usd=100.0),
        FlowBar(time=START + 300, bought_usd=50.0, sold_usd=1000.0),
    )
    chart = flow.draw(FlowSpec(frame=USUAL, bars=bars, seconds=300))
    assert {"▲ bought $350", "▼ sold $1.10K", "▼ net −$750"} <= set(words(found))
    assert "Bought $350, sold $1.10K, net −$750 in 2 bars" in chart.alt
    assert "from 04 Mar 2025 14:00 to 04 Mar 2025 14:10 UTC" in chart.alt


def test_silent_times_of_a_flow_are_shortened_and_said(found: list[Written]) -> None:
    bars = tuple(
        FlowBar(time=START + at * 60, bought_usd=1.0, sold_usd=1.0) for at in (*range(9), *range(5000, 5009))
    )
    flow.draw(FlowSpec(frame=USUAL, bars=bars, seconds=60))
    assert "1 quiet stretch shortened" in words(found)


def test_several_lines_are_told_apart_by_numbers_at_their_ends(found: list[Written]) -> None:
    chart = lines.draw(pictured.lines(count=10))
    numbers = [each for each in words(found) if each in set("12345678")]
    assert sorted(numbers) == sorted("12345678" * 2), "once at the line, once in the key"
    assert "the first 8 of 10" in words(found)
    assert "2 more are not drawn." in chart.alt


def test_a_line_of_one_point_says_that_it_is_one() -> None:
    spec = LinesSpec(frame=USUAL, lines=(Line(label="Holders", points=((START, 7.0),)),), unit=LineUnit.COUNT)
    assert "Holders: 7, known at one time only, 04 Mar 2025 14:00 UTC." in lines.draw(spec).alt


def test_a_log_scale_that_cannot_be_gives_way_and_says_so(found: list[Written]) -> None:
    points = ((START, 0.0), (START + 60, 10.0), (START + 120, 1e6))
    for some, note in ((points, "linear: not all above zero"), (points[1:], "log scale")):
        spec = LinesSpec(
            frame=USUAL, lines=(Line(label="x", points=some),), unit=LineUnit.USD, scale=Scale.LOG
        )
        lines.draw(spec)
        assert note in words(found)


def test_cells_of_a_square_carry_signs_and_the_unknown_a_question_mark(found: list[Written]) -> None:
    spec = HeatmapSpec(frame=USUAL, labels=("A", "B"), values=((1.0, -0.25), (None, 0.001)))
    chart = heatmap.draw(spec)
    assert {"+1.00", "−0.25", "0.00", "?"} <= set(words(found))
    assert "1 of 1 pairs unknown." in chart.alt


def test_a_board_draws_25_rows_with_signs_and_figures_at_the_right(found: list[Written]) -> None:
    columns = (Column(name="Name", right=False), Column(name="Share"))
    rows = tuple((Cell(text=f"n{at}", mood=Mood.BAD), Cell(text="1" * (at % 5 + 1))) for at in range(40))
    chart = table.draw(TableSpec(frame=USUAL, columns=columns, rows=rows))
    names = [each for each in found if each.words.startswith("✗ n")]
    assert words(names) == [f"✗ n{at}" for at in range(25)]
    assert len({round(each.left) for each in names}) == 1
    shares = [each for each in found if set(each.words) == {"1"}]
    assert len({round(each.right) for each in shares}) == 1
    assert "the first 25 of 40" in words(found)
    assert "And 35 more." in chart.alt


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.0, LineUnit.PERCENT, "0.00 %"),
        (0.1234, LineUnit.PERCENT, "+12.3 %"),
        (-0.5, LineUnit.PERCENT, "−50.0 %"),
        (250.0, LineUnit.PERCENT, "+25.0K %"),
        (1204.0, LineUnit.COUNT, "1,204"),
        (2.5e6, LineUnit.COUNT, "2.50M"),
        (-1234.0, LineUnit.USD, "−$1.23K"),
        (0.5, LineUnit.USD, "$0.50"),
    ],
)
def test_values_are_written_by_their_unit(value: float, unit: LineUnit, told: str) -> None:
    assert axis.amount(value, unit) == told


@pytest.mark.parametrize("unit", list(LineUnit))
@pytest.mark.parametrize(
    "values", [(0.0, 1.0), (45_000.0, 45_100.0), (-3.0, 4.0), (1200.0, 1200.0), (1e9, 2e9)]
)
def test_ticks_of_an_axis_read_apart(values: tuple[float, float], unit: LineUnit) -> None:
    found = axis.value_axis(values, Scale.LINEAR, bottom=0.0, top=400.0).ticks(unit, 6)
    told = [text for _, text in found]
    assert len(set(told)) == len(told) >= 1
    heights = np.array([value for value, _ in found])
    assert (np.diff(heights) > 0).all()
