"""The bytes of order books, against recorded accounts and against bytes that no honest program wrote."""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.chain import serum
from data.chain.serum import Order, Side
from data.errors import BadPayload
from data.sandbox import books
from tests.unit.data.providers.cases.serum import (
    EMPTY,
    MARKET,
    SERUM_A,
    SOL_USDC,
    framed,
    market,
    mint,
    raw,
    side,
)
from tests.unit.data.providers.recorded import sample

NODE = 72


@pytest.mark.parametrize(
    ("address", "name"), [(SOL_USDC, "market-sol-usdc-openbook"), (SERUM_A, "market-serum-v3-a")]
)
def test_a_recorded_market_is_read(address: str, name: str) -> None:
    told, expected = serum.market(address, raw(name)), sample("serum", f"expected-{name}.json")
    assert told.accounts == tuple(
        expected[key] for key in ("ownAddress", "bids", "asks", "baseMint", "quoteMint")
    )
    assert (told.base_lot, told.quote_lot) == (expected["baseLotSize"], expected["quoteLotSize"])


def test_the_oldest_and_the_permissioned_layout_go_by_their_length() -> None:
    body = market()[13:-7]
    assert serum.market(MARKET, framed(3, body[:-8])).base_lot == 100  # 380 bytes, without rebates
    longest = framed(3 | 512 | 1024, body + bytes(3 * 32 + 992))
    assert len(longest) == 1476
    assert serum.market(MARKET, longest).quote_lot == 10


@pytest.mark.parametrize("flags", [0, 1, 2, 0x21, 3 | 128, 3 | 256, 3 | 512, 2**63 | 3])
def test_what_is_no_open_market_is_refused(flags: int) -> None:
    with pytest.raises(BadPayload, match="not an open market"):
        serum.market(MARKET, market(flags=flags))


@pytest.mark.parametrize(
    "data",
    [b"", bytes(388), market()[:-1], market()[:-1] + b"x", b"S" + market()[1:], market() + bytes(100)],
)
def test_bytes_of_another_length_or_frame_are_refused(data: bytes) -> None:
    with pytest.raises(BadPayload):
        serum.market(MARKET, data)


def test_a_market_must_name_itself_and_have_lots() -> None:
    with pytest.raises(BadPayload, match="another address"):
        serum.market(SOL_USDC, market())
    for lots in ({"base_lot": 0}, {"quote_lot": 0}):
        with pytest.raises(BadPayload, match="empty lots"):
            serum.market(MARKET, market(**lots))


def test_the_recorded_asks_are_read_in_order() -> None:
    found = serum.orders(raw("asks-15-orders"), Side.ASKS)
    expected = sample("serum", "expected-asks-15-orders.json")["levels_price_lots_qty_lots"]
    assert [list(order) for order in found] == expected
    told = serum.levels(found, serum.market(MARKET, market()), 6, 6)
    assert told[0] == (Decimal("11744.6"), Decimal("4.0632"))  # as the vendor's own test has it
    assert len(told) == 15


def test_the_vendors_own_tree_is_walked() -> None:
    expected = sample("serum", "slab-4-leaves.json")["expected"]["keys"]
    slab = bytes.fromhex(sample("serum", "slab-4-leaves.json")["slab_hex"])
    prices = sorted(order.price_lots for order in serum.leaves(slab))
    assert prices == sorted(int(key) >> 64 for key in expected)


def test_a_side_is_not_taken_for_the_other() -> None:
    with pytest.raises(BadPayload, match="not the bids"):
        serum.orders(raw("asks-15-orders"), Side.BIDS)


def test_an_empty_side_has_no_orders_whatever_its_root() -> None:
    assert serum.orders(framed(0x21, EMPTY), Side.BIDS) == ()
    assert serum.orders(side(0x41, {}), Side.ASKS) == ()


@given(st.dictionaries(st.integers(0, 2**128 - 1), st.integers(0, 2**64 - 1), max_size=20))
def test_every_tree_gives_its_orders_best_first(held: dict[int, int]) -> None:
    expected = sorted(Order(key >> 64, size) for key, size in held.items())
    assert list(serum.orders(side(0x41, held), Side.ASKS)) == expected
    assert list(serum.orders(side(0x21, held), Side.BIDS)) == expected[::-1]


