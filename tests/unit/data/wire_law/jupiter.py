"""Jupiter's truths: all pools of a token together, and no price without a recent trade and some liquidity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from data.models.fields import (
    BUYS,
    CHANGE,
    CIRCULATING,
    CREATED_AT,
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LAUNCHPAD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    PRICE_USD,
    SELLS,
    SUPPLY,
    TOKEN_PROGRAM,
    VOLUME_USD,
    Authority,
    Span,
)
from data.models.ids import ProviderId
from data.models.market import Record
from data.providers.base import Ask
from data.providers.jupiter.answers import bought_for
from data.sandbox.tokens import Dex, Kind, Pool, Token
from data.sandbox.world import World
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_MOST_FOUND = 20
_NEWEST = 30
_RECENT = timedelta(days=7)
_LEAST_USD = 100.0
_VENUES = {
    Dex.RAYDIUM: "Raydium",
    Dex.RAYDIUM_CLMM: "Raydium CLMM",
    Dex.ORCA: "Whirlpool",
    Dex.METEORA: "Meteora DLMM",
    Dex.PUMPSWAP: "Pump.fun Amm",
    Dex.PUMPFUN: "Pump.fun",
}


def _trusted(eye: Eye, token: Token) -> bool:
    """Tell whether the vendor names a price: traded within a week against 100 USD, or money itself."""
    last = eye.world.last_trade_at(token.mint)
    if not token.pools:
        return True
    recent = last is not None and eye.world.now - last <= _RECENT
    return recent and eye.world.liquidity_usd(token.mint) >= _LEAST_USD


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            PRICE_USD: eye.usd(token.mint, eye.world.price_usd(token.mint)),
            CHANGE[Span.H24]: truth.change(eye.world.token_activity(token.mint, 86_400).change_ratio),
            LIQUIDITY_USD: eye.usd(token.mint, eye.world.liquidity_usd(token.mint), within=0.005),
            DECIMALS: token.decimals,
            LAUNCHPAD: token.launchpad or UNSAID,
        }
        for token in eye.known(ask)
        if _trusted(eye, token)
    )


def tokens(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_token(eye, token) for token in eye.known(ask))


def _token(eye: Eye, token: Token) -> Expected:
    world = eye.world
    cap = eye.usd(token.mint, world.price_usd(token.mint) * token.supply_units)
    priced = _trusted(eye, token)
    return {
        "token": truth.key(token.mint),
        "as_of": Near(value=world.now.timestamp(), within=0.001),
        **truth.named(token),
        IMAGE_URL: ANYTHING if token.socials.website else UNSAID,
        **truth.links(truth.pages(token)),
        LAUNCHPAD: token.launchpad or UNSAID,
        CREATED_AT: truth.whole_second(token.pools[0].created_at) if token.pools else UNSAID,
        DECIMALS: token.decimals,
        TOKEN_PROGRAM: token.program.value,
        SUPPLY: Near(value=token.supply_units),
        CIRCULATING: Near(value=token.supply_units),
        PRICE_USD: eye.usd(token.mint, world.price_usd(token.mint)) if priced else UNSAID,
        MARKET_CAP_USD: cap if priced else UNSAID,
        FDV_USD: cap if priced else UNSAID,
        LIQUIDITY_USD: eye.usd(token.mint, world.liquidity_usd(token.mint)),
        HOLDERS: world.holder_count(token.mint),
        CREATOR: token.creator or UNSAID,
        DEV_RATIO: Near(value=truth.held_by_creator(world, token)) if token.creator else UNSAID,
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        **_activity(eye, token),
    }


def _activity(eye: Eye, token: Token) -> dict[Key, object]:
    """Expect the trades of all pools; a span without any is left out as a whole.

    The change is that of the main pool: none at all where only the others were traded.
    """
    expected: dict[Key, object] = {}
    for span in Span:
        seen = eye.world.token_activity(token.mint, span.seconds)
        traded = seen.buys + seen.sells > 0
        expected |= {
            CHANGE[span]: Near(value=seen.change_ratio or 0.0) if traded else UNSAID,
            VOLUME_USD[span]: eye.usd(token.mint, seen.volume_usd) if traded else UNSAID,
            BUYS[span]: seen.buys if traded else UNSAID,
            SELLS[span]: seen.sells if traded else UNSAID,
        }
    return expected


def search(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the token of a mint, or those with the word in their names, its own ticker before the others."""
    word = ask.query.strip().casefold()
    found = [token for token in eye.world.tokens.values() if token.mint == ask.query] or [
        token
        for token in eye.world.tokens.values()
        if word in token.symbol.casefold() or word in token.name.casefold()
    ]
    found.sort(key=lambda each: (each.symbol.casefold() != word, -eye.world.liquidity_usd(each.mint)))
    return [_match(eye, token) for token in found[:_MOST_FOUND]]


