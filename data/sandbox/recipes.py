"""How each kind of token is made: one row of figures per kind, one function that makes a token of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox import seeds
from data.sandbox.tokens import (
    Dex,
    Extension,
    Kind,
    Lock,
    Path,
    Pool,
    Socials,
    Spread,
    Token,
    TokenProgram,
)

FIRST_EPOCH = 1_009  # the chain's epoch in which the world's record begins
# Lockers, by their programs.
STREAMFLOW = "strmRqUCoQUgGUan5YhzUZa6KqdzwX5L6FpUxfmKg5m"
JUPITER_LOCK = "LocpQgucEQHbqNABEYvBvwoxCPsSbG91A1QaQhQQqjn"
UNCX = "UNCX77nZrA3TdAxMEggqG18xxpgiNGT6iqyynPwpoxN"
_LOCKED = 0.6  # of a pool's shares; the rest of those that a locker has part of is burned
_DECIMALS = 6
_SUPPLY = 1_000_000_000 * 10**_DECIMALS
_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One pool of a recipe: its share of the liquidity and how busy it is."""

    dex: Dex
    quote: str = SOL_MINT
    share: float = 1.0
    trades_per_minute: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The figures of one kind; `fdv_usd` is at the opening, give or take a half."""

    fdv_usd: float
    liquidity_ratio: float  # liquidity at the opening, as a share of the opening FDV
    venues: tuple[Venue, ...]
    spread: Spread
    volatility: float = 0.35
    bounce: float = 0.006
    knots: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    program: TokenProgram = TokenProgram.SPL
    lp_burned_ratio: float = 1.0
    left_ratio: float = 1.0
    with_pages: bool = True


RECIPES: Mapping[Kind, Recipe] = {
    Kind.HEALTHY: Recipe(
        fdv_usd=900_000,
        liquidity_ratio=0.16,
        venues=(
            Venue(dex=Dex.RAYDIUM, share=0.7, trades_per_minute=0.8),
            Venue(dex=Dex.METEORA, share=0.2, trades_per_minute=0.2),
            Venue(dex=Dex.ORCA, quote=USDC_MINT, share=0.1, trades_per_minute=0.05),
        ),
        spread=Spread(holders=9_000, top10_ratio=0.17, creator_ratio=0.01),
        volatility=0.18,
        knots=((0.0, 1.0), (3 * _HOUR_S, 9.0), (48 * _HOUR_S, 12.0)),
    ),
    Kind.HONEYPOT: Recipe(
        fdv_usd=60_000,
        liquidity_ratio=0.4,
        venues=(Venue(dex=Dex.RAYDIUM, trades_per_minute=0.5),),
        spread=Spread(holders=700, top10_ratio=0.42, creator_ratio=0.25),
        volatility=0.04,
        knots=((0.0, 1.0), (12 * _HOUR_S, 8.0), (120 * _HOUR_S, 14.0)),
        program=TokenProgram.TOKEN_2022,
        lp_burned_ratio=0.0,
    ),
    Kind.FREEZABLE: Recipe(
        fdv_usd=1_500_000,
        liquidity_ratio=0.08,
        venues=(Venue(dex=Dex.RAYDIUM), Venue(dex=Dex.ORCA, quote=USDC_MINT, share=0.2)),
        spread=Spread(holders=3_100, top10_ratio=0.33, creator_ratio=0.06),
        volatility=0.2,
    ),
    Kind.TAXED: Recipe(
        fdv_usd=2_400_000,
        liquidity_ratio=0.07,
        venues=(Venue(dex=Dex.RAYDIUM),),
        spread=Spread(holders=4_200, top10_ratio=0.28, creator_ratio=0.05),
        volatility=0.2,
        program=TokenProgram.TOKEN_2022,
    ),
    Kind.LIQUIDITY_PULL: Recipe(
        fdv_usd=90_000,
        liquidity_ratio=0.5,
        venues=(Venue(dex=Dex.RAYDIUM, trades_per_minute=2.0),),
        spread=Spread(holders=600, top10_ratio=0.46, creator_ratio=0.18),
        volatility=0.5,
        knots=((0.0, 1.0), (_HOUR_S, 6.0), (5 * _HOUR_S, 14.0)),
        lp_burned_ratio=0.0,
        left_ratio=1e-5,
    ),
    Kind.BUNDLED: Recipe(
        fdv_usd=70_000,
        liquidity_ratio=0.35,
        venues=(Venue(dex=Dex.PUMPSWAP, trades_per_minute=1.2),),
        spread=Spread(holders=900, top10_ratio=0.12, creator_ratio=0.04, insiders=8, insiders_ratio=0.68),
        volatility=0.45,
        knots=((0.0, 1.0), (0.5 * _HOUR_S, 15.0), (6 * _HOUR_S, 6.0), (96 * _HOUR_S, 1.5)),
    ),
    Kind.BONDING_CURVE: Recipe(
        fdv_usd=4_200,
        liquidity_ratio=1.0,
        venues=(Venue(dex=Dex.PUMPFUN, trades_per_minute=0.7),),
        spread=Spread(holders=60, top10_ratio=0.5, creator_ratio=0.08),
        volatility=0.6,
        knots=((0.0, 1.1), (0.3 * _HOUR_S, 4.0), (8 * _HOUR_S, 2.2)),
        with_pages=False,
    ),
    Kind.DEAD: Recipe(
        fdv_usd=60_000,
        liquidity_ratio=0.3,
        venues=(Venue(dex=Dex.PUMPSWAP, trades_per_minute=0.8),),
        spread=Spread(holders=240, top10_ratio=0.61, creator_ratio=0.02),
        volatility=0.5,
        knots=((0.0, 1.0), (2 * _HOUR_S, 7.0), (24 * _HOUR_S, 0.1)),
        left_ratio=0.02,
    ),
    Kind.HOSTILE_NAME: Recipe(
        fdv_usd=300_000,
        liquidity_ratio=0.15,
        venues=(Venue(dex=Dex.PUMPSWAP, trades_per_minute=0.4),),
        spread=Spread(holders=800, top10_ratio=0.3, creator_ratio=0.05),
        volatility=0.3,
        program=TokenProgram.TOKEN_2022,
    ),
}


def token(
    seed: int,
    kind: Kind,
    *,
    symbol: str,
    name: str,
    born: datetime,
    creator: str | None = None,
    ends_at: datetime | None = None,
    scale: float = 1.0,
    label: str | None = None,
) -> Token:
    """Make a token of a kind other than a blue chip; `scale` multiplies its worth and its liquidity."""
    recipe = RECIPES[kind]
    label = label or f"{kind}:{symbol}:{name}"
    launchpad = "pump.fun" if recipe.venues[0].dex in {Dex.PUMPFUN, Dex.PUMPSWAP} else None
    mint = seeds.address(seed, "mint", label, suffix="pump" if launchpad else "")
    creator = creator or seeds.address(seed, "creator", label)
    luck = 0.5 + seeds.fraction(seed, "worth", label)
    fdv = recipe.fdv_usd * (1.0 if kind is Kind.BONDING_CURVE else scale * luck)
    controlled = kind in {Kind.LIQUIDITY_PULL, Kind.TAXED} and seeds.fraction(seed, "minter", label) < 0.5
    return Token(
        mint=mint,
        symbol=symbol,
        name=name,
        kind=kind,
        decimals=_DECIMALS,
        supply=_SUPPLY,
        mint_authority=creator if controlled else None,
        freeze_authority=creator if kind is Kind.FREEZABLE else None,
        program=recipe.program,
        extensions=_extensions(seed, kind, label, creator, (mint, name, symbol)),
        creator=creator,
        created_at=born,
        socials=_pages(label, seed) if recipe.with_pages else Socials(),
        path=Path(
            start_usd=fdv / (_SUPPLY / 10**_DECIMALS),
            volatility=recipe.volatility,
            knots=recipe.knots,
            peak=(max(multiple for _, multiple in recipe.knots) * (1 + luck), luck - 0.5),
        ),
        spread=recipe.spread,
        pools=tuple(
            Pool(
                address=seeds.address(seed, "pool", label, venue.dex),
                dex=venue.dex,
                base=mint,
                quote=venue.quote,
                created_at=born,
                liquidity_usd=fdv * recipe.liquidity_ratio * venue.share,
                trades_per_minute=venue.trades_per_minute,
                bounce=recipe.bounce,
                buys_only=kind is Kind.HONEYPOT,
                ends_at=ends_at,
                left_ratio=recipe.left_ratio,
                lp_burned_ratio=recipe.lp_burned_ratio,
            )
            for venue in recipe.venues
        ),
        launchpad=launchpad,
    )


def locked(token: Token, program: str, until: datetime) -> Token:
    """Have a locker keep shares of each of a token's pools until a day."""
    lock = Lock(program=program, ratio=_LOCKED, until=until)
    pools = (replace(pool, lp_burned_ratio=1.0 - _LOCKED, lp_locks=(lock,)) for pool in token.pools)
    return replace(token, pools=tuple(pools))


