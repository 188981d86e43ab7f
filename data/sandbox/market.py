"""What can be read off a pool's tape at one moment: its state, its activity over a span, its last trades.

Pure functions over rows; times are seconds since the world's epoch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from data.sandbox import seeds, tape
from data.sandbox.prices import Array
from data.sandbox.tape import Rows
from data.sandbox.tokens import Pool

WALLETS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """A pool at one moment. Reserves are in whole tokens; a curve's are the real ones, not the virtual."""

    pool: Pool
    price_usd: float
    price_native: float  # in the quote token
    quote_usd: float
    base_reserve: float
    quote_reserve: float
    last_trade_s: float | None

    @property
    def liquidity_usd(self) -> float:
        return self.base_reserve * self.price_usd + self.quote_reserve * self.quote_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What traders did in a pool over one span; no change is told where nobody traded."""

    buys: int
    sells: int
    buyers: int
    sellers: int
    buy_volume_usd: float
    sell_volume_usd: float
    change_ratio: float | None

    @property
    def volume_usd(self) -> float:
        return self.buy_volume_usd + self.sell_volume_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One swap, seen from the base token; amounts, and the reserves after it, are in whole tokens.

    A curve's reserves are the virtual ones.
    """

    signature: str
    trader: str
    number: int  # the trader's
    at: datetime
    is_buy: bool
    base_amount: float
    quote_amount: float
    price_usd: float
    price_native: float
    volume_usd: float
    base_reserve: float
    quote_reserve: float


def state(pool: Pool, rows: Rows, supply_units: float) -> PoolState:
    """Read a pool as its newest row leaves it."""
    base, quote = (float(side[0]) for side in rows.cut(-1).reserves())
    if pool.dex.is_curve:
        base = min(supply_units, base - (tape.CURVE_BASE - supply_units))
        quote = max(0.0, quote - tape.CURVE_QUOTE)
    price_usd, price_native = float(rows.usd[-1]), float(rows.native[-1])
    traded = rows.at[-2:][rows.volume[-2:] != 0.0]  # only an opening or a closing row is no trade
    return PoolState(
        pool=pool,
        price_usd=price_usd,
        price_native=price_native,
        quote_usd=price_usd / price_native,
        base_reserve=base,
        quote_reserve=quote,
        last_trade_s=float(traded[-1]) if len(traded) else None,
    )


def activity(pool: Pool, rows: Rows, since_s: float) -> Activity:
    """Sum up the trades after a time."""
    first = int(np.searchsorted(rows.at, since_s, side="right"))
    recent = rows.cut(first)
    bought, sold = recent.volume > 0, recent.volume < 0
    buys, sells = int(np.count_nonzero(bought)), int(np.count_nonzero(sold))
    wallets = _wallets(pool, recent)
    before = float(rows.usd[max(0, first - 1)])
    return Activity(
        buys=buys,
        sells=sells,
        buyers=_different(wallets[bought]),
        sellers=_different(wallets[sold]),
        buy_volume_usd=float(recent.volume[bought].sum()),
        sell_volume_usd=float(-recent.volume[sold].sum()),
        change_ratio=float(rows.usd[-1]) / before - 1.0 if buys or sells else None,
    )


def native_range(rows: Rows, since_s: float) -> tuple[float, float]:
    """Find the lowest and the highest price in the quote token since a time."""
    first = int(np.searchsorted(rows.at, since_s, side="right"))
    seen = rows.native[max(0, first - 1) :]
    return float(seen.min()), float(seen.max())


def combined(parts: Sequence[Activity]) -> Activity:
    """Add activities up; the price change is that of the first."""
    return Activity(
        buys=sum(part.buys for part in parts),
        sells=sum(part.sells for part in parts),
        buyers=sum(part.buyers for part in parts),
        sellers=sum(part.sellers for part in parts),
        buy_volume_usd=sum(part.buy_volume_usd for part in parts),
        sell_volume_usd=sum(part.sell_volume_usd for part in parts),
        change_ratio=parts[0].change_ratio if parts else None,
    )


def from_the_quote(parts: Sequence[Activity], change_ratio: float) -> Activity:
    """Add activities up as the quote token has them: who buys the base sells the quote."""
    whole = combined(parts)
    return Activity(
        buys=whole.sells,
        sells=whole.buys,
        buyers=whole.sellers,
        sellers=whole.buyers,
        buy_volume_usd=whole.sell_volume_usd,
        sell_volume_usd=whole.buy_volume_usd,
        change_ratio=change_ratio if whole.change_ratio is not None else None,
    )


def trades(seed: int, pool: Pool, rows: Rows, epoch: datetime, limit: int) -> Sequence[Trade]:
    """List the last trades, newest first."""
    tail = rows.cut(max(0, len(rows) - limit - 2))
    base, quote = tail.reserves()
    wallets = _wallets(pool, tail)
    found = [
        Trade(
            signature=seeds.signature(seed, pool.address, int(tail.at[index] * 1_000_000)),
            trader=seeds.address(seed, "trader", int(wallets[index])),
            number=int(wallets[index]),
            at=epoch + timedelta(seconds=float(tail.at[index])),
            is_buy=bool(tail.volume[index] > 0),
            base_amount=abs(float(base[index] - base[index - 1])),
            quote_amount=abs(float(quote[index] - quote[index - 1])),
            price_usd=float(tail.usd[index]),
            price_native=float(tail.native[index]),
            volume_usd=abs(float(tail.volume[index])),
            base_reserve=float(base[index]),
            quote_reserve=float(quote[index]),
        )
        for index in range(len(tail) - 1, 0, -1)
        if tail.volume[index] != 0.0
    ]
    return found[:limit]


def swapped_by(pool: Pool, rows: Rows, number: int) -> list[tuple[float, float, float]]:
    """List a trader's swaps, oldest first: when, and what came in of base and of quote, below zero what left.

    Each row is worked out alone: over an array, the last digit of a power depends on the array's length.
    """
    places = np.flatnonzero((_wallets(pool, rows) == number) & (rows.volume != 0.0))
    found = []
    for place in places[places > 0]:
        sides = [_reserves(rows, place - 1), _reserves(rows, place)]
        base, quote = (abs(after - before) for before, after in zip(*sides, strict=True))
        sign = 1.0 if rows.volume[place] > 0 else -1.0
        found.append((float(rows.at[place]), sign * base, -sign * quote))
    return found


def _reserves(rows: Rows, place: int) -> tuple[float, float]:
    log_k, log_native = float(rows.log_k[place]), math.log(float(rows.native[place]))
    return math.exp((log_k - log_native) / 2), math.exp((log_k + log_native) / 2)


def _different(wallets: Array) -> int:
    """Count the different numbers; sorting them, as `np.unique` does, takes several times as long."""
    return int(np.count_nonzero(np.bincount(wallets.astype(np.intp))))


def _wallets(pool: Pool, rows: Rows) -> Array:
    """Number the wallet behind each trade: one wallet makes all of a honeypot's sales."""
    numbers = np.floor((rows.at * 997.0 % 1.0) ** 2 * WALLETS)
    return np.where(pool.buys_only & (rows.volume < 0), 0.0, numbers)
