from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data.sandbox import tape
from data.sandbox.world import World
from tests.unit.data.sandbox.worlds import START, named


@given(arrays.arrays(np.float64, 20, elements=st.floats(-3, 3)), st.floats(0, 0.05))
def test_what_a_trade_pays_in_moves_the_price_by_exactly_so_much(moves: np.ndarray, fee: float) -> None:
    paid = tape.input_ratio(moves, fee)
    moved = np.log1p(paid) + np.log1p((1 - fee) * paid)
    assert np.allclose(moved, np.abs(moves), atol=1e-9)
    assert np.all(paid >= -1e-15)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["BONK", "MOCHI", "TITHE", "TADPOLE", "HONEY"]))
def test_the_constant_product_never_falls_while_a_pool_is_traded(seed: int, symbol: str) -> None:
    world = World(seed, START)
    world.advance(START + timedelta(hours=40))
    token = next(token for token in world.tokens.values() if token.symbol == symbol)
    for pool in token.pools:
        rows = world._rows(pool)
        assert len(rows) > 1
        assert np.all(np.diff(rows.log_k) >= -1e-12)
        assert np.all(np.diff(rows.at) >= 0)
        base, quote = rows.reserves()
        assert np.allclose(quote / base, rows.native)
        growth = np.diff(rows.log_k)
        assert growth[np.abs(rows.volume[1:]) > 1].min() > 0


def test_liquidity_leaves_a_pulled_pool_once_and_only_then() -> None:
    world = World(7, START)
    rows = world._rows(named(world, "SAFEMOON").pools[0])
    falls = np.flatnonzero(np.diff(rows.log_k) < -1e-12)
    assert len(falls) == 1
    assert falls[0] == len(rows) - 2
    assert rows.volume[-1] == 0
    assert rows.usd[-1] == rows.usd[-2]


def test_a_pool_that_nobody_traded_has_no_candle() -> None:
    rows = tape.Rows(*(np.array([value]) for value in (10.0, 2.0, 0.5, 3.0, 0.0)))
    assert tape.candles(rows, 60, 0).shape == (0, 6)


def test_a_bar_opens_at_the_close_before_it_and_skips_what_was_empty() -> None:
    columns = ([0, 10, 20, 130], [1.0, 3.0, 2.0, 5.0], [1.0, 1.0, 1.0, 1.0], [0.0] * 4, [0.0, 7.0, -4.0, 1.0])
    rows = tape.Rows(*(np.array(column, dtype=float) for column in columns))
    assert tape.candles(rows, 60, 600).tolist() == [[600, 3, 3, 2, 2, 11], [720, 2, 5, 2, 5, 1]]


def test_bars_of_the_quote_side_tell_the_price_of_the_quote(world: World) -> None:
    pool = named(world, "MOCHI").pools[0]
    bars = world.candles(pool, 3_600, of_quote=True)
    assert bars[-1, 4] == pytest.approx(world.state(pool).quote_usd)
    assert 100 < bars[:, 4].min() <= bars[:, 4].max() < 220
