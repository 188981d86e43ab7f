"""What moves were worth in USD when they happened, and what their tokens are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from core.wallets.moves import LAMPORTS, Move, SolPrice
from core.wallets.prices import Prices
from core.wallets.report import key_of
from data.clock import Clock
from data.models.fields import PRICE_USD, SYMBOL
from data.models.ids import SOL
from data.models.money import EXACT, times
from data.models.text import one_line
from data.models.wallets import WalletSpan
from data.ports import Deadline

_NOW = timedelta(minutes=15)  # within which SOL costs what it costs now
_WITHIN_S = 8.0
_MOST = 30
_SYMBOL = 32


def _untold(at: object) -> Decimal | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Symbols by mint, and SOL's price of then; what nobody tells is empty or None."""

    symbols: Mapping[str, str] = field(default_factory=dict)
    sol_usd: SolPrice = _untold

    def symbol(self, mint: str) -> str:
        """Call a token; empty where nobody does."""
        return self.symbols.get(mint, "")

    def value_usd(self, move: Move) -> Decimal | None:
        """Tell what a move was paid with, in USD."""
        if move.micro_usd is not None:
            return EXACT.scaleb(Decimal(move.micro_usd), -6)
        price = None if move.at is None else self.sol_usd(move.at)
        if move.lamports is None or price is None:
            return None
        return EXACT.divide(times(Decimal(move.lamports), price), Decimal(LAMPORTS))


class Worths:
    """Asks for prices and names."""

    def __init__(self, prices: Prices, clock: Clock) -> None:
        self._prices = prices
        self._clock = clock

    async def of(self, moves: Sequence[Move]) -> Worth:
        """Learn what is needed to tell of moves; what no source tells in time stays unknown."""
        deadline = Deadline.after(self._clock, _WITHIN_S)
        mints = list(dict.fromkeys(move.mint for move in moves))[:_MOST]
        rows, _ = await self._prices.now((SOL, *map(key_of, mints)), deadline)
        named = {mint: rows[key_of(mint)].get(SYMBOL) for mint in mints if key_of(mint) in rows}
        sol = rows.get(SOL)
        now, sol_now = self._clock.now(), None if sol is None else sol.get(PRICE_USD)
        old = [move for move in moves if move.lamports and move.at is not None and now - move.at > _NOW]
        then = await self._prices.of_sol(WalletSpan.D1, deadline) if old else _untold
        return Worth(
            symbols={mint: one_line(name, _SYMBOL) for mint, name in named.items() if name},
            sol_usd=lambda at: sol_now if now - at <= _NOW else then(at),
        )
