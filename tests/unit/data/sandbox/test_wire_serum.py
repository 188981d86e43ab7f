"""The practice chain's order books, against recorded accounts of real ones."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from solders.pubkey import Pubkey

from data.models.ids import SOL_MINT
from data.sandbox import books
from data.sandbox.catalogue import BONK_MINT
from data.sandbox.chain import Chain
from data.sandbox.tokens import Dex
from data.sandbox.wire import serum, solana
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import Shape, differences, sample
from tests.unit.data.sandbox.worlds import START, named

FILTERS = [{"dataSize": 388}]


def ask(chain: Chain, method: str, *params: object) -> Any:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    return json.loads(json.dumps(chain.answer(json.dumps(request).encode())))


def markets(chain: Chain, *filters: object, program: str = books.PROGRAM) -> list[Any]:
    options = {"encoding": "base64", "filters": list(filters)}
    rows: list[Any] = ask(chain, "getProgramAccounts", program, options)["result"]
    return rows


def of(mint: str, offset: int = 53) -> object:
    return {"memcmp": {"offset": offset, "bytes": mint}}


def sides(chain: Chain, world: World, mint: str) -> list[bytes]:
    market = next(each for each in books.markets(world) if each.pool.base == mint)
    told = ask(chain, "getMultipleAccounts", list(market.addresses), {"encoding": "base64"})
    return [base64.b64decode(each["data"][0]) for each in told["result"]["value"]]


def test_a_market_has_the_recorded_shape_and_names_its_tokens(world: World) -> None:
    rows = markets(Chain(world), *FILTERS, of(BONK_MINT))
    recorded = sample("serum/getAccountInfo-market-sol-usdc-openbook")["result"]["value"]
    assert len(rows) == 3
    assert rows == sorted(rows, key=lambda row: row["pubkey"])
    for row in rows:
        assert sorted(differences(row["account"], Shape().learn(recorded))) == []
        data = base64.b64decode(row["account"]["data"][0])
        assert len(data) == 388
        assert str(Pubkey.from_bytes(data[13:45])) == row["pubkey"]
        assert str(Pubkey.from_bytes(data[53:85])) == BONK_MINT


def test_filters_choose_by_length_and_by_bytes(world: World) -> None:
    chain = Chain(world)
    every = markets(chain, *FILTERS)
    pools = [pool for pool in world.pools.values() if pool.dex is Dex.RAYDIUM]
    assert len(every) >= len(pools) > 15
    assert len(markets(chain)) == len(every)
    assert markets(chain, {"dataSize": 380}) == []
    in_sol = markets(chain, of(SOL_MINT, 85))
    assert 0 < len(in_sol) < len(every)
    assert markets(chain, *FILTERS, of(named(world, "SPROUT").mint)) == []  # on a curve, without a market
    assert markets(chain, *FILTERS, program=BONK_MINT) == []


@pytest.mark.parametrize(
    "filters", [["x"], [{}], [{"dataSize": "388"}], [{"memcmp": {}}], [of("0OIl")], [{"dataSize": 1}] * 5]
)
def test_a_filter_of_no_known_kind_is_refused(world: World, filters: list[object]) -> None:
    told = ask(Chain(world), "getProgramAccounts", books.PROGRAM, {"encoding": "base64", "filters": filters})
    assert told["error"]["code"] == -32602


def test_most_books_are_empty_and_a_well_known_tokens_is_not(world: World) -> None:
    chain = Chain(world)
    _, bids, asks = sides(chain, world, named(world, "TITHE").mint)
    assert (bids[13:45], asks[13:45]) == (bytes(32), bytes(32))
    market, bids, asks = sides(chain, world, BONK_MINT)
    assert (market[5], bids[5], asks[5]) == (0x03, 0x21, 0x41)
    assert (bids[37], asks[37]) == (6, 6)  # orders
    kinds = [books.orders(world, each) for each in books.markets(world)]
    assert sum(1 for bids, asks in kinds if not bids and not asks) > len(kinds) / 3


def test_a_book_stands_around_the_price_and_moves_with_it() -> None:
    world = World(7, START)
    chain = Chain(world)
    before = sides(chain, world, BONK_MINT)
    world.advance(START + timedelta(hours=6))
    after = sides(chain, world, BONK_MINT)
    assert before[0] == after[0]
    assert before[1:] != after[1:]


def test_bids_stay_below_asks_whatever_the_price(world: World) -> None:
    for market in books.markets(world):
        bids, asks = books.orders(world, market)
        assert all(order.price > 0 and order.size > 0 for order in (*bids, *asks))
        if bids and asks:
            assert max(each.price for each in bids) < min(each.price for each in asks)


def test_a_new_pool_brings_its_market() -> None:
    world = World(7, START)
    chain = Chain(world)
    before = len(markets(chain, *FILTERS))
    world.advance(START + timedelta(days=2))
    grown = sum(1 for _ in books.markets(world))
    assert len(markets(chain, *FILTERS)) == grown > before


def test_the_node_refuses_as_every_node_does() -> None:
    assert serum.VENDOR.id == "serum"
    assert (serum.VENDOR.throttled, serum.VENDOR.refusal) == (solana.VENDOR.throttled, solana.VENDOR.refusal)
