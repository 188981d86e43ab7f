"""CoinPaprika's answers against what that vendor was recorded to answer."""

from __future__ import annotations

import pytest

from data.models.ids import SOL_MINT
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import ask, body, shaped

COINS = ("sol-solana", "usdc-usd-coin", "bonk-bonk", "wif-dogwifhat", "trump-official-trump")


def test_tickers_have_the_recorded_shape(world: World) -> None:
    recorded = sample("coinpaprika/tickers-btc-free-live")
    tickers = [body(world, "coinpaprika", f"/tickers/{coin}") for coin in COINS]
    shaped(tickers, [recorded])
    assert [ticker["id"] for ticker in tickers] == list(COINS)
    assert {ticker["rank"] for ticker in tickers} >= {1, 2}
    for ticker in tickers:
        assert set(ticker) == set(recorded)
        assert set(ticker["quotes"]["USD"]) == set(recorded["quotes"]["USD"])
        assert ticker["quotes"]["USD"]["percent_change_30d"] == 0


@pytest.mark.parametrize(("coin", "mint"), [("sol-solana", SOL_MINT), ("bonk-bonk", BONK_MINT)])
def test_a_price_is_the_truth_within_the_vendor_s_skew(world: World, coin: str, mint: str) -> None:
    told = body(world, "coinpaprika", f"/tickers/{coin}")["quotes"]["USD"]["price"]
    assert told == pytest.approx(world.price_usd(mint) * (1 + world.skew("coinpaprika", mint)))


def test_quotes_are_those_asked_for_three_at_most(world: World) -> None:
    quotes = body(world, "coinpaprika", "/tickers/sol-solana", quotes="USD,EUR,GBP")["quotes"]
    assert quotes["EUR"]["price"] / quotes["USD"]["price"] == pytest.approx(0.86)
    assert quotes["GBP"]["volume_24h"] / quotes["USD"]["volume_24h"] == pytest.approx(0.74)
    assert ask(world, "coinpaprika", "/tickers/sol-solana", quotes="USD,EUR,GBP,JPY").status == 400
    assert ask(world, "coinpaprika", "/tickers/sol-solana", quotes="XYZ").status == 400


def test_what_is_not_listed_is_not_found(world: World) -> None:
    unknown = ask(world, "coinpaprika", "/tickers/mochi-mochi-the-shiba")
    assert (unknown.status, unknown.body) == (404, sample("coinpaprika/error-404-id-not-found"))
