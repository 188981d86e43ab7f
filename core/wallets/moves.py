"""What a transaction did to a wallet's tokens: bought, sold, or moved in or out. Pure.

A purchase is what the wallet signed for, where one token came in and money left; money is SOL, wrapped or
not, and the dollars of known issuers. Rent that stays in the wallet's own token accounts is not spent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from core.security.known import MONEY, WELL_KNOWN
from data.models.ids import SOL_MINT
from data.models.launch import Transaction
from data.models.money import divided

LAMPORTS = 10**9
DOLLARS = frozenset(WELL_KNOWN[name] for name in MONEY) - {SOL_MINT}

SolPrice: TypeAlias = Callable[[datetime], Decimal | None]


class Side(StrEnum):
    """What happened to the tokens of a move."""

    BUY = "buy"
    SELL = "sell"
    IN = "in"  # received, for nothing that this transaction shows
    OUT = "out"

    @property
    def adds(self) -> bool:
        """Whether the wallet has more afterwards."""
        return self in {Side.BUY, Side.IN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One token of a wallet changing: `units` and what was held `before`, in base units.

    What was paid or got is in `lamports`, or as it was in millionths of a dollar; None both: nobody tells.
    `fee` is what the wallet paid the network, in lamports.
    """

    signature: str
    slot: int
    at: datetime | None
    mint: str
    side: Side
    units: int
    before: int
    lamports: int | None = None
    micro_usd: int | None = None
    fee: int = 0


def moves_of(transaction: Transaction, wallet: str) -> tuple[Move, ...]:
    """List what a transaction did to each token of a wallet; nothing for one that failed."""
    if transaction.failed:
        return ()
    held: defaultdict[str, int] = defaultdict(int)
    gained: defaultdict[str, int] = defaultdict(int)
    for change in transaction.tokens:
        if change.owner == wallet:
            held[change.mint] += change.before
            gained[change.mint] += change.gained
    fee = (transaction.fee or 0) if transaction.signers[:1] == (wallet,) else 0
    coins = _coins(transaction, wallet) + fee
    dollars = sum(amount for mint, amount in gained.items() if mint in DOLLARS)
    traded = {
        mint: amount for mint, amount in gained.items() if amount and mint != SOL_MINT and mint not in DOLLARS
    }
    signed = wallet in transaction.signers
    found: list[Move] = []
    for mint, amount in sorted(traded.items()):
        side, paid = _told(amount, coins, dollars, traded) if signed else (_moved(amount), {})
        found.append(
            Move(
                signature=transaction.signature, slot=transaction.slot, at=transaction.at, mint=mint,
                side=side, units=abs(amount), before=held[mint], fee=0 if found else fee, **paid,
            )
        )  # fmt: skip
    return tuple(found)


def _coins(transaction: Transaction, wallet: str) -> int:
    """Tell what the wallet gained in lamports, those in its own token accounts counted as its own."""
    own = {wallet} | {change.account for change in transaction.tokens if change.owner == wallet}
    return sum(coin.lamports for coin in transaction.coins if coin.account in own)


def _moved(amount: int) -> Side:
    return Side.IN if amount > 0 else Side.OUT


def _told(amount: int, coins: int, dollars: int, traded: Mapping[str, int]) -> tuple[Side, Mapping[str, int]]:
    """Tell whether a change was a trade, and for how much of which money."""
    bought = amount > 0
    if len(traded) > 1:  # one token for another: traded, at a price that nobody names
        others = [each for each in traded.values() if (each > 0) != bought]
        swapped = len(traded) == 2 and len(others) == 1
        return (Side.BUY if bought else Side.SELL) if swapped else _moved(amount), {}
    if dollars and (dollars < 0) == bought:
        return Side.BUY if bought else Side.SELL, {"micro_usd": abs(dollars)}
    if coins and (coins < 0) == bought and not dollars:
        return Side.BUY if bought else Side.SELL, {"lamports": abs(coins)}
    return _moved(amount), {}


def in_lamports(moves: Iterable[Move], price: SolPrice) -> tuple[Move, ...]:
    """Turn dollars into lamports by the price of SOL at the time; where nobody tells it, nothing is told."""
    return tuple(_converted(move, price) for move in moves)


def _converted(move: Move, price: SolPrice) -> Move:
    if move.micro_usd is None or move.at is None:
        return move
    sol_usd = price(move.at)
    sol = None if sol_usd is None else divided(Decimal(move.micro_usd).scaleb(-6), sol_usd)
    return move if sol is None else replace(move, lamports=int(sol * LAMPORTS))
