"""The score of pool histories: its coefficients are those of the fit, and it orders pools unseen by it."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.security import pool_history
from core.security.pool_history import quiet_score
from tests.bench import pool_history as bench

D = Decimal


def test_the_coefficients_are_those_of_the_fit() -> None:
    base, per_adds, per_removed = bench.fitted([row for row in bench.rows() if row.for_fitting])
    assert base == pytest.approx(pool_history.BASE, abs=0.001)
    assert per_adds == pytest.approx(pool_history.PER_TENFOLD_ADDS, abs=0.001)
    assert per_removed == pytest.approx(pool_history.PER_TENFOLD_REMOVED, abs=0.001)


def test_it_orders_pools_that_it_was_not_fitted_on_better_than_their_deposits_do() -> None:
    unseen = [row for row in bench.rows() if not row.for_fitting]
    found = bench.measured(unseen)
    print(f"\n{found}")
    assert found.rows == 900
    assert found.score[0] > 0.76 and found.score[1] > 0.72
    assert found.gain[1] > 0, "the gain over the number of deposits may be chance"


def test_a_pool_is_never_in_both_halves() -> None:
    halves = {
        fitting: {r.pool for r in bench.rows() if r.for_fitting == fitting} for fitting in (True, False)
    }
    assert not halves[True] & halves[False]


def test_a_measure_of_nothing_is_even() -> None:
    rows = bench.rows()
    quiet = bench.np.array([row.quiet for row in rows])
    assert bench.auc(bench.np.zeros(len(rows)), quiet) == 0.5
    assert bench.auc(quiet.astype(float), quiet) == 1.0


@pytest.mark.parametrize(
    ("adds", "added", "removed"),
    [(0, D(1), D(1)), (-1, D(1), D(1)), (1, D(0), D(1)), (1, D(1), D(-1)), (1, D(-1), D(1))],
)
def test_a_history_that_tells_nothing_has_no_score(adds: int, added: Decimal, removed: Decimal) -> None:
    assert quiet_score(adds, added, removed) is None


@given(
    st.integers(1, 10**9),
    st.decimals(D("1e-9"), D("1e30"), allow_nan=False),
    st.decimals(0, D("1e30"), allow_nan=False),
)
def test_every_history_has_a_score_between_its_bounds(adds: int, added: Decimal, removed: Decimal) -> None:
    score = quiet_score(adds, added, removed)
    assert score is not None and 0 < score < 1
    more = quiet_score(adds * 10, added, removed)
    assert more is not None and more < score
    drained = quiet_score(adds, added, removed + added)
    assert drained is not None and drained >= score - 1e-12


def test_the_unit_of_the_amounts_does_not_matter() -> None:
    one, other = quiet_score(3, D(70), D(100)), quiet_score(3, D(70) * 10**9, D(100) * 10**9)
    assert one is not None and other is not None
    assert math.isclose(one, other)
