"""The simulated world: which tokens there are by now, what they cost, and what happened in their pools.

A pure function of its seed and the time it was advanced to: no wall clock, no global randomness, and asking
never changes an answer. Vendors' views of it are `wire`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from data.errors import InvariantBroken
from data.sandbox import catalogue, holders, launches, market, seeds, tape
from data.sandbox.holders import Holder
from data.sandbox.market import Activity, PoolState, Trade
from data.sandbox.prices import DAY_S, Array, PricePath
from data.sandbox.recipes import FIRST_EPOCH
from data.sandbox.tape import Rows, Tape
from data.sandbox.tokens import Pool, Token

HISTORY_DAYS = 14
SLOT_S = 0.4
SLOTS_PER_EPOCH = 432_000
FIRST_SLOT = FIRST_EPOCH * SLOTS_PER_EPOCH
DISPUTED_VENDOR = "jupiter"
_DISPUTED_SKEW = 0.6
_SKEW = 0.002  # vendors differ from the truth by less than this ratio
_NEVER_S = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """An all-time high."""

    price_usd: float
    at: datetime


class World:
    """A market with a history of two weeks behind it and all of its future still to be told."""

    def __init__(self, seed: int, started_at: datetime) -> None:
        """Make a world; `started_at` is aware UTC and becomes its `now`."""
        if started_at.utcoffset() != timedelta(0):
            raise InvariantBroken("a world starts at an aware UTC instant")
        midnight = started_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.seed = seed
        self.started_at = started_at
        self.epoch = midnight - timedelta(days=HISTORY_DAYS)
        self._now = started_at
        self._tokens: dict[str, Token] = {}
        self._pools: dict[str, Pool] = {}
        self._pools_by_mint: dict[str, list[Pool]] = {}
        self._paths: dict[str, PricePath] = {}
        self._tapes: dict[str, Tape] = {}
        self._states: dict[str, PoolState] = {}  # of this moment, as the activities are
        self._activities: dict[tuple[str, float], Activity] = {}
        self._unborn: list[Token] = []
        self._launch_day = HISTORY_DAYS
        for token in catalogue.starting_tokens(seed, started_at):
            self._admit(token)

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def slot(self) -> int:
        """The chain's slot at this moment."""
        return self.slot_at(self._now)

    @property
    def chain_epoch(self) -> int:
        """The chain's epoch at this moment: it decides which transfer fee is in force."""
        return self.slot // SLOTS_PER_EPOCH

    @property
    def tokens(self) -> Mapping[str, Token]:
        """Every token launched so far, by mint, in order of appearance."""
        return self._tokens

    @property
    def pools(self) -> Mapping[str, Pool]:
        """Every pool opened so far, by address."""
        return self._pools

    def advance(self, to: datetime) -> None:
        """Let time pass; a time already reached is ignored, so that asking twice changes nothing."""
        if to <= self._now:
            return
        self._now = to
        self._states.clear()
        self._activities.clear()
        while self._launch_day * DAY_S <= self.since_epoch(to):
            midnight = self.epoch + timedelta(days=self._launch_day)
            self._unborn += launches.on_day(self.seed, self._launch_day, midnight)
            self._launch_day += 1
        while self._unborn and self._unborn[0].created_at <= to:
            token = self._unborn.pop(0)
            if token.created_at > self.started_at:
                self._admit(token)

    def pools_of(self, mint: str) -> Sequence[Pool]:
        """List the pools that a token is a side of, its own main pool first."""
        return tuple(self._pools_by_mint.get(mint, ()))

    def main_pool(self, mint: str) -> Pool | None:
        """Find the pool that prices a token, if there is one."""
        return next((pool for pool in self.pools_of(mint) if pool.base == mint), None)

    def state(self, pool: Pool) -> PoolState:
        """Read a pool as it stands."""
        found = self._states.get(pool.address)
        if found is None:
            found = market.state(pool, self._rows(pool), self._tokens[pool.base].supply_units)
            self._states[pool.address] = found
        return found

    def activity(self, pool: Pool, span_s: float) -> Activity:
        """Sum up the trades of the last `span_s` seconds."""
        found = self._activities.get((pool.address, span_s))
        if found is None:
            found = market.activity(pool, self._rows(pool), self.since_epoch(self._now) - span_s)
            self._activities[pool.address, span_s] = found
        return found

    def native_range(self, pool: Pool, span_s: float) -> tuple[float, float]:
        """Find the lowest and the highest price in the quote token over the last `span_s` seconds."""
        return market.native_range(self._rows(pool), self.since_epoch(self._now) - span_s)

    def token_activity(self, mint: str, span_s: float) -> Activity:
        """Sum up the trades of a token in all pools that price it, or else of all it is the quote in."""
        own = self._tokens[mint].pools
        if own:
            return market.combined([self.activity(pool, span_s) for pool in own])
        now_s, path = self.since_epoch(self._now), self._path(mint)
        change = path.usd(now_s) / path.usd(now_s - span_s) - 1.0
        return market.from_the_quote([self.activity(pool, span_s) for pool in self.pools_of(mint)], change)

    def last_trade_at(self, mint: str) -> datetime | None:
        """Tell when a token was last traded in its main pool."""
        main = self.main_pool(mint)
        at_s = None if main is None else self.state(main).last_trade_s
        return None if at_s is None else self.moment(at_s)

    def trades(self, pool: Pool, limit: int = 300) -> Sequence[Trade]:
        """List the last trades, newest first."""
        return market.trades(self.seed, pool, self._rows(pool), self.epoch, limit)

    def traded_at(self, pool: Pool) -> Array:
        """List when a pool's trades were, in seconds since the record began, oldest first."""
        return self._rows(pool).trades().at

    def trade_at(self, pool: Pool, at_s: float) -> Trade | None:
        """Find the trade of a moment that `traded_at` told."""
        rows = self._rows(pool)
        index = int(np.searchsorted(rows.at, at_s))
        if not 0 < index < len(rows) or rows.at[index] != at_s:
            return None
        return next(iter(market.trades(self.seed, pool, rows.cut(index - 1, index + 1), self.epoch, 1)), None)

    def swapped_by(self, pool: Pool, number: int) -> Sequence[tuple[float, float, float]]:
        """List a trader's swaps in a pool: seconds since the record began, base in, quote in."""
        return market.swapped_by(pool, self._rows(pool), number)

    def candles(
        self,
        pool: Pool,
        step_s: int,
        *,
        of_quote: bool = False,
        before_s: float | None = None,
        limit: int = 100,
    ) -> Array:
        """Bar the last trades: (n, 6) float64 of unix start, open, high, low, close, volume; oldest first.

        The prices are the base token's in USD, or the quote token's; `before_s` is unix time, exclusive.
        """
        bars = tape.candles(self._rows(pool), step_s, int(self.epoch.timestamp()), of_quote=of_quote)
        if before_s is not None:
            bars = bars[bars[:, 0] < before_s]
        return bars[max(0, len(bars) - limit) :]

    def price_usd(self, mint: str) -> float:
        """Tell what a token is worth: the last price in its main pool, or its own if it is only a quote."""
        main = self.main_pool(mint)
        if main is None:
            return self._path(mint).usd(self.since_epoch(self._now))
        return self.state(main).price_usd

    def liquidity_usd(self, mint: str) -> float:
        """Sum the liquidity of every pool a token is a side of."""
        return sum(self.state(pool).liquidity_usd for pool in self.pools_of(mint))

    def peak(self, mint: str) -> Peak:
        """Find a token's all-time high."""
        token, now_s = self._tokens[mint], self.since_epoch(self._now)
        found = Peak(price_usd=self.price_usd(mint), at=self._now)
        for pool in token.pools:
            usd, at_s = self._tape(pool).peak(now_s)
            if usd > found.price_usd:
                found = Peak(price_usd=usd, at=self.moment(at_s))
        multiple, share = token.path.peak
        if token.created_at < self.epoch and token.path.start_usd * multiple > found.price_usd:
            at = token.created_at + (self.epoch - token.created_at) * share
            found = Peak(price_usd=token.path.start_usd * multiple, at=at)
        return found

    def top_holders(self, mint: str) -> tuple[Holder, ...]:
        """List the twenty largest holders of a token, pools included, largest first."""
        return self.named_holders(mint)[: holders.SHOWN]

    def named_holders(self, mint: str) -> tuple[Holder, ...]:
        """List every holder of a token that has a name here, largest first."""
        token = self._tokens[mint]
        vaults = {
            pool.address: min(token.supply, int(self.state(pool).base_reserve * 10**token.decimals))
            for pool in token.pools
        }
        return holders.listed(self.seed, token, vaults)

    def holder_count(self, mint: str) -> int:
        """Count the holders of a token."""
        token = self._tokens[mint]
        return holders.holder_count(token, (self._now - token.created_at).total_seconds())

    def skew(self, vendor: str, mint: str) -> float:
        """Tell by which ratio a vendor's USD figures of a token differ from the truth; it never changes."""
        token = self._tokens.get(mint)
        if vendor == DISPUTED_VENDOR and token is not None and token.symbol == catalogue.DISPUTED_SYMBOL:
            return _DISPUTED_SKEW
        return (2.0 * seeds.fraction(self.seed, "skew", vendor, mint) - 1.0) * _SKEW

    def slot_at(self, at: datetime) -> int:
        """Tell the chain's slot at a moment of the record."""
        return FIRST_SLOT + int(self.since_epoch(at) / SLOT_S)

    def moment(self, since_epoch_s: float) -> datetime:
        """Turn seconds since the record began into an instant."""
        return self.epoch + timedelta(seconds=since_epoch_s)

    def since_epoch(self, at: datetime) -> float:
        """Turn an instant into seconds since the record began."""
        return (at - self.epoch).total_seconds()

    def _admit(self, token: Token) -> None:
        self._tokens[token.mint] = token
        for pool in token.pools:
            self._pools[pool.address] = pool
            for mint in (pool.base, pool.quote):
                self._pools_by_mint.setdefault(mint, []).append(pool)

    def _path(self, mint: str) -> PricePath:
        if mint not in self._paths:
            token = self._tokens[mint]
            self._paths[mint] = PricePath(self.seed, mint, token.path, self.since_epoch(token.created_at))
        return self._paths[mint]

    def _tape(self, pool: Pool) -> Tape:
        if pool.address not in self._tapes:
            ends_s = _NEVER_S if pool.ends_at is None else self.since_epoch(pool.ends_at)
            life_s = (self.since_epoch(pool.created_at), ends_s)
            base, quote = self._path(pool.base), self._path(pool.quote)
            self._tapes[pool.address] = Tape(self.seed, pool, base, quote, life_s)
        return self._tapes[pool.address]

    def _rows(self, pool: Pool) -> Rows:
        return self._tape(pool).until(self.since_epoch(self._now))
