"""The truth about a token and its pools: what vendors then tell, each in its own words.

Only what never changes is here. Prices, reserves and holders at a moment are `world`'s to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SYSTEM_PROGRAM = "11111111111111111111111111111111"


class Kind(StrEnum):
    """What a token is, whatever it says of itself."""

    BLUE_CHIP = "blue chip"
    HEALTHY = "healthy"
    HONEYPOT = "honeypot"  # bought by many, sold by its creator alone
    FREEZABLE = "freezable"  # a live freeze authority
    TAXED = "taxed"  # Token-2022 with a transfer fee
    LIQUIDITY_PULL = "liquidity pull"  # its pool is emptied at a set moment
    BUNDLED = "bundled"  # bought at launch by the creator's own wallets
    BONDING_CURVE = "bonding curve"  # not yet on an exchange
    DEAD = "dead"
    HOSTILE_NAME = "hostile name"


class TokenProgram(StrEnum):
    """The program that owns a mint."""

    SPL = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
    TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105 - a program id


class Dex(StrEnum):
    """Where a pool lives, under a name of our own."""

    RAYDIUM = "raydium"
    RAYDIUM_CLMM = "raydium-clmm"
    ORCA = "orca"
    METEORA = "meteora"
    PUMPSWAP = "pumpswap"
    PUMPFUN = "pumpfun"

    @property
    def fee_ratio(self) -> float:
        return _FEE_RATIO[self]

    @property
    def is_curve(self) -> bool:
        """Whether its reserves are virtual: a launchpad's curve, not an exchange."""
        return self is Dex.PUMPFUN


_FEE_RATIO: Mapping[Dex, float] = {
    Dex.RAYDIUM: 0.0025,
    Dex.RAYDIUM_CLMM: 0.0005,
    Dex.ORCA: 0.0004,
    Dex.METEORA: 0.0010,
    Dex.PUMPSWAP: 0.0030,
    Dex.PUMPFUN: 0.0100,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A Token-2022 extension, under the node's name for it and with the state the node prints."""

    name: str
    state: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Socials:
    """The pages an issuer claims."""

    website: str | None = None
    twitter: str | None = None
    telegram: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Shares of a pool that a locker keeps until a day; `ratio` of all there are."""

    program: str
    ratio: float
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A constant-product pool of `base` priced in `quote` (SOL or USDC).

    Trading ends at `ends_at`, when the share `left_ratio` of the liquidity stays in. `bounce` is the standard
    deviation of a trade's log price around the token's own price: with the reserves it sets the volume.
    """

    address: str
    dex: Dex
    base: str
    quote: str
    created_at: datetime
    liquidity_usd: float  # of both sides, at the first trade
    trades_per_minute: float
    bounce: float
    buys_only: bool = False
    ends_at: datetime | None = None
    left_ratio: float = 1.0
    lp_burned_ratio: float = 0.0
    lp_locks: tuple[Lock, ...] = ()

    @property
    def lp_kept_ratio(self) -> float:
        """The share of its liquidity that is burned or in a locker."""
        return self.lp_burned_ratio + sum(lock.ratio for lock in self.lp_locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Where a token's price tends: `knots` are (age in seconds, multiple of `start_usd`), log-linear between.

    `volatility` is the standard deviation of a day's log return. `peak` is the all-time high of a token older
    than the record, as (multiple of `start_usd`, share of its life before the record began).
    """

    start_usd: float
    volatility: float
    knots: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    peak: tuple[float, float] = (1.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How what is not in pools is spread over holders: shares of it, insiders before the others."""

    holders: int
    top10_ratio: float
    creator_ratio: float = 0.0
    insiders: int = 0
    insiders_ratio: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token as it is. `supply` is in base units; no authority means that it was revoked."""

    mint: str
    symbol: str
    name: str
    kind: Kind
    decimals: int
    supply: int
    mint_authority: str | None
    freeze_authority: str | None
    program: TokenProgram
    extensions: tuple[Extension, ...]
    creator: str | None
    created_at: datetime
    socials: Socials
    path: Path
    spread: Spread
    pools: tuple[Pool, ...]
    coingecko_id: str | None = None
    launchpad: str | None = None

    @property
    def supply_units(self) -> float:
        """The supply in whole tokens."""
        return float(self.supply / 10**self.decimals)

    def extension(self, name: str) -> Mapping[str, object] | None:
        """Find an extension's state."""
        return next((dict(each.state or {}) for each in self.extensions if each.name == name), None)
