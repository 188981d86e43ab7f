"""What transactions do to a wallet's tokens: bought, sold, moved, swapped, and what is not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.wallets.moves import Move, Side, in_lamports, moves_of
from data.chain import history
from data.models.ids import SOL_MINT, USDC_MINT
from data.models.launch import CoinChange, TokenChange, Transaction
from data.providers.base import Ask
from tests.fakes.clock import START
from tests.unit.data.providers.recorded import sample

ME, POOL, FRIEND = "me", "pool", "friend"
BONK, WIF = "bonk", "wif"
RENT = 2_039_280
FEE = 5_000
SOL = 10**9


def change(owner: str, mint: str, gained: int, before: int = 0) -> TokenChange:
    start = max(before, -gained)
    return TokenChange(account=f"{owner} {mint}", owner=owner, mint=mint, before=start, after=start + gained)


def transaction(
    *changes: TokenChange, coins: dict[str, int], signers: tuple[str, ...] = (ME,), fee: int | None = FEE
) -> Transaction:
    return Transaction(
        signature="sig", slot=7, at=START, failed=False, signers=signers, tokens=changes,
        coins=tuple(CoinChange(account=account, lamports=each) for account, each in coins.items()), fee=fee,
    )  # fmt: skip


def one(told: Transaction) -> Move:
    (move,) = moves_of(told, ME)
    return move


def test_a_purchase_costs_what_left_the_wallet_without_fee_and_rent() -> None:
    spent = -(SOL + FEE + RENT)
    bought = transaction(
        change(ME, BONK, 500), change(POOL, BONK, -500), coins={ME: spent, f"{ME} {BONK}": RENT, POOL: SOL}
    )
    assert one(bought) == Move(
        signature="sig", slot=7, at=START, mint=BONK, side=Side.BUY, units=500, before=0, lamports=SOL,
        fee=FEE,
    )  # fmt: skip


def test_a_sale_that_closes_its_account_brings_no_rent() -> None:
    sold = transaction(
        change(ME, BONK, -500), change(POOL, BONK, 500),
        coins={ME: SOL - FEE + RENT, f"{ME} {BONK}": -RENT, POOL: -SOL},
    )  # fmt: skip
    move = one(sold)
    assert (move.side, move.units, move.lamports, move.before) == (Side.SELL, 500, SOL, 500)


def test_wrapped_sol_counts_once() -> None:
    """The lamports of a wallet's own account of wrapped SOL are its SOL."""
    bought = transaction(
        change(ME, BONK, 500), change(ME, SOL_MINT, -SOL, before=2 * SOL),
        coins={ME: -FEE, f"{ME} {SOL_MINT}": -SOL, POOL: SOL},
    )  # fmt: skip
    assert one(bought).lamports == SOL


def test_what_is_sent_or_received_is_no_trade() -> None:
    gift = transaction(change(ME, BONK, 5), change(FRIEND, BONK, -5), coins={FRIEND: -FEE}, signers=(FRIEND,))
    assert (one(gift).side, one(gift).fee, one(gift).lamports) == (Side.IN, 0, None)
    # Somebody else's signature makes no purchase of ours, whatever else moves.
    odd = transaction(change(ME, BONK, 5), coins={ME: -SOL}, signers=(FRIEND,))
    assert one(odd).side is Side.IN
    sent = transaction(change(ME, BONK, -5), change(FRIEND, BONK, 5), coins={ME: -FEE - RENT, "new": RENT})
    assert (one(sent).side, one(sent).fee) == (Side.OUT, FEE)
    free = transaction(change(ME, BONK, 5), coins={ME: -FEE})
    assert one(free).side is Side.IN


def test_dollars_are_money_too_and_are_turned_by_the_price_of_then() -> None:
    bought = transaction(
        change(ME, BONK, 5), change(ME, USDC_MINT, -30_000_000, before=90_000_000), coins={ME: -FEE - 10_000}
    )
    move = one(bought)
    assert (move.side, move.lamports, move.micro_usd) == (Side.BUY, None, 30_000_000)
    (turned,) = in_lamports([move], lambda at: Decimal(150) if at == START else None)
    assert turned.lamports == SOL // 5
    (unknown,) = in_lamports([replace(move, at=START + timedelta(1))], lambda at: None)
    assert unknown.lamports is None
    (zero,) = in_lamports([move], lambda at: Decimal(0))
    assert zero.lamports is None


def test_one_token_for_another_is_two_trades_at_no_known_price() -> None:
    swapped = transaction(change(ME, BONK, -5), change(ME, WIF, 7), coins={ME: -FEE})
    assert [(move.mint, move.side, move.lamports, move.fee) for move in moves_of(swapped, ME)] == [
        (BONK, Side.SELL, None, FEE),
        (WIF, Side.BUY, None, 0),
    ]


@pytest.mark.parametrize("wallet", ["", POOL, "nobody"])
def test_others_and_failures_move_nothing(wallet: str) -> None:
    told = transaction(change(ME, BONK, 5), coins={ME: -SOL})
    assert moves_of(told, "nobody") == ()
    assert moves_of(replace(told, failed=True), ME) == ()
    assert moves_of(told, wallet) == ()


def test_a_recorded_transaction_is_read_without_a_word_too_much() -> None:
    body = sample("solana", "getTransaction-json-v0-lookup-table.json")
    (told,) = history.parse_transaction(body, Ask(query="x"), START)
    owners = {change.owner for change in told.tokens} | set(told.signers)
    for owner in owners:
        for move in moves_of(told, owner):
            assert move.units > 0
            assert move.before >= 0
            assert move.lamports is None or move.lamports > 0
