"""Orca's truths: its own pools only, turned so that the token asked for is the base."""

from __future__ import annotations

from collections.abc import Sequence

from data.chain.base58 import unbase58
from data.models.fields import Span
from data.models.ids import SOL_MINT, USDC_MINT, Chain
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.catalogue import USDT_MINT
from data.sandbox.tokens import Dex, Pool
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_MONEY = {SOL_MINT, USDC_MINT, USDT_MINT}
_SPANS = (Span.M5, Span.H1, Span.H24)
_PAGE = 50


def _side(eye: Eye, role: str, mint: str) -> Expected:
    token = eye.world.tokens[mint]
    name = "Solana" if mint == SOL_MINT else truth.name(token)
    return {role: truth.key(mint), (role, "symbol"): truth.symbol(token), (role, "name"): name}


def _pool(eye: Eye, pool: Pool, base: str) -> Expected:
    """Expect a pool with `base` as its base; its liquidity and volume are the same either way."""
    state, straight = eye.world.state(pool), base == pool.base
    return {
        "chain": Chain.SOLANA,
        "address": pool.address,
        "dex": pool.dex.value,
        **_side(eye, "base", base),
        **_side(eye, "quote", pool.quote if straight else pool.base),
        "price_quote": Near(value=state.price_native if straight else 1 / state.price_native),
        "liquidity_usd": eye.usd(pool.base, state.liquidity_usd),
        **{
            (span, "volume_usd"): eye.usd(pool.base, eye.world.activity(pool, span.seconds).volume_usd)
            for span in _SPANS
        },
        "image_url": ANYTHING,
    }


def token_pools(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the pools that a token is either side of, deepest first."""
    mint = ask.token.address
    own = [pool for pool in eye.world.pools_of(mint) if pool.dex is Dex.ORCA]
    own.sort(key=lambda each: -eye.usd(each.base, eye.world.state(each).liquidity_usd).value)
    return truth.or_unlisted(_pool(eye, each, mint) for each in own[:_PAGE])


def pool(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the pool asked for, its base the side that is not money, or else the first of the two."""
    found = eye.world.pools.get(ask.pool)
    if found is None or found.dex is not Dex.ORCA:
        return None
    sides = sorted((found.base, found.quote), key=unbase58)
    return [_pool(eye, found, next((mint for mint in sides if mint not in _MONEY), sides[0]))]


TRUTHS: Truths = {"pools:/pools": token_pools, "pools:/pools/{pool}": pool}
