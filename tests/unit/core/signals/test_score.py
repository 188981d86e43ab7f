"""Chances are counted, with their sample; what loses money beyond doubt goes quiet."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.signals.score import (
    BANDS,
    PROVEN_FROM,
    TOLD_ANYWAY,
    Outcome,
    Tally,
    band_of,
    chances,
    standing,
    tallied,
    wilson,
)
from core.signals.spec import DANGER, SignalType

TALLIES = st.lists(
    st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=6
)


def outcomes(nets: list[float]) -> list[Outcome]:
    return [Outcome(strength=0.5, hit=net > 0, net_ratio=net) for net in nets]


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe, Two-Sided Confidence Intervals for the Single Proportion (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_an_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(Tally(hits, n))
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert found.ratio == hits / n


def test_of_nothing_there_is_no_chance() -> None:
    assert wilson(Tally(0, 0)) is None
    assert chances([Tally(0, 0)] * BANDS) == (None,) * BANDS


def test_below_fifty_firings_a_chance_is_unproven() -> None:
    assert PROVEN_FROM == 50
    few, enough = wilson(Tally(49, 49)), wilson(Tally(1, 50))
    assert few is not None and enough is not None
    assert not few.proven and enough.proven


def test_firings_are_counted_by_the_quarter_of_their_strength() -> None:
    assert [band_of(strength) for strength in (0.0, 0.2499, 0.25, 0.5, 0.75, 1.0)] == [0, 0, 1, 2, 3, 3]
    rows = [
        Outcome(strength=s, hit=h, net_ratio=None)
        for s, h in ((0.1, True), (0.1, False), (0.9, True), (0.6, None))
    ]
    assert tallied(rows) == (Tally(1, 2), Tally(0, 0), Tally(0, 0), Tally(1, 1))


def test_bands_that_contradict_their_order_are_counted_together() -> None:
    found = chances([Tally(40, 100), Tally(20, 100), Tally(0, 0), Tally(70, 100)])
    assert [None if one is None else (one.ratio, one.n) for one in found] == [
        (0.3, 200), (0.3, 200), None, (0.7, 100),
    ]  # fmt: skip


@given(TALLIES)
def test_a_stronger_signal_is_never_given_less(rows: list[tuple[int, int]]) -> None:
    tallies = [Tally(*row) for row in rows]
    found = chances(tallies)
    ratios = [one.ratio for one in found if one is not None]
    assert ratios == sorted(ratios)
    assert [one is None for one in found] == [tally.n == 0 for tally in tallies]
    for one in found:
        assert one is None or 0 <= one.low <= one.ratio <= one.high <= 1
    # Each firing counts in one block: expected hits are those that were.
    expected = sum(one.ratio * tally.n for one, tally in zip(found, tallies, strict=True) if one)
    assert expected == pytest.approx(sum(tally.hits for tally in tallies))


def test_calibrated_chances_come_true_on_other_firings() -> None:
    """Told by past firings, the interval of each band holds the truth nine times in ten at the least."""
    rng = random.Random(5)
    truth = (0.2, 0.3, 0.5, 0.6)
    held = []
    for _ in range(25):
        strengths = [rng.random() for _ in range(600)]
        past = [Outcome(strength=s, hit=rng.random() < truth[band_of(s)], net_ratio=None) for s in strengths]
        held += [
            chance is not None and chance.low <= real <= chance.high
            for chance, real in zip(chances(tallied(past)), truth, strict=True)
        ]
    assert len(held) == 100 and sum(held) >= 90


def test_a_type_that_loses_beyond_doubt_goes_quiet() -> None:
    rng = random.Random(3)
    losing = outcomes([rng.gauss(-0.2, 0.3) for _ in range(200)])
    found = standing(SignalType.BREAKOUT, losing)
    assert found.quiet and found.high is not None and found.high < 0
    assert found.low is not None and found.mean is not None and found.low < found.mean < found.high
    assert not standing(SignalType.BREAKOUT, losing[:49]).quiet
    assert standing(SignalType.BREAKOUT, [*losing[:49], losing[60]]).quiet


@pytest.mark.parametrize("kind", list(SignalType))
def test_only_what_promises_a_rise_goes_quiet(kind: SignalType) -> None:
    lost = outcomes([-0.5, -0.4] * 40)
    assert standing(kind, lost).quiet is (kind not in TOLD_ANYWAY)
    assert DANGER < TOLD_ANYWAY


def test_few_great_winners_keep_a_type_talking_and_are_told_apart() -> None:
    nets = [-0.3] * 97 + [20.0, 30.0, 40.0]
    found = standing(SignalType.LAUNCH, outcomes(nets))
    assert not found.quiet
    assert found.median == -0.3
    assert found.without_best == pytest.approx(-0.3)
    assert found.mean == pytest.approx(sum(nets) / 100)
    assert found.hit is not None and (found.hit.ratio, found.hit.n) == (0.03, 100)


def test_unknown_outcomes_are_not_counted_in_either_direction() -> None:
    unknown = [Outcome(strength=0.5, hit=None, net_ratio=None)] * 500
    known = outcomes([0.1, -0.2, 0.3, 0.4])
    assert standing(SignalType.MOMENTUM, [*unknown, *known]) == standing(SignalType.MOMENTUM, known)
    none = standing(SignalType.MOMENTUM, unknown)
    assert (none.n, none.hit, none.mean, none.median, none.without_best, none.quiet) == (
        0,
        None,
        None,
        None,
        None,
        False,
    )


def test_the_order_of_outcomes_changes_nothing() -> None:
    rng = random.Random(8)
    rows = outcomes([rng.gauss(0, 1) for _ in range(60)])
    shuffled = rng.sample(rows, len(rows))
    assert standing(SignalType.MOMENTUM, rows) == standing(SignalType.MOMENTUM, shuffled)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Of skewed results, as these are: nine in ten at the least of intervals that call themselves 95 %."""
    rng = random.Random(13)
    held = 0
    for _ in range(60):
        nets = [rng.lognormvariate(0, 0.8) - 1 for _ in range(80)]
        found = standing(SignalType.MOMENTUM, outcomes(nets))
        truth = 2.718281828 ** (0.8**2 / 2) - 1
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 52