def _pages(label: str, seed: int) -> Socials:
    handle = f"coin{int(seeds.fraction(seed, 'pages', label) * 1e6):06d}"
    return Socials(
        website=f"https://{handle}.example",
        twitter=f"https://x.com/{handle}",
        telegram=f"https://t.me/{handle}",
    )


def _extensions(
    seed: int, kind: Kind, label: str, creator: str, written: tuple[str, str, str]
) -> tuple[Extension, ...]:
    if RECIPES[kind].program is TokenProgram.SPL:
        return ()
    mint, name, symbol = written
    own: tuple[Extension, ...] = ()
    if kind is Kind.HONEYPOT:
        hook = {"authority": creator, "programId": seeds.address(seed, "hook", label)}
        own = (
            Extension(name="permanentDelegate", state={"delegate": creator}),
            Extension(name="transferHook", state=hook),
        )
    if kind is Kind.TAXED:
        own = (transfer_fee(creator, bps=300, later_bps=800, later_epoch=FIRST_EPOCH - 40),)
    return (
        *own,
        Extension(name="metadataPointer", state={"authority": creator, "metadataAddress": mint}),
        Extension(
            name="tokenMetadata",
            state={
                "updateAuthority": creator,
                "mint": mint,
                "name": name,
                "symbol": symbol,
                "uri": f"https://metadata.example/{mint}.json",
                "additionalMetadata": [],
            },
        ),
    )


def transfer_fee(
    authority: str | None, *, bps: int, later_bps: int, later_epoch: int, cap: int = 2**64 - 1
) -> Extension:
    """State a tax that is `bps` before an epoch and `later_bps` from then on, at most `cap` base units."""
    return Extension(
        name="transferFeeConfig",
        state={
            "transferFeeConfigAuthority": authority,
            "withdrawWithheldAuthority": authority,
            "withheldAmount": 0,
            "olderTransferFee": {
                "epoch": min(FIRST_EPOCH - 80, later_epoch),
                "maximumFee": cap,
                "transferFeeBasisPoints": bps,
            },
            "newerTransferFee": {
                "epoch": later_epoch,
                "maximumFee": cap,
                "transferFeeBasisPoints": later_bps,
            },
        },
    )
