"""Birdeye's truths: all pools of a token together, but no such sum of what others are priced in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

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
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    MUTABLE,
    NON_TRANSFERABLE,
    PRICE_USD,
    SELLS,
    SUPPLY,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Span,
)
from data.models.holders import Holder
from data.models.ids import SOL_MINT, USDC_MINT, ProviderId
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.holders import Role
from data.sandbox.tokens import Token
from tests.unit.data.wire_law import truth, wallets
from tests.unit.data.wire_law.agreement import ANYTHING, UNSAID, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_ROWS = 20
_MOST_HOLDERS = 100
_WEEK_S = 604_800
_SUMMED = {SOL_MINT, USDC_MINT}


def _liquidity(eye: Eye, mint: str) -> object:
    return UNSAID if mint in _SUMMED else eye.usd(mint, eye.world.liquidity_usd(mint))


def _priced(eye: Eye, token: Token) -> dict[Key, object]:
    price = eye.world.price_usd(token.mint)
    cap = eye.usd(token.mint, price * token.supply_units)
    return {
        PRICE_USD: eye.usd(token.mint, price),
        MARKET_CAP_USD: cap,
        FDV_USD: cap,
        LIQUIDITY_USD: _liquidity(eye, token.mint),
    }


def _market(eye: Eye, token: Token) -> dict[Key, object]:
    return {
        "token": truth.key(token.mint),
        **_priced(eye, token),
        SUPPLY: Near(value=token.supply_units),
        CIRCULATING: Near(value=token.supply_units),
        HOLDERS: eye.world.holder_count(token.mint),
    }


def _named(token: Token) -> dict[Key, object]:
    pictured = ANYTHING if token.socials.website else UNSAID
    return {**truth.named(token), DECIMALS: token.decimals, IMAGE_URL: pictured}


def market(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_market(eye, token) for token in eye.known(ask))


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "as_of": truth.whole_second(eye.world.now),
            PRICE_USD: eye.usd(token.mint, eye.world.price_usd(token.mint)),
            CHANGE[Span.H24]: truth.change(eye.world.token_activity(token.mint, 86_400).change_ratio),
            LIQUIDITY_USD: _liquidity(eye, token.mint),
        }
        for token in eye.known(ask)
    )


def overview(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_overview(eye, token) for token in eye.known(ask))


def _overview(eye: Eye, token: Token) -> Expected:
    """Expect every span that was traded in; of six hours the price alone is told."""
    expected: dict[Key, object] = {
        **_market(eye, token),
        **_named(token),
        **truth.links(truth.pages(token)),
        LISTED_ID: token.coingecko_id or UNSAID,
    }
    for span in Span:
        seen = eye.world.token_activity(token.mint, span.seconds)
        traded = seen.buys + seen.sells > 0 and span is not Span.H6
        expected |= {
            CHANGE[span]: truth.change(seen.change_ratio),
            VOLUME_USD[span]: eye.usd(token.mint, seen.volume_usd) if traded else UNSAID,
            BUYS[span]: seen.buys if traded else UNSAID,
            SELLS[span]: seen.sells if traded else UNSAID,
        }
    return expected


def security(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_security(eye, token) for token in eye.known(ask))


def _security(eye: Eye, token: Token) -> Expected:
    """Expect the share of the ten largest wallets, pools left out; what is no finding is not said."""
    wallets = [each for each in eye.world.named_holders(token.mint) if each.role is not Role.POOL]
    share = sum(each.amount for each in wallets[:10]) / token.supply
    stuck = token.extension("nonTransferable") is not None
    return {
        "token": truth.key(token.mint),
        CREATOR: token.creator or UNSAID,
        DEV_RATIO: Near(value=truth.held_by_creator(eye.world, token)) if token.creator else UNSAID,
        TOP10_RATIO: Near(value=share),
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        SUPPLY: Near(value=token.supply_units),
        MUTABLE: ANYTHING,
        NON_TRANSFERABLE: True if stuck else UNSAID,
    }


def holders(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "holders": tuple(
                Holder(
                    owner=each.owner,
                    account=each.account,
                    amount=Decimal(each.amount).scaleb(-token.decimals),
                )
                for each in eye.world.named_holders(token.mint)[:_MOST_HOLDERS]
            ),
        }
        for token in eye.known(ask)
    )


def trades(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the last trades of a week; a buy of the base is a sale of the quote."""
    found, mint = eye.world.pools.get(ask.pool), ask.token.address
    if found is None or mint not in (found.base, found.quote):
        return []
    of_base = mint == found.base
    return [
        {
            "id": f"{trade.signature}:2:0",
            "token": ask.token,
            "pool": ask.pool,
            "at": truth.whole_second(trade.at),
            "is_buy": trade.is_buy == of_base,
            "price_usd": eye.usd(found.base, trade.price_usd / (1 if of_base else trade.price_native)),
            "volume_usd": eye.usd(found.base, trade.volume_usd),
            "owner": trade.trader,
        }
        for trade in eye.world.trades(found, min(ask.limit, 100))
        if (eye.world.now - trade.at).total_seconds() <= _WEEK_S
    ]


