"""CryptoCompare's answers in the practice market: prices by ticker, and refusals with status 200."""

from __future__ import annotations

import pytest

from data.models.ids import SOL_MINT
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import body, shaped


def test_prices_are_keyed_by_currency_and_an_unknown_one_is_left_out(world: World) -> None:
    answer = body(world, "cryptocompare", "/price", fsym="USD", tsyms="USD,EUR,XXX")
    shaped([answer], [sample("cryptocompare/price-btc")])
    assert answer["USD"] == 1


def test_a_coin_is_priced_by_its_ticker(world: World) -> None:
    answer = body(world, "cryptocompare", "/price", fsym="SOL", tsyms="USD,EUR")
    assert answer["USD"] == pytest.approx(world.price_usd(SOL_MINT), rel=0.003)
    assert answer["EUR"] / answer["USD"] == pytest.approx(0.86, rel=1e-4)


def test_refusals_have_the_recorded_shape(world: World) -> None:
    recorded = sample("cryptocompare/error-200-no-market")
    for asked in ({"fsym": "USD"}, {"fsym": "NOSUCH", "tsyms": "USD"}, {"fsym": "USD", "tsyms": "XXX"}):
        answer = body(world, "cryptocompare", "/price", **asked)
        shaped([answer], [recorded])
        assert answer["Response"] == "Error"
