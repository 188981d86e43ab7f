"""Bonding curves read from recorded accounts, by hand, and from bytes that are none."""

from __future__ import annotations

import base64
import dataclasses
import struct
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.chain.base58 import base58, unbase58
from data.chain.pump import SELLABLE, STANDARD_SUPPLY, BondingCurve, decode_bonding_curve, filled, price
from data.errors import BadPayload
from data.models.ids import SOL_MINT, USDC_MINT
from tests.unit.data.providers.recorded import sample

ACCOUNTS = {
    row["pubkey"]: base64.b64decode(row["data_b64"])
    for row in sample("pumpfun", "bonding-curve-accounts.json")
}
BORN = ACCOUNTS["6kDMf4biZmAGBGYnTGHdr7xKiuVwwjVsHDmy6vsz56W6"]
TRADED = ACCOUNTS["3oJboWK4hg7UotjmyWqUWPiPnFhtVQyrhGjYS7W6aJue"]
MAYHEM = ACCOUNTS["Bh2rcx4Bo4UhhMD3n1MKwjtmJ4ycYPp3tNCAKpgGKBC3"]


def curve(**changed: object) -> BondingCurve:
    return dataclasses.replace(decode_bonding_curve(TRADED), **changed)  # type: ignore[arg-type]


def test_a_traded_curve_is_read_in_full() -> None:
    assert decode_bonding_curve(TRADED) == BondingCurve(
        virtual_token_reserves=983_750_573_068_631,
        virtual_quote_reserves=32_721_709_077,
        real_token_reserves=703_850_573_068_631,
        real_quote_reserves=2_721_709_077,
        token_total_supply=STANDARD_SUPPLY,
        complete=False,
        creator="7RcsNPSe2x9a77CgbVzzkgxqLYDaCKnVdpXXpYTXvHFh",
        is_mayhem_mode=False,
        is_cashback_coin=False,
        quote_mint=None,
    )


def test_a_coin_is_born_at_the_known_price_with_nothing_sold() -> None:
    born = decode_bonding_curve(BORN)
    assert born.price_sol is not None
    assert round(born.price_sol * 1_000_000_000, 7) == Decimal("27.9589935")
    assert born.curve_ratio == 0


def test_a_curve_tells_its_price_and_how_far_it_is_filled() -> None:
    read = decode_bonding_curve(TRADED)
    assert read.price_sol is not None and read.curve_ratio is not None
    # 32.721709077 SOL over 983,750,573.068631 tokens; 89,249,426.931369 of 793,100,000 are sold.
    assert round(read.price_sol, 20) == Decimal("3.326220077812E-8")
    assert round(read.curve_ratio, 12) == Decimal("0.112532375402")


def test_a_mayhem_coin_has_a_price_and_other_measures() -> None:
    read = decode_bonding_curve(MAYHEM)
    assert read.is_mayhem_mode
    assert read.price_sol is not None
    assert read.curve_ratio is None


def test_every_recorded_account_is_read_whatever_its_length() -> None:
    assert {len(data) for data in ACCOUNTS.values()} == {115, 151}
    for data in ACCOUNTS.values():
        read = decode_bonding_curve(data)
        assert read.token_total_supply == STANDARD_SUPPLY and read.price_sol is not None


@pytest.mark.parametrize(("length", "kept"), [(49, False), (80, False), (81, True), (84, True), (150, True)])
def test_an_older_account_is_shorter_and_its_tail_takes_the_old_meaning(length: int, kept: bool) -> None:
    read = decode_bonding_curve(TRADED[:length])
    whole = decode_bonding_curve(TRADED)
    assert read == (whole if kept else dataclasses.replace(whole, creator=None))


@pytest.mark.parametrize("length", [0, 7, 8, 9, 48])
def test_an_account_without_what_every_curve_has_is_unreadable(length: int) -> None:
    with pytest.raises(BadPayload):
        decode_bonding_curve(TRADED[:length])


@pytest.mark.parametrize(("at", "byte"), [(0, 0), (48, 2), (81, 255), (82, 7)])
def test_another_kind_of_account_or_a_flag_that_is_none_is_unreadable(at: int, byte: int) -> None:
    with pytest.raises(BadPayload):
        decode_bonding_curve(TRADED[:at] + bytes([byte]) + TRADED[at + 1 :])


def test_a_migrated_curve_is_full_and_has_no_price() -> None:
    data = TRADED[:8] + bytes(32) + struct.pack("<Q?", STANDARD_SUPPLY, True) + TRADED[49:]
    read = decode_bonding_curve(data)
    assert (read.price_sol, read.curve_ratio) == (None, Decimal(1))


def test_reserves_in_dollars_are_no_price_in_sol() -> None:
    quoted = TRADED[:83] + unbase58(USDC_MINT) + TRADED[115:]
    read = decode_bonding_curve(quoted)
    assert (read.quote_mint, read.price_sol, read.curve_ratio) == (USDC_MINT, None, None)
    assert curve(quote_mint=SOL_MINT).price_sol == curve().price_sol


@pytest.mark.parametrize(
    ("left", "supply", "ratio"),
    [
        (SELLABLE, STANDARD_SUPPLY, Decimal(0)),
        (SELLABLE // 2, STANDARD_SUPPLY, Decimal("0.5")),
        (0, STANDARD_SUPPLY, Decimal(1)),
        (SELLABLE + 1, STANDARD_SUPPLY, None),
        (-1, STANDARD_SUPPLY, None),
        (1, STANDARD_SUPPLY * 2, None),
    ],
)
def test_only_a_standard_curve_tells_what_is_sold(left: int, supply: int, ratio: Decimal | None) -> None:
    assert filled(left, supply) == ratio


def test_an_empty_side_makes_no_price() -> None:
    assert price(1, 0) is None
    assert price(0, 1) is None


def test_an_address_is_written_as_solana_writes_it() -> None:
    assert base58(bytes(32)) == "1" * 32
    assert base58(unbase58(USDC_MINT)) == USDC_MINT


def sane(read: BondingCurve) -> None:
    """Hold what any curve that was read must keep."""
    cost, ratio = read.price_sol, read.curve_ratio
    assert cost is None or (cost.is_finite() and cost > 0)
    assert ratio is None or 0 <= ratio <= 1
    assert read.creator is None or unbase58(read.creator) != bytes(32)


@settings(max_examples=300, database=None, deadline=None)
@given(tail=st.binary(max_size=200))
def test_random_bytes_are_refused_or_read_without_a_false_figure(tail: bytes) -> None:
    for data in (tail, TRADED[:8] + tail):
        try:
            sane(decode_bonding_curve(data))
        except BadPayload:
            continue


@settings(max_examples=300, database=None, deadline=None)
@given(data=st.data())
def test_no_damage_to_an_account_makes_a_false_figure(data: st.DataObject) -> None:
    account = bytearray(data.draw(st.sampled_from(sorted(ACCOUNTS.values()))))
    for _ in range(data.draw(st.integers(1, 6))):
        account[data.draw(st.integers(0, len(account) - 1))] = data.draw(st.integers(0, 255))
    try:
        sane(decode_bonding_curve(bytes(account[: data.draw(st.integers(0, len(account)))])))
    except BadPayload:
        return
