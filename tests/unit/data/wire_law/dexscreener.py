"""DexScreener's truths: figures of one pool, prices of four digits, no change where it rounds to none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.models.fields import CHANGE, FDV_USD, IMAGE_URL, MARKET_CAP_USD, PRICE_USD, Span
from data.models.ids import Chain, ProviderId
from data.models.launch import PromotionOrder
from data.models.market import Record, TokenReport
from data.providers.base import Ask
from data.sandbox.tokens import Dex, Pool, Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_MOST_PAIRS = 30
_LATER = timedelta(minutes=10)  # after its birth a profile is paid for
_DEXES = {Dex.RAYDIUM_CLMM: "raydium"}  # a label tells the two apart, and we read none
_CENT = 0.005
_DIGITS = 0.0005  # four significant ones


def _price(value: float, cents: float) -> Near:
    return Near(value=value, within=cents) if value >= 1 else Near(value=value, ratio=_DIGITS)


def _cap(eye: Eye, pool: Pool) -> Near:
    value = eye.world.state(pool).price_usd * eye.world.tokens[pool.base].supply_units
    return eye.usd(pool.base, value, within=0.5 if value >= 99_000 else _CENT)


def _change(eye: Eye, pool: Pool, span: Span) -> object:
    ratio = eye.world.activity(pool, span.seconds).change_ratio
    return UNSAID if ratio is None or round(ratio * 100, 2) == 0 else Near(value=ratio, within=0.5e-4)


def _liquidity(eye: Eye, pool: Pool) -> object:
    if pool.dex.is_curve:
        return UNSAID
    return eye.usd(pool.base, eye.world.state(pool).liquidity_usd, within=_CENT)


def _pool(eye: Eye, pool: Pool) -> Expected:
    state, token = eye.world.state(pool), eye.world.tokens[pool.base]
    expected: dict[Key, object] = {
        "chain": Chain.SOLANA,
        "address": pool.address,
        "dex": _DEXES.get(pool.dex, pool.dex.value),
        **truth.sides(eye.world, pool),
        "price_usd": _price(eye.usd(pool.base, state.price_usd).value, _CENT),
        "price_quote": _price(state.price_native, 0.5e-4),
        "liquidity_usd": _liquidity(eye, pool),
        "market_cap_usd": _cap(eye, pool),
        "fdv_usd": _cap(eye, pool),
        "created_at": Near(value=pool.created_at.timestamp(), within=0.001),
        "image_url": ANYTHING if token.socials.website else UNSAID,
    }
    for span in Span:
        seen = eye.world.activity(pool, span.seconds)
        expected |= {
            (span, "volume_usd"): eye.usd(pool.base, seen.volume_usd, within=_CENT),
            (span, "buys"): seen.buys,
            (span, "sells"): seen.sells,
            (span, "change_ratio"): _change(eye, pool, span),
        }
    return expected


def _deepest(eye: Eye, pools: Sequence[Pool]) -> Pool:
    return max(pools, key=lambda pool: -1.0 if pool.dex.is_curve else eye.world.state(pool).liquidity_usd)


def _links(token: Token) -> dict[Key, object]:
    pages = token.socials
    return truth.links({"Website": pages.website, "twitter": pages.twitter, "telegram": pages.telegram})


def _report(eye: Eye, token: Token, pools: Sequence[Pool]) -> Expected:
    pool = _deepest(eye, pools)
    return {
        "token": truth.key(token.mint),
        **truth.named(token),
        PRICE_USD: _price(eye.usd(token.mint, eye.world.state(pool).price_usd).value, _CENT),
        MARKET_CAP_USD: _cap(eye, pool),
        FDV_USD: _cap(eye, pool),
        IMAGE_URL: ANYTHING if token.socials.website else UNSAID,
        **_links(token),
        **truth.by_span(CHANGE, lambda span: _change(eye, pool, span)),
    }


def token_pools(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_pool(eye, pool) for pool in eye.pools(ask.token.address, _MOST_PAIRS))


def pool(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    found = eye.world.pools.get(ask.pool)
    return None if found is None else [_pool(eye, found)]


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    asked = (pool for token in ask.tokens for pool in eye.world.pools_of(token.address))
    listed = {pool.address: pool for pool in asked}
    of_token = truth.by_base(list(listed.values())[:_MOST_PAIRS])
    known = (token for token in eye.known(ask) if token.mint in of_token)
    return truth.or_unlisted(_report(eye, token, of_token[token.mint]) for token in known)


def search(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect each token once, by the deepest of its pools that every word is found in."""
    words = ask.query.replace("/", " ").casefold().split()
    found = [pool for pool in eye.world.pools.values() if all(_names(eye, pool, word) for word in words)]
    found.sort(key=lambda pool: -eye.world.state(pool).liquidity_usd)
    of_token = truth.by_base(found[:_MOST_PAIRS])
    return [_match(eye, eye.world.tokens[mint], _deepest(eye, pools)) for mint, pools in of_token.items()]


def _names(eye: Eye, pool: Pool, word: str) -> bool:
    base, quote = eye.world.tokens[pool.base], eye.world.tokens[pool.quote]
    texts = (base.symbol, base.name, base.mint, pool.address)
    return any(word in text.casefold() for text in texts) or word == quote.symbol.casefold()


def _match(eye: Eye, token: Token, pool: Pool) -> Expected:
    return {
        "token": truth.key(token.mint),
        "symbol": truth.symbol(token),
        "name": truth.name(token),
        "liquidity_usd": _liquidity(eye, pool),
        "market_cap_usd": _cap(eye, pool),
        "verified": False,
        "source": ProviderId(eye.vendor),
    }


def promoted(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect true words of whichever tokens somebody paid for."""
    found = [eye.world.tokens[record.token.address] for record in records if isinstance(record, TokenReport)]
    assert all(token.socials.telegram for token in found)
    return [_page(token) for token in found]


def newest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    paid = [token for token in eye.world.tokens.values() if token.socials.telegram]
    newest = sorted(paid, key=lambda token: token.created_at, reverse=True)
    return [_page(token) for token in newest[:_MOST_PAIRS]]


def _page(token: Token) -> Expected:
    return {"token": truth.key(token.mint), IMAGE_URL: ANYTHING, **_links(token)}


def orders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """Expect the profile of whoever has pages; an answer without orders says that nothing was paid."""
    paid = [
        PromotionOrder(kind="tokenProfile", status="approved", at=_milliseconds(token.created_at) + _LATER)
        for token in eye.known(ask)
        if token.socials.telegram is not None
    ]
    return [{"orders": tuple(paid), "boosts": 0}]


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


TRUTHS: Truths = {
    "promotion:/orders/v1/{chain}/{address}": orders,
    "pools:/token-pairs/v1/{chain}/{address}": token_pools,
    "pools:/latest/dex/pairs/{chain}/{pool}": pool,
    "price:/tokens/v1/{chain}/{addresses}": prices,
    "search:/latest/dex/search": search,
    "trending:/token-boosts/top/v1": promoted,
    "new_pools:/token-profiles/latest/v1": newest,
}
