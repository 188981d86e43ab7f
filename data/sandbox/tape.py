"""Everything that happened in one pool: traders take it from price to price along its constant product.

Knows one pool and the two price paths; knows no clock: it is asked up to a time, and draws whole days ahead.
A row without volume is no trade: the opening of the pool, or liquidity leaving it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.sandbox import seeds
from data.sandbox.prices import DAY_S, MINUTES, PricePath
from data.sandbox.tokens import Pool

Array: TypeAlias = NDArray[np.float64]

KEPT_DAYS = 15  # rows older than this before the newest day are let go
CURVE_BASE = 1_073_000_000.0  # pump.fun's virtual reserves at the start, in whole tokens and SOL
CURVE_QUOTE = 30.0
CURVE_SOLD = 793_100_000.0  # the curve completes when these have been sold
_CURVE_HEIGHT = math.log(CURVE_BASE / (CURVE_BASE - CURVE_SOLD)) * 2  # of the log price, start to completion
_FRESH_BUSTLE = 5.0  # a new pool trades this much faster, fading over an hour
_CLIMB = 24  # buys between two sales of a honeypot's creator
_CLIMB_STEP = 0.006


@dataclass(slots=True, eq=False)  # not frozen: the most made of all objects here
class Rows:
    """Columns over the events of a pool, oldest first. Prices are those after the event."""

    at: Array  # seconds since the world's epoch
    usd: Array
    native: Array  # in the quote token
    log_k: Array  # natural log of base reserve times quote reserve, in whole tokens
    volume: Array  # USD; below zero for a sale, zero for no trade

    def __len__(self) -> int:
        return len(self.at)

    def cut(self, first: int, last: int | None = None) -> Rows:
        """Take the rows from `first` up to `last`."""
        part = slice(first, last)
        return Rows(self.at[part], self.usd[part], self.native[part], self.log_k[part], self.volume[part])

    def trades(self) -> Rows:
        """Leave out the rows that are no trades."""
        kept = self.volume != 0.0
        return Rows(self.at[kept], self.usd[kept], self.native[kept], self.log_k[kept], self.volume[kept])

    def reserves(self) -> tuple[Array, Array]:
        """Split the product into base and quote reserves, in whole tokens."""
        log_native = np.log(self.native)
        return np.exp((self.log_k - log_native) / 2), np.exp((self.log_k + log_native) / 2)


def input_ratio(moves: Array, fee_ratio: float) -> Array:
    """Tell what a trade pays in, as a share of the reserve it pays into, to move the log price by `moves`.

    Solves (1 + d)(1 + (1 - fee) d) = exp(|move|) for d: the fee stays in the pool.
    """
    linear, square = 2.0 - fee_ratio, 1.0 - fee_ratio
    root = np.sqrt(linear * linear + 4.0 * square * np.expm1(np.abs(moves)))
    return np.asarray((root - linear) / (2.0 * square), dtype=np.float64)


class Tape:
    """The rows of one pool, drawn a day at a time as they are asked for."""

    def __init__(self, seed: int, pool: Pool, base: PricePath, quote: PricePath, life_s: tuple[float, float]):
        """Start a tape; `life_s` is when the pool opens and when trading ends."""
        self._seed = seed
        self._pool = pool
        self._base = base
        self._quote = quote
        self._born_s, self._ends_s = life_s
        self._next_day = int(max(0.0, self._born_s) // DAY_S)
        self._rows = self._opening()
        self._let_go_peak = (0.0, 0.0)

    def until(self, now_s: float) -> Rows:
        """Give every kept row up to a time, that of the opening included."""
        self._draw_until(now_s)
        return self._rows.cut(0, int(np.searchsorted(self._rows.at, now_s, side="right")))

    def peak(self, now_s: float) -> tuple[float, float]:
        """Find the highest price so far in USD, and when it was paid."""
        rows = self.until(now_s)
        if not len(rows):
            return self._let_go_peak
        top = int(np.argmax(rows.usd))
        return max((float(rows.usd[top]), float(rows.at[top])), self._let_go_peak)

    def _draw_until(self, now_s: float) -> None:
        parts, newest = [self._rows], self._rows
        while self._next_day * DAY_S <= now_s:
            day = self._day(self._next_day, newest)
            newest = day if len(day) else newest
            parts.append(day)
            self._next_day += 1
        if len(parts) > 1:
            self._rows = self._let_go(_joined(parts))

    def _let_go(self, rows: Rows) -> Rows:
        first = int(np.searchsorted(rows.at, (self._next_day - KEPT_DAYS) * DAY_S))
        first = min(first, len(rows) - 1)
        if first:
            top = int(np.argmax(rows.usd[:first]))
            self._let_go_peak = max(self._let_go_peak, (float(rows.usd[top]), float(rows.at[top])))
        return rows.cut(first)

    def _opening(self) -> Rows:
        at = max(0.0, self._born_s)
        quote_usd = self._quote.usd(at)
        if self._pool.dex.is_curve:
            native, quote = CURVE_QUOTE / CURVE_BASE, CURVE_QUOTE
        else:
            native = self._base.usd(at) / quote_usd
            quote = self._pool.liquidity_usd / 2 / quote_usd
        log_k = 2 * math.log(quote) - math.log(native)
        cells = (at, native * quote_usd, native, log_k, 0.0)
        return Rows(*(np.array([cell]) for cell in cells))

    def _day(self, day: int, before: Rows) -> Rows:
        if day * DAY_S > self._ends_s:
            return before.cut(len(before))
        rng = seeds.stream(self._seed, "trades", self._pool.address, day)
        at = self._times(rng, day)
        rows = self._trade(rng, at, before) if at.size else before.cut(len(before))
        if not day * DAY_S <= self._ends_s < (day + 1) * DAY_S:
            return rows
        last = (rows if len(rows) else before).cut(-1)
        log_k = last.log_k + 2 * math.log(self._pool.left_ratio)
        left = Rows(np.array([self._ends_s]), last.usd, last.native, log_k, np.zeros(1))
        return _joined([rows, left])

    def _times(self, rng: np.random.Generator, day: int) -> Array:
        minutes = day * DAY_S + np.arange(MINUTES) * 60.0
        season = 1.0 + 0.4 * np.sin((minutes % DAY_S) / DAY_S * 2 * math.pi - 2.0)
        bustle = 1.0 + _FRESH_BUSTLE * np.exp(-np.maximum(minutes - self._born_s, 0.0) / 3_600.0)
        counts = rng.poisson(self._pool.trades_per_minute * season * bustle)
        at = np.repeat(minutes, counts) + rng.random(int(counts.sum())) * 60.0
        at.sort()
        return at[(at > self._born_s) & (at < self._ends_s)]

    def _trade(self, rng: np.random.Generator, at: Array, before: Rows) -> Rows:
        log_quote_usd = self._quote.log_usd(at)
        bounce = rng.normal(size=at.size) * self._pool.bounce
        if self._pool.buys_only:
            bounce = np.arange(at.size, dtype=np.float64) % _CLIMB * _CLIMB_STEP
        log_native = self._base.log_usd(at) - log_quote_usd
        log_native = _on_curve(log_native, bounce) if self._pool.dex.is_curve else log_native + bounce
        held = np.concatenate((np.log(before.native[-1:]), log_native))
        moves = np.diff(held)
        paid = input_ratio(moves, self._pool.dex.fee_ratio)
        kept = np.log1p((1.0 - self._pool.dex.fee_ratio) * paid)
        growth = np.log1p(paid) - kept
        log_k = before.log_k[-1] + np.cumsum(growth)
        quote_before = np.exp((log_k - growth + held[:-1]) / 2)
        turnover = np.where(moves > 0, paid, -np.expm1(-kept)) * quote_before * np.exp(log_quote_usd)
        return Rows(
            at, np.exp(log_native + log_quote_usd), np.exp(log_native), log_k, turnover * np.sign(moves)
        )


def _on_curve(log_native: Array, bounce: Array) -> Array:
    """Hold prices between a curve's first price and its completion; what bounces out is thrown back."""
    floor = math.log(CURVE_QUOTE / CURVE_BASE)
    top = floor + _CURVE_HEIGHT
    inside = np.clip(log_native, floor, top) + bounce
    return np.asarray(top - np.abs(top - floor - np.abs(inside - floor)), dtype=np.float64)


def _joined(parts: list[Rows]) -> Rows:
    return Rows(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.usd for part in parts]),
        np.concatenate([part.native for part in parts]),
        np.concatenate([part.log_k for part in parts]),
        np.concatenate([part.volume for part in parts]),
    )


def candles(rows: Rows, step_s: int, epoch_s: int, *, of_quote: bool = False) -> Array:
    """Bar the trades: (n, 6) float64 of unix start, open, high, low, close, USD volume; oldest first.

    Intervals without a trade are left out; a bar opens at the close before it.
    """
    trades = rows.trades()
    if not len(trades):
        return np.empty((0, 6))
    price = trades.usd / trades.native if of_quote else trades.usd
    starts = np.floor((trades.at + epoch_s) / step_s) * step_s
    first = np.flatnonzero(np.concatenate(([True], np.diff(starts) > 0)))
    last = np.concatenate((first[1:], [len(trades)])) - 1
    close = price[last]
    opened = np.concatenate((price[:1], close[:-1]))
    high = np.maximum(np.maximum.reduceat(price, first), opened)
    low = np.minimum(np.minimum.reduceat(price, first), opened)
    volume = np.add.reduceat(np.abs(trades.volume), first)
    return np.column_stack((starts[first], opened, high, low, close, volume))
