"""A wallet's report: what it holds, did and earned, and what following it would have brought. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.boards.rows import Row
from core.wallets.copyability import Copyability
from core.wallets.history import History
from core.wallets.holdings import Held, Standing
from core.wallets.labels import Label
from core.wallets.ledger import Ledger, Position
from core.wallets.moves import LAMPORTS
from core.wallets.stats import Record
from data.models.fields import NAME, PRICE_USD, SYMBOL
from data.models.ids import SOL, SOL_MINT, Chain, ProviderId, TokenKey
from data.models.market import Gap
from data.models.money import EXACT, TokenAmount, times
from data.models.wallets import WalletHolding, WalletProfit, WalletSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """One thing that a wallet holds, with its worth in USD and what its book says; None is unknown.

    `unrealised_usd` is its worth less its cost, for the units that had one. `disputed`: sources contradict
    each other about its price.
    """

    token: TokenKey
    amount: TokenAmount
    symbol: str | None
    name: str | None
    price_usd: Decimal | None
    value_usd: Decimal | None
    disputed: bool = False
    position: Position | None = None
    unrealised_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletReport:
    """All that is known of a wallet over a span; what is still being asked is None.

    `sol_usd` is what SOL costs now. `profits` are what vendors reckon, each by its own ways.
    """

    wallet: str
    span: WalletSpan
    at: datetime
    standing: Standing
    bags: tuple[Bag, ...] = ()
    held: Held | None = None
    sol_usd: Decimal | None = None
    history: History | None = None
    ledger: Ledger | None = None
    record: Record | None = None
    copies: Copyability | None = None
    labels: tuple[Label, ...] = ()
    profits: tuple[tuple[ProviderId, WalletProfit], ...] = ()
    gaps: tuple[Gap, ...] = ()
    unpriced: int = 0

    @property
    def value_usd(self) -> Decimal | None:
        """What all that has a price is worth; None where nothing has."""
        told = [bag.value_usd for bag in self.bags if bag.value_usd is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def unrealised_usd(self) -> Decimal | None:
        """What is held is worth more than it cost, where both are known; None where nothing is."""
        told = [bag.unrealised_usd for bag in self.bags if bag.unrealised_usd is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def sources(self) -> tuple[ProviderId, ...]:
        """Name who told of it."""
        told = [] if self.held is None else list(self.held.sources)
        if self.history is not None and self.history.source is not None:
            told.append(self.history.source)
        return tuple(dict.fromkeys((*told, *(source for source, _ in self.profits))))

    @property
    def nothing(self) -> bool:
        """Whether nothing at all is known of such a wallet, though somebody answered."""
        silent = self.held is None or not self.held.holdings
        return silent and self.history is not None and not self.history.listed and bool(self.sources)


def bags(
    held: Held, rows: Mapping[TokenKey, Row], ledger: Ledger | None, sol_usd: Decimal | None
) -> tuple[Bag, ...]:
    """Put worth and book beside what is held, the most valuable first, what has no price last."""
    found = [_bag(row, rows.get(key_of(row.mint)), ledger, sol_usd) for row in held.holdings]
    found.sort(key=lambda bag: (bag.value_usd is None, -(bag.value_usd or 0), bag.token))
    return tuple(found)


def key_of(mint: str) -> TokenKey:
    """Name a token of the chain that wallets are read on."""
    return TokenKey(Chain.SOLANA, mint)


def _bag(row: WalletHolding, told: Row | None, ledger: Ledger | None, sol_usd: Decimal | None) -> Bag:
    amount = TokenAmount(row.amount, row.decimals)
    price = row.price_usd if told is None else told.get(PRICE_USD) or row.price_usd
    position = None if ledger is None else ledger.of(row.mint)
    return Bag(
        token=key_of(row.mint),
        amount=amount,
        symbol="SOL" if row.mint == SOL_MINT else (told and told.get(SYMBOL)) or row.symbol,
        name=(told and told.get(NAME)) or row.name,
        price_usd=price,
        value_usd=None if price is None else times(amount.units, price),
        disputed=told is not None and PRICE_USD in told.disputed,
        position=position,
        unrealised_usd=_unrealised(row, position, price, sol_usd),
    )


def _unrealised(
    row: WalletHolding, position: Position | None, price: Decimal | None, sol_usd: Decimal | None
) -> Decimal | None:
    """Tell what the units of known cost are worth beyond it; no more of them than are held."""
    if position is None or not position.known or price is None or sol_usd is None:
        return None
    units = min(position.known, row.amount)
    cost = EXACT.divide(Decimal(position.cost * units), Decimal(position.known))
    worth = times(TokenAmount(units, row.decimals).units, price)
    return worth - in_usd(cost, sol_usd)


def in_usd(lamports: Decimal | int, sol_usd: Decimal) -> Decimal:
    """Turn lamports into USD."""
    return EXACT.divide(times(Decimal(lamports), sol_usd), Decimal(LAMPORTS))


def to_price(held: Held, ledger: Ledger | None, most: int) -> tuple[TokenKey, ...]:
    """Choose what to ask prices of: SOL, what was traded, then what a vendor finds most valuable.

    What has no fractions and is held once is a collectible, and has no price in a pool.
    """
    traded = set() if ledger is None else {each.mint for each in ledger.positions}
    rows = [row for row in held.holdings if row.mint != SOL_MINT and (row.decimals or row.amount > 1)]
    rows.sort(key=lambda row: (row.mint not in traded, -(row.value_usd or 0), row.symbol is None, row.mint))
    return (SOL, *(key_of(row.mint) for row in rows))[:most]


def unpriced(found: Sequence[Bag]) -> int:
    """Count what has no price."""
    return sum(bag.value_usd is None for bag in found)