def newest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    pooled = [token for token in eye.world.tokens.values() if token.pools]
    pooled.sort(key=lambda token: token.pools[0].created_at, reverse=True)
    return [
        {
            "token": truth.key(token.mint),
            **_named(token),
            LIQUIDITY_USD: _liquidity(eye, token.mint),
            CREATED_AT: truth.whole_second(token.pools[0].created_at),
        }
        for token in pooled[:_ROWS]
    ]


def busiest(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the most traded tokens of a day, without those that others are priced in."""
    money = {pool.quote for pool in eye.world.pools.values()}
    others = [token for token in eye.world.tokens.values() if token.mint not in money]
    traded = [(eye.volume(token.mint, Span.H24), token) for token in others]
    busy = sorted((each for each in traded if each[0] > 0), key=lambda each: -each[0])
    return [
        {
            "token": truth.key(token.mint),
            "as_of": truth.whole_second(eye.world.now),
            **_named(token),
            **_priced(eye, token),
            VOLUME_USD[Span.H24]: eye.usd(token.mint, volume),
            CHANGE[Span.H24]: truth.change(eye.world.token_activity(token.mint, 86_400).change_ratio),
        }
        for volume, token in busy[:_ROWS]
    ]


def search(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the tokens with the word in their names or as their address, most traded first."""
    word = ask.query.casefold()
    found = [
        (eye.usd(token.mint, eye.volume(token.mint, Span.H24)).value, token)
        for token in eye.world.tokens.values()
        if token.mint == ask.query or word in token.symbol.casefold() or word in token.name.casefold()
    ]
    found.sort(key=lambda each: -each[0])
    return [_match(eye, token) for _, token in found[:_ROWS]]


def _match(eye: Eye, token: Token) -> Expected:
    return {
        "token": truth.key(token.mint),
        "symbol": truth.symbol(token),
        "name": truth.name(token),
        "liquidity_usd": _liquidity(eye, token.mint),
        "market_cap_usd": eye.usd(token.mint, eye.world.price_usd(token.mint) * token.supply_units),
        "verified": token.coingecko_id is not None,
        "source": ProviderId(eye.vendor),
    }


def worth(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return wallets.holdings(eye, ask, summed=True)


TRUTHS: Truths = {
    "price:/defi/v3/token/market-data": market,
    "price:/defi/multi_price": prices,
    "meta:/defi/token_overview": overview,
    "security:/defi/token_security": security,
    "holders:/defi/v3/token/holder": holders,
    "trades:/defi/v3/token/txs": trades,
    "new_pools:/defi/v2/tokens/new_listing": newest,
    "trending:/defi/token_trending": busiest,
    "search:/defi/v3/search": search,
    "wallet:/wallet/v2/current-net-worth": worth,
    "wallet_profit:/wallet/v2/pnl/summary": wallets.profit,
}