def _match(eye: Eye, token: Token) -> Expected:
    told = _token(eye, token)
    return {
        "token": truth.key(token.mint),
        "symbol": truth.symbol(token),
        "name": truth.name(token),
        "liquidity_usd": told[LIQUIDITY_USD],
        "market_cap_usd": told[MARKET_CAP_USD],
        "verified": token.coingecko_id is not None,
        "source": ProviderId(eye.vendor),
    }


def newest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    pooled = [token for token in eye.world.tokens.values() if token.pools]
    pooled.sort(key=lambda token: token.created_at, reverse=True)
    return [_token(eye, token) for token in pooled[:_NEWEST]]


def busiest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the most traded tokens, without those that others are priced in."""
    money = {pool.quote for pool in eye.world.pools.values()}
    others = [token for token in eye.world.tokens.values() if token.mint not in money]
    traded = [(eye.volume(token.mint, Span.H1), token) for token in others]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    return [_token(eye, token) for _, token in busy[: min(ask.limit, 100)]]


def _sold_into(world: World, pool: Pool, mint: str, given: float) -> tuple[float, float]:
    """Sell into a pool that keeps its product: the dollars that come out, and how far its price moves."""
    state = world.state(pool)
    price, mine, other = state.price_native, state.quote_reserve, pool.quote
    if pool.base != mint:
        price, mine, other = 1 / state.price_native, state.base_reserve, pool.base
    kept = mine * mine / (mine + given * price)  # what must stay for the product to hold
    paid = (mine - kept) * (1 - pool.dex.fee_ratio)
    return paid * world.price_usd(other), 1 - kept / mine if mine else 1.0


def quote(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    """A sale goes where it brings most; a trap cannot be sold."""
    world, token = eye.world, eye.world.tokens.get(ask.token.address)
    if token is None or token.kind is Kind.HONEYPOT:
        return None
    assert ask.amount is not None
    bought = bought_for(ask.token)
    unit_usd = world.price_usd(bought.address) / 10 ** world.tokens[bought.address].decimals
    offers = [
        (*_sold_into(world, pool, token.mint, ask.amount / 10**token.decimals), _VENUES[pool.dex])
        for pool in world.pools_of(token.mint)
        if pool.base == token.mint or pool.base == bought.address
    ]
    paid, impact, venue = max(offers, default=(0.0, 0.0, ""))
    if paid < unit_usd:
        return None
    units = paid / unit_usd
    return [
        {
            "sold": ask.token, "bought": bought, "in_amount": ask.amount,
            "out_amount": Near(value=units, within=1.0, ratio=1e-9),
            "impact_ratio": Near(value=impact, within=1e-9), "venues": (venue,),
        }
    ]  # fmt: skip


TRUTHS: Truths = {
    "quote:/swap/v1/quote": quote,
    "price:/price/v3": prices,
    "meta:/tokens/v2/search": tokens,
    "search:/tokens/v2/search": search,
    "new_pools:/tokens/v2/recent": newest,
    "trending:/tokens/v2/toptrending/1h": busiest,
}
