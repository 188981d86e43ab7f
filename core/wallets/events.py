"""What is told of followed wallets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from data.models.following import Followed, MoveSeen, SeveralRule
from data.models.ids import Chain, TokenKey

KIND = "wallet"
SEVERAL = "wallets"
_DID = {"buy": "bought", "sell": "sold", "in": "received", "out": "sent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletMoved:
    """A followed wallet did something: `label` is what this follower calls it.

    `value_usd` is what was paid or got, None where nobody tells; `seen_at` is when we saw it, like `at` by
    the market's time.
    """

    version: int = 1
    label: str
    token: TokenKey
    symbol: str
    move: MoveSeen
    seen_at: datetime

    @property
    def headline(self) -> str:
        """Say it in a line."""
        who = self.label or f"{self.move.wallet[:4]}…{self.move.wallet[-4:]}"
        return f"{who} {_DID.get(self.move.side, self.move.side)} {self.symbol or self.token.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One owner's purchases within the window: wallets with their labels; USD where all of it is known."""

    wallets: tuple[str, ...]
    labels: tuple[str, ...]
    value_usd: Decimal | None
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralBought:
    """Several independent owners bought a token; the rule is as it was then."""

    version: int = 1
    token: TokenKey
    symbol: str
    buyers: tuple[Buyer, ...]
    rule: SeveralRule
    at: datetime

    @property
    def headline(self) -> str:
        """Say it in a line."""
        return f"{len(self.buyers)} of your wallets' owners bought {self.symbol or self.token.address}"


def moved(entry: Followed, move: MoveSeen, symbol: str, now: datetime) -> WalletMoved:
    """Tell a follower of a move."""
    return WalletMoved(
        label=entry.label, token=TokenKey(Chain.SOLANA, move.mint), symbol=symbol, move=move, seen_at=now
    )


def key_of(entry: Followed, move: MoveSeen) -> str:
    """Make one fact of a move for one follower, however often it is told."""
    return f"{KIND}:{entry.user_id}:{move.wallet}:{move.signature}:{move.mint}"
