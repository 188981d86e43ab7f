"""What the first transactions of a token show: who made it, where it began to trade, who bought. Pure.

A balance that fell without its owner's signature is a pool's or a curve's, and only what came out of such a
one was bought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from data.models.ids import SOL_MINT
from data.models.launch import Creation, EarlyBuy, Origin, TokenChange, Transaction


class Start(NamedTuple):
    """When a token could first be bought."""

    slot: int
    at: datetime | None


def venues(transactions: Iterable[Transaction], mint: str) -> frozenset[str]:
    """Name the pools and curves: whose balance of the token fell without a signature of theirs."""
    return frozenset(
        change.owner
        for each in transactions
        for change in each.tokens
        if change.mint == mint and change.gained < 0 and change.owner not in each.signers
    )


def creation(transactions: Sequence[Transaction], mint: str) -> Creation | None:
    """Find the transaction that made the token; its first signer made it."""
    made = next((each for each in transactions if mint in each.created and each.signers), None)
    if made is None:
        return None
    creator = next((signer for signer in made.signers if signer != mint), made.signers[0])
    return Creation(creator=creator, signature=made.signature, slot=made.slot, at=made.at)


def early_buys(transactions: Sequence[Transaction], mint: str, pools: frozenset[str]) -> tuple[EarlyBuy, ...]:
    """List the purchases: what wallets gained where a pool paid out, or where the token was made."""
    places: defaultdict[int, int] = defaultdict(int)
    found: list[EarlyBuy] = []
    for each in transactions:
        place = places[each.slot]
        places[each.slot] += 1
        changes = [change for change in each.tokens if change.mint == mint]
        paid_out = any(change.owner in pools and change.gained < 0 for change in changes)
        # Where it is made and a pool filled at once, its maker buys; made alone, all of it is the maker's.
        filled = mint in each.created and any(
            change.gained > 0 and change.owner not in each.signers for change in changes
        )
        for change in changes:
            signed = change.owner in each.signers
            if change.gained > 0 and change.owner not in pools and (paid_out or (filled and signed)):
                found.append(
                    EarlyBuy(
                        buyer=change.owner,
                        account=change.account,
                        signature=each.signature,
                        slot=each.slot,
                        at=each.at,
                        tokens=change.gained,
                        quote=_paid(each, change),
                        place=place,
                    )
                )
    return tuple(found)


def _paid(each: Transaction, change: TokenChange) -> int | None:
    """Tell what a purchase cost, in lamports: as the launchpad logged it, or as it left the wallet.

    What was paid in another token is not told.
    """
    logged = [
        trade.quote
        for trade in each.trades
        if trade.is_buy and trade.user == change.owner and trade.mint == change.mint
    ]
    if logged:
        return None if None in logged else sum(quote for quote in logged if quote is not None)
    swapped = any(
        other.owner == change.owner and other.gained < 0 and other.mint != SOL_MINT for other in each.tokens
    )
    spent = sum(coin.lamports for coin in each.coins if coin.account == change.owner)
    return -spent if spent < 0 and not swapped else None


def start(
    transactions: Sequence[Transaction], mint: str, pools: frozenset[str], buys: Sequence[EarlyBuy]
) -> Start | None:
    """Tell when it could first be bought: when a pool was filled, or somebody bought; None if neither was."""
    filled = (
        Start(each.slot, each.at)
        for each in transactions
        if any(change.mint == mint and change.owner in pools and change.gained > 0 for change in each.tokens)
    )
    seen = [
        *([first] if (first := next(filled, None)) else []),
        *(Start(buy.slot, buy.at) for buy in buys[:1]),
    ]
    return min(seen, key=lambda each: each.slot, default=None)


def origin_of(wallet: str, first: Transaction) -> Origin:
    """Read a wallet's first transaction: who signed it and paid in what the wallet gained."""
    gained = sum(coin.lamports for coin in first.coins if coin.account == wallet)
    payers = [
        coin.account
        for coin in first.coins
        if coin.account in first.signers and coin.account != wallet and coin.lamports < 0
    ]
    funder = payers[0] if gained > 0 and payers else None
    return Origin(wallet=wallet, first_at=first.at, first_slot=first.slot, funder=funder)