def tree(*, root: int = 0, used: int = 3, count: int = 2, children: tuple[int, int] = (1, 2)) -> bytes:
    """Lay a small tree out: one inner node over two leaves, with what a hostile hand may change."""
    head = struct.pack("<I4xI4xIII4x", used, 0, 0, root, count)
    leaf = struct.pack("<IBB2xQQ32sQQ", 2, 0, 0, 1, 5, bytes(32), 9, 0)
    inner = struct.pack("<II16sII40x", 1, 0, bytes(16), *children)
    return head + inner + leaf + leaf


def test_the_small_tree_holds_together() -> None:
    assert list(serum.leaves(tree())) == [Order(5, 9), Order(5, 9)]


@pytest.mark.parametrize(
    "changed",
    [
        {"children": (0, 0)},  # a node that is its own child
        {"children": (1, 1)},  # one child twice
        {"children": (1, 2**32 - 1)},
        {"root": 3},
        {"used": 2},  # a child beyond what is used
        {"used": 2**32 - 1, "root": 2**31},  # beyond the bytes
        {"count": 1},
        {"count": 2**32 - 1},
    ],
)
def test_a_torn_or_hostile_tree_is_refused(changed: Any) -> None:
    with pytest.raises(BadPayload):
        list(serum.leaves(tree(**changed)))


@pytest.mark.parametrize("tag", [0, 3, 4, 5, 2**32 - 1])
def test_a_node_that_is_free_or_unknown_is_no_part_of_a_tree(tag: int) -> None:
    slab = bytearray(tree())
    slab[32 + NODE : 36 + NODE] = tag.to_bytes(4, "little")
    with pytest.raises(BadPayload, match=f"kind {tag}"):
        list(serum.leaves(bytes(slab)))


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_a_reader(data: bytes, is_framed: bool) -> None:
    held = framed(0x41, data) if is_framed else data
    for read in (
        lambda: serum.orders(held, Side.ASKS),
        lambda: serum.market(MARKET, held),
        lambda: serum.mint_decimals(held),
    ):
        try:
            read()
        except BadPayload:
            continue


@given(st.data())
def test_no_change_to_a_recorded_side_breaks_its_reader(data: st.DataObject) -> None:
    slab = bytearray(raw("asks-15-orders")[:4_000] + b"padding")
    for _ in range(data.draw(st.integers(1, 5))):
        slab[data.draw(st.integers(0, 1_500))] = data.draw(st.integers(0, 255))
    try:
        found = serum.orders(bytes(slab), Side.ASKS)
    except BadPayload:
        return
    assert list(found) == sorted(found)


def test_orders_at_one_price_are_one_level_and_sizes_are_whole_tokens() -> None:
    found = (Order(3, 5), Order(3, 7), Order(4, 1))
    shell = serum.market(MARKET, market(base_lot=1_000_000, quote_lot=1))
    told = serum.levels(found, shell, 9, 6)  # SOL over USDC: a tick is 0.001
    assert told == ((Decimal("0.003"), Decimal("0.012")), (Decimal("0.004"), Decimal("0.001")))


def test_an_order_of_nothing_or_at_a_price_beyond_reason_is_no_level() -> None:
    found = (Order(0, 5), Order(2, 0), Order(2**64 - 1, 1))
    shell = serum.market(MARKET, market(base_lot=1, quote_lot=2**64 - 1))
    assert serum.levels(found, shell, 36, 0) == ()


@pytest.mark.parametrize("data", [b"", mint()[:81], mint()[:45] + b"\0" + mint()[46:], mint(37), mint(255)])
def test_what_is_no_mint_has_no_decimals(data: bytes) -> None:
    with pytest.raises(BadPayload):
        serum.mint_decimals(data)


def test_decimals_are_read_from_a_mint() -> None:
    assert [serum.mint_decimals(mint(places)) for places in (0, 9, 36)] == [0, 9, 36]
    assert serum.mint_decimals(mint() + bytes(200)) == 6


def test_the_practice_chain_packs_what_the_program_would() -> None:
    assert len(framed(3, market()[13:-7])) == books.MARKET_SPACE == serum.MARKET_SPACE
