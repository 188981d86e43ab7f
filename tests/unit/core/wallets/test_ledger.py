"""The book of a wallet: exact sums, whatever the order; never below nothing; unknown cost stays unknown."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.wallets.ledger import Ledger, ledger
from core.wallets.moves import Move, Side
from tests.fakes.clock import START

SOL = 10**9


def move(slot: int, side: Side, units: int, lamports: int | None = None, **more: object) -> Move:
    told: dict[str, object] = {
        "signature": f"s{slot}", "slot": slot, "at": START + timedelta(seconds=slot), "mint": "bonk",
        "side": side, "units": units, "before": 0, "lamports": lamports,
    }  # fmt: skip
    return Move(**{**told, **more})  # type: ignore[arg-type]


moves = st.lists(
    st.builds(
        move,
        st.integers(0, 30),
        st.sampled_from(Side),
        st.integers(0, 10**12),
        st.none() | st.integers(0, 10**12),
        mint=st.sampled_from(["bonk", "wif", "pepe"]),
        before=st.integers(0, 10**12),
        fee=st.integers(0, 10_000),
        at=st.none() | st.just(START),
    ),
    max_size=30,
)


def whole(book: Ledger) -> None:
    """Hold the parts of a book against the wholes."""
    for each in book.positions:
        assert min(each.known, each.unknown, each.cost, each.cost_sold, each.cost_moved, each.proceeds) >= 0
        assert each.spent == each.cost_sold + each.cost_moved + each.cost
        assert each.proceeds <= each.received
        assert each.realised == each.proceeds - each.cost_sold
        assert each.unpriced <= each.buys + each.sells
        assert each.known or not each.cost
    assert book.realised == sum(each.realised - each.fees for each in book.positions)
    assert book.received - book.unexplained == sum(each.proceeds for each in book.positions)
    assert sum(each.cost for each in book.closed) <= sum(each.cost_sold for each in book.positions)
    assert sum(each.proceeds for each in book.closed) <= sum(each.proceeds for each in book.positions)
    assert sum(each.fees for each in book.closed) <= book.fees


@given(moves, st.randoms(use_true_random=False))
@settings(max_examples=150, database=None, deadline=None)
def test_parts_make_the_whole_and_the_order_of_input_does_not_matter(
    entered: list[Move], rng: random.Random
) -> None:
    book = ledger(entered)
    whole(book)
    shuffled = list(entered)
    rng.shuffle(shuffled)
    assert ledger(shuffled) == book
    assert ledger([*entered, *entered]) == book


@given(moves)
@settings(max_examples=100, database=None, deadline=None)
def test_no_unit_is_lost_or_made(entered: list[Move]) -> None:
    """Of one token: what came in, seen or not, less what went out, is what is left."""
    only = [replace(each, mint="bonk", signature=f"s{at}", before=0) for at, each in enumerate(entered)]
    book = ledger(only).of("bonk")
    left, unseen = 0, 0
    for each in sorted(only, key=lambda each: (each.slot, not each.side.adds, each.signature)):
        if each.side.adds:
            left += each.units
        else:
            unseen += max(0, each.units - left)
            left = max(0, left - each.units)
    assert (0 if book is None else book.units) == left
    assert unseen >= 0


def test_the_average_cost_of_two_purchases_is_that_of_a_sale() -> None:
    book = ledger(
        [
            move(1, Side.BUY, 100, 1 * SOL, fee=5_000),
            move(2, Side.BUY, 100, 3 * SOL, fee=5_000, before=100),
            move(3, Side.SELL, 50, 2 * SOL, fee=5_000, before=200),
        ]
    )
    (position,) = book.positions
    assert (position.cost_sold, position.cost, position.units) == (1 * SOL, 3 * SOL, 150)
    assert book.realised == 1 * SOL - 15_000
    assert book.closed == ()


def test_a_position_from_nothing_to_nothing_is_closed_once() -> None:
    book = ledger(
        [
            move(1, Side.BUY, 300, 1 * SOL),
            move(5, Side.SELL, 100, 1 * SOL, before=300),
            move(9, Side.SELL, 200, 1 * SOL, before=200),
            move(20, Side.BUY, 50, 2 * SOL),
            move(21, Side.SELL, 50, 1 * SOL, before=50),
        ]
    )
    first, second = book.closed
    assert (first.cost, first.proceeds, first.profit, first.whole) == (1 * SOL, 2 * SOL, 1 * SOL, True)
    assert first.held_for == timedelta(seconds=8)
    assert second.profit == -1 * SOL


def test_dust_that_is_left_closes_a_position_too() -> None:
    book = ledger([move(1, Side.BUY, 100_000, SOL), move(2, Side.SELL, 99_990, SOL, before=100_000)])
    assert len(book.closed) == 1
    assert book.positions[0].units == 10
    more = ledger([move(1, Side.BUY, 100_000, SOL), move(2, Side.SELL, 99_000, SOL, before=100_000)])
    assert more.closed == ()


def test_what_came_without_a_price_is_no_profit() -> None:
    """Half of what is sold was bought, the other half was there before anybody looked."""
    book = ledger([move(1, Side.BUY, 100, SOL, before=100), move(2, Side.SELL, 200, 4 * SOL, before=200)])
    (position,) = book.positions
    assert (position.received, position.proceeds, position.realised) == (4 * SOL, 2 * SOL, SOL)
    assert book.unexplained == 2 * SOL
    (closed,) = book.closed
    assert not closed.whole
    gift = ledger([move(1, Side.IN, 100), move(2, Side.SELL, 100, 4 * SOL, before=100)])
    assert (gift.realised, gift.unexplained) == (0, 4 * SOL)


def test_what_is_moved_away_takes_its_cost_along_and_earns_nothing() -> None:
    book = ledger([move(1, Side.BUY, 100, 2 * SOL), move(2, Side.OUT, 50, before=100)])
    (position,) = book.positions
    assert (position.cost, position.cost_moved, position.realised) == (SOL, SOL, 0)
    swapped = ledger([move(1, Side.BUY, 100, 2 * SOL), move(2, Side.SELL, 100, None, before=100)])
    assert (swapped.realised, swapped.unpriced) == (0, 1)
    assert not swapped.closed[0].whole


def test_more_sold_than_was_seen_coming_never_goes_below_nothing() -> None:
    book = ledger([move(1, Side.BUY, 10, SOL), move(2, Side.SELL, 1_000, SOL)])
    assert book.positions[0].units == 0
    assert book.positions[0].cost == 0
