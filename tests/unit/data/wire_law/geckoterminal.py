"""GeckoTerminal's truths: exact figures as text, zero for no change, and no price of an untraded curve."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.fields import (
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    SUPPLY,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Span,
)
from data.models.ids import Chain, ProviderId
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.tokens import Dex, Pool, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_PAGE = 20
_TOP_POOLS = 3
_DAY_S = 86_400
_TWO_DAYS_S = 172_800
_DEXES = {Dex.PUMPFUN: "pump-fun"}
_PERCENT_DIGITS = 0.5e-5  # three decimals of a percent
_SHARE_DIGITS = 0.5e-6  # four


def _named(token: Token) -> dict[Key, object]:
    return {
        **truth.named(token),
        DECIMALS: token.decimals,
        IMAGE_URL: ANYTHING if token.socials.website else UNSAID,
        LISTED_ID: token.coingecko_id or UNSAID,
    }


def _untraded_curve(eye: Eye, pool: Pool) -> bool:
    return pool.dex.is_curve and eye.world.state(pool).last_trade_s is None


def _pool(eye: Eye, pool: Pool, *, named: bool) -> Expected:
    world, state, token = eye.world, eye.world.state(pool), eye.world.tokens[pool.base]
    fdv = eye.usd(pool.base, state.price_usd * token.supply_units)
    depth = eye.usd(pool.base, state.liquidity_usd, within=0.5e-4)
    pictured = named and token.socials.website
    expected: dict[Key, object] = {
        "chain": Chain.SOLANA,
        "address": pool.address,
        "dex": _DEXES.get(pool.dex, pool.dex.value),
        **(
            truth.sides(world, pool)
            if named
            else {"base": truth.key(pool.base), "quote": truth.key(pool.quote)}
        ),
        "price_usd": eye.usd(pool.base, state.price_usd),
        "price_quote": UNSAID if _untraded_curve(eye, pool) else Near(value=state.price_native),
        "liquidity_usd": UNSAID if pool.dex.is_curve else depth,
        "market_cap_usd": fdv if token.coingecko_id else UNSAID,
        "fdv_usd": fdv,
        "created_at": truth.whole_second(pool.created_at),
        "image_url": ANYTHING if pictured else UNSAID,
    }
    for span in Span:
        seen = world.activity(pool, span.seconds)
        expected |= {
            (span, "volume_usd"): eye.usd(pool.base, seen.volume_usd),
            (span, "buys"): seen.buys,
            (span, "sells"): seen.sells,
            (span, "change_ratio"): Near(value=seen.change_ratio or 0.0, within=_PERCENT_DIGITS),
        }
    return expected


def tokens(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the tokens, then the first pools of theirs."""
    known = eye.known(ask)
    along = {pool.address: pool for token in known for pool in eye.world.pools_of(token.mint)[:_TOP_POOLS]}
    own = [pool for pool in along.values() if pool.base in {token.mint for token in known}]
    return truth.or_unlisted(
        [*(_token(eye, token) for token in known), *(_pool(eye, pool, named=False) for pool in own)]
    )


def _token(eye: Eye, token: Token) -> Expected:
    price = eye.world.price_usd(token.mint)
    unpriced = bool(token.pools) and _untraded_curve(eye, token.pools[0])
    fdv = UNSAID if unpriced else eye.usd(token.mint, price * token.supply_units)
    return {
        "token": truth.key(token.mint),
        **_named(token),
        PRICE_USD: UNSAID if unpriced else eye.usd(token.mint, price),
        FDV_USD: fdv,
        MARKET_CAP_USD: fdv if token.coingecko_id else UNSAID,
        LIQUIDITY_USD: eye.usd(token.mint, eye.world.liquidity_usd(token.mint)),
        VOLUME_USD[Span.H24]: eye.usd(token.mint, eye.volume(token.mint, Span.H24)),
        SUPPLY: Near(value=token.supply_units),
    }


