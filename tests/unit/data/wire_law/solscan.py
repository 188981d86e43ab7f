"""Solscan's truths: exact amounts, pools without prices, and bars of one pool in USD."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from data.models.fields import (
    CHANGE,
    CREATOR,
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    SUPPLY,
    VOLUME_USD,
    Authority,
    Span,
)
from data.models.holders import Holder
from data.models.ids import Chain, ProviderId
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.tokens import Pool, Token, TokenProgram
from tests.unit.data.wire_law import truth, wallets
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key
from tests.unit.data.wire_law.truth import Eye, Truths

_PAGE = 40
_MOST_TRENDING = 100


def _priced(eye: Eye, token: Token) -> dict[Key, object]:
    price = eye.world.price_usd(token.mint)
    return {
        "token": truth.key(token.mint),
        PRICE_USD: eye.usd(token.mint, price),
        MARKET_CAP_USD: eye.usd(token.mint, price * token.supply_units),
        CHANGE[Span.H24]: truth.change(eye.world.token_activity(token.mint, 86_400).change_ratio),
    }


def tokens(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_token(eye, token) for token in eye.known(ask))


def _token(eye: Eye, token: Token) -> Expected:
    younger = token.program is TokenProgram.TOKEN_2022
    return {
        **_priced(eye, token),
        **truth.named(token),
        **truth.links(truth.pages(token)),
        IMAGE_URL: ANYTHING,
        DECIMALS: token.decimals,
        SUPPLY: truth.supply(token),
        HOLDERS: eye.world.holder_count(token.mint),
        CREATOR: token.creator or UNSAID,
        VOLUME_USD[Span.H24]: eye.usd(token.mint, eye.volume(token.mint, Span.H24)),
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        EXTENSIONS: tuple(each.name for each in token.extensions) if younger else UNSAID,
    }


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    at = truth.whole_second(eye.world.now)
    return truth.or_unlisted({**_priced(eye, token), "as_of": at} for token in eye.known(ask))


def holders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect exact amounts; shares are percents of floats, to the last digit."""
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "total": eye.world.holder_count(token.mint),
            "holders": tuple(
                Holder(
                    owner=each.owner,
                    account=each.account,
                    amount=Decimal(each.amount).scaleb(-token.decimals),
                    ratio=Decimal(repr(each.amount / token.supply * 100)).scaleb(-2),
                )
                for each in eye.world.named_holders(token.mint)[:_PAGE]
            ),
        }
        for token in eye.known(ask)
    )


def pools(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the pools that a token is either side of, deepest first, with it as the base."""
    mint = ask.token.address
    found = [
        (eye.usd(pool.base, eye.world.state(pool).liquidity_usd).value, pool)
        for pool in eye.world.pools_of(mint)
    ]
    found.sort(key=lambda each: -each[0])
    return truth.or_unlisted(_pool(eye, pool, mint) for _, pool in found[:_PAGE])


def _pool(eye: Eye, pool: Pool, base: str) -> Expected:
    seen = eye.world.activity(pool, Span.H24.seconds)
    return {
        "chain": Chain.SOLANA,
        "address": pool.address,
        "dex": pool.dex.value,
        "base": truth.key(base),
        "quote": truth.key(pool.quote if base == pool.base else pool.base),
        "liquidity_usd": eye.usd(pool.base, eye.world.state(pool).liquidity_usd),
        (Span.H24, "volume_usd"): eye.usd(pool.base, seen.volume_usd),
    }


def candles(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect bars of the token in that pool; none are a matter for others."""
    found, mint = eye.world.pools.get(ask.pool), ask.token.address
    if found is None or mint not in (found.base, found.quote):
        return None
    bars = eye.world.candles(
        found, ask.timeframe.seconds, of_quote=mint == found.quote, before_s=ask.before, limit=ask.limit
    ).tolist()
    if not bars:
        return None
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


def busiest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the names of the most traded tokens of an hour, without those that others are priced in."""
    money = {pool.quote for pool in eye.world.pools.values()}
    others = [token for token in eye.world.tokens.values() if token.mint not in money]
    traded = [(eye.volume(token.mint, Span.H1), token) for token in others]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    return [
        {"token": truth.key(token.mint), **truth.named(token), DECIMALS: token.decimals}
        for _, token in busy[: min(ask.limit, _MOST_TRENDING)]
    ]


def search(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the tokens with the word in their names or as their address, the known ones first."""
    word = ask.query.casefold()
    found = [
        token
        for token in eye.world.tokens.values()
        if token.mint == ask.query or word in token.symbol.casefold() or word in token.name.casefold()
    ]
    found.sort(key=lambda token: (token.coingecko_id is None, -eye.world.liquidity_usd(token.mint)))
    return [_match(eye, token) for token in found[:_PAGE]]


def _match(eye: Eye, token: Token) -> Expected:
    return {
        "token": truth.key(token.mint),
        "symbol": truth.symbol(token),
        "name": truth.name(token),
        "market_cap_usd": eye.usd(token.mint, eye.world.price_usd(token.mint) * token.supply_units),
        "verified": token.coingecko_id is not None,
        "source": ProviderId(eye.vendor),
    }


def portfolio(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return wallets.holdings(eye, ask, summed=False)


TRUTHS: Truths = {
    "price:/token/price/latest": prices,
    "meta:/token/meta": tokens,
    "holders:/token/holders": holders,
    "pools:/token/markets": pools,
    "candles:/token/price-ohlcv": candles,
    "trending:/token/trending": busiest,
    "search:/token/search": search,
    "wallet:/account/portfolio": portfolio,
}
