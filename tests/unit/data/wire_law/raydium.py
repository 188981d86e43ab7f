"""Raydium's truths: its own pools only, turned so that the token asked for is the base."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.fields import DECIMALS, IMAGE_URL, NAME, PRICE_USD, SYMBOL, TOKEN_PROGRAM, Span
from data.models.ids import SOL_MINT, USDC_MINT, Chain
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.catalogue import USDT_MINT
from data.sandbox.tokens import Dex, Pool, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_OWN = {Dex.RAYDIUM, Dex.RAYDIUM_CLMM}
_MONEY = {SOL_MINT, USDC_MINT, USDT_MINT}
_PAGE = 50
_CENT = 0.005
_SHARE_DIGITS = 0.5e-4  # two decimals of a percent


def _pools(eye: Eye, mint: str) -> list[Pool]:
    return [pool for pool in eye.world.pools_of(mint) if pool.dex in _OWN]


def _listed(eye: Eye, ask: Ask) -> list[Token]:
    return [token for token in eye.known(ask) if _pools(eye, token.mint)]


def _named(token: Token) -> dict[Key, object]:
    return {SYMBOL: "WSOL" if token.mint == SOL_MINT else truth.symbol(token), NAME: truth.name(token)}


def _side(eye: Eye, role: str, mint: str) -> dict[Key, object]:
    words = _named(eye.world.tokens[mint])
    return {role: truth.key(mint), (role, "symbol"): words[SYMBOL], (role, "name"): words[NAME]}


def _pool(eye: Eye, pool: Pool, base: str) -> Expected:
    """Expect a pool with `base` as its base; its liquidity and volume are the same either way."""
    state, seen = eye.world.state(pool), eye.world.activity(pool, Span.H24.seconds)
    straight = base == pool.base
    concentrated = pool.dex is Dex.RAYDIUM_CLMM
    burned = Near(value=pool.lp_burned_ratio, within=_SHARE_DIGITS)
    return {
        "chain": Chain.SOLANA,
        "address": pool.address,
        "dex": pool.dex.value,
        **_side(eye, "base", base),
        **_side(eye, "quote", pool.quote if straight else pool.base),
        "price_quote": Near(value=state.price_native if straight else 1 / state.price_native),
        "liquidity_usd": eye.usd(pool.base, state.liquidity_usd, within=_CENT),
        (Span.H24, "volume_usd"): eye.usd(pool.base, seen.volume_usd),
        "created_at": UNSAID if concentrated else truth.whole_second(pool.created_at),
        "lp_burned_ratio": UNSAID if concentrated else burned,
        "image_url": ANYTHING,
    }


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            PRICE_USD: eye.usd(token.mint, eye.world.price_usd(token.mint)),
        }
        for token in _listed(eye, ask)
    )


def mints(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            **_named(token),
            DECIMALS: token.decimals,
            IMAGE_URL: ANYTHING,
            TOKEN_PROGRAM: token.program.value,
        }
        for token in _listed(eye, ask)
    )


def token_pools(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the pools that a token is either side of, deepest first."""
    mint = ask.token.address
    depths = [
        (eye.usd(pool.base, eye.world.state(pool).liquidity_usd).value, pool) for pool in _pools(eye, mint)
    ]
    found = sorted(depths, key=lambda each: -each[0])
    return truth.or_unlisted(_pool(eye, pool, mint) for _, pool in found[:_PAGE])


def pool(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the pool asked for, its base the side that is not money, or else the first of the two."""
    found = eye.world.pools.get(ask.pool)
    if found is None or found.dex not in _OWN:
        return None
    sides = sorted((found.base, found.quote))
    base = next((mint for mint in sides if mint not in _MONEY), sides[0])
    return [_pool(eye, found, base)]


TRUTHS: Truths = {
    "price:/mint/price": prices,
    "meta:/mint/ids": mints,
    "pools:/pools/info/mint": token_pools,
    "pools:/pools/info/ids": pool,
}