def info(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect what is known beyond the market; the ten largest accounts are counted with pools among them."""
    return truth.or_unlisted(_info(eye, token) for token in eye.known(ask))


def _info(eye: Eye, token: Token) -> Expected:
    world = eye.world
    top10 = sum(holder.amount for holder in world.named_holders(token.mint)[:10]) / token.supply
    return {
        "token": truth.key(token.mint),
        **_named(token),
        **truth.links(truth.pages(token)),
        HOLDERS: world.holder_count(token.mint),
        TOP10_RATIO: Near(value=top10, within=_SHARE_DIGITS),
        CREATOR: token.creator or UNSAID,
        DEV_RATIO: Near(value=truth.held_by_creator(world, token), within=_SHARE_DIGITS),
        MINT_AUTHORITY: UNSAID if token.mint_authority else Authority(None),
        FREEZE_AUTHORITY: UNSAID if token.freeze_authority else Authority(None),
    }


def token_pools(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_pool(eye, pool, named=True) for pool in eye.pools(ask.token.address, _PAGE))


def pool(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    found = eye.world.pools.get(ask.pool)
    return None if found is None else [_pool(eye, found, named=True)]


def candles(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    found, mint = eye.world.pools.get(ask.pool), ask.token.address
    if found is None:
        return None
    bars = eye.world.candles(
        found, ask.timeframe.seconds, of_quote=mint == found.quote, before_s=ask.before, limit=ask.limit
    ).tolist()
    expected: dict[Key, object] = {
        "token": ask.token,
        "pool": ask.pool,
        "timeframe": ask.timeframe,
        "times": tuple(int(bar[0]) for bar in bars),
    }
    for time, *figures in bars:
        expected[int(time), "time"] = int(time)
        for part, value in zip(("open", "high", "low", "close", "volume"), figures, strict=True):
            expected[int(time), part] = eye.usd(mint, value)
    return [expected]


def trades(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the last trades of a day; a buy of the base is a sale of the quote."""
    found = eye.world.pools.get(ask.pool)
    if found is None:
        return None
    of_base = ask.token.address == found.base
    return [
        {
            "id": ANYTHING,
            "token": ask.token,
            "pool": ask.pool,
            "at": truth.whole_second(trade.at),
            "is_buy": trade.is_buy == of_base,
            "price_usd": eye.usd(found.base, trade.price_usd / (1 if of_base else trade.price_native)),
            "volume_usd": eye.usd(found.base, trade.volume_usd),
            "owner": trade.trader,
        }
        for trade in eye.world.trades(found)
        if (eye.world.now - trade.at).total_seconds() <= _DAY_S and trade.volume_usd > 0
    ]


def search(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect each token once, by the deepest of its pools that the words are found in."""
    word = ask.query.casefold()
    found = [pool for pool in eye.world.pools.values() if word in _text(eye, pool)]
    found.sort(key=lambda pool: -eye.world.state(pool).liquidity_usd)
    of_token = truth.by_base(found[:_PAGE])
    return [_match(eye, eye.world.tokens[mint], pools) for mint, pools in of_token.items()]


def _text(eye: Eye, pool: Pool) -> str:
    base, quote = eye.world.tokens[pool.base], eye.world.tokens[pool.quote]
    return f"{base.symbol} / {quote.symbol} {base.name} {base.mint} {pool.address}".casefold()


def _match(eye: Eye, token: Token, pools: Sequence[Pool]) -> Expected:
    deepest = max(pools, key=lambda pool: eye.world.state(pool).liquidity_usd)
    told = _pool(eye, deepest, named=True)
    return {
        "token": truth.key(token.mint),
        "symbol": truth.symbol(token),
        "name": truth.name(token),
        "liquidity_usd": told["liquidity_usd"],
        "market_cap_usd": told["market_cap_usd"],
        "verified": False,
        "source": ProviderId(eye.vendor),
    }


def newest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    world = eye.world
    young = [p for p in world.pools.values() if (world.now - p.created_at).total_seconds() < _TWO_DAYS_S]
    young.sort(key=lambda pool: pool.created_at, reverse=True)
    return [_pool(eye, pool, named=True) for pool in young[:_PAGE]]


def busiest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    hour = Span.H1.seconds
    traded = [(eye.world.activity(pool, hour).volume_usd, pool) for pool in eye.world.pools.values()]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    return [_pool(eye, pool, named=True) for _, pool in busy[:_PAGE]]


TRUTHS: Truths = {
    "price:/networks/{chain}/tokens/multi/{addresses}": tokens,
    "meta:/networks/{chain}/tokens/{address}/info": info,
    "pools:/networks/{chain}/tokens/{address}/pools": token_pools,
    "pools:/networks/{chain}/pools/{pool}": pool,
    "candles:/networks/{chain}/pools/{pool}/ohlcv/{unit}": candles,
    "trades:/networks/{chain}/pools/{pool}/trades": trades,
    "search:/search/pools": search,
    "new_pools:/networks/{chain}/new_pools": newest,
    "trending:/networks/{chain}/trending_pools": busiest,
}
