"""What Jupiter answers: prices, token facts, what a swap would give.

Knows that a missing entry is unknown, never zero, and that a missing audit flag is not a clean bill.
Source: https://dev.jup.ag/docs/price and https://dev.jup.ag/docs/tokens
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.errors import BadPayload, NotListed
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
    LINKS,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOKEN_PROGRAM,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.ids import SOL, USDC, Chain, ProviderId, TokenKey
from data.models.market import TokenMatch, TokenReport, facts
from data.models.trading import SwapQuote
from data.providers import values
from data.providers.base import Ask, Json

ID = ProviderId("jupiter")
_STATS = {Span.M5: "stats5m", Span.H1: "stats1h", Span.H6: "stats6h", Span.H24: "stats24h"}
_PAGES = {
    "website": "website",
    "twitter": "x",
    "telegram": "telegram",
    "discord": "discord",
    "instagram": "instagram",
    "tiktok": "tiktok",
    "otherUrl": "other",
}


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read prices of version 3: an object keyed by mint, without those it has no trusted price of.

    Raises:
        BadPayload: the answer is no such object, or of version 2.
        NotListed: it prices none of the tokens.
    """
    prices = values.required_mapping(body, "prices")
    if "timeTaken" in prices:
        raise BadPayload("prices of version 2")
    rows = ((token, values.mapping(prices.get(token.address))) for token in ask.tokens)
    reports = tuple(
        TokenReport(
            token=token,
            facts=facts(
                (PRICE_USD, price),
                (CHANGE[Span.H24], values.ratio(row.get("priceChange24h"))),
                (LIQUIDITY_USD, values.number(row.get("liquidity"))),
                (DECIMALS, values.decimals(row.get("decimals"))),
                (LAUNCHPAD, values.text(row.get("launchpad"))),
            ),
        )
        for token, row in rows
        if (price := values.positive(row.get("usdPrice"))) is not None
    )
    if not reports:
        raise NotListed("no trusted price")
    return reports


def parse_tokens(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read what is known of the tokens asked for.

    Raises:
        BadPayload: the answer is not a list.
        NotListed: it holds none of the tokens.
    """
    reports = tuple(report for report in parse_listing(body, ask, at) if report.token in ask.tokens)
    if not reports:
        raise NotListed("none of these tokens")
    return reports


def parse_listing(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read a list of tokens of the vendor's choice.

    Raises:
        BadPayload: the answer is not a list.
    """
    rows = (values.mapping(row) for row in values.required_items(body, "tokens"))
    return tuple(report for row in rows if (report := _report(row)) is not None)


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found; several may carry one symbol.

    Raises:
        BadPayload: the answer is not a list.
    """
    rows = (values.mapping(row) for row in values.required_items(body, "tokens"))
    return tuple(
        TokenMatch(
            token=token,
            symbol=values.symbol(row.get("symbol")) or "",
            name=values.text(row.get("name")) or "",
            liquidity_usd=values.number(row.get("liquidity")),
            market_cap_usd=values.positive(row.get("mcap")),
            verified=row.get("isVerified") is True,
            source=ID,
        )
        for row in rows
        if (token := values.token_on(Chain.SOLANA, row.get("id"))) is not None
    )


def _report(row: Mapping[str, Json]) -> TokenReport | None:
    token = values.token_on(Chain.SOLANA, row.get("id"))
    if token is None:
        return None
    audit = values.mapping(row.get("audit"))
    found = facts(
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (IMAGE_URL, values.url(row.get("icon"))),
        (LINKS, _links(row)),
        (LAUNCHPAD, values.text(row.get("launchpad"))),
        (CREATED_AT, values.moment(values.mapping(row.get("firstPool")).get("createdAt"))),
        (DECIMALS, values.decimals(row.get("decimals"))),
        (TOKEN_PROGRAM, values.address(row.get("tokenProgram"))),
        (SUPPLY, values.positive(row.get("totalSupply"))),
        (CIRCULATING, values.positive(row.get("circSupply"))),
        (PRICE_USD, values.positive(row.get("usdPrice"))),
        (MARKET_CAP_USD, values.positive(row.get("mcap"))),
        (FDV_USD, values.positive(row.get("fdv"))),
        (LIQUIDITY_USD, values.number(row.get("liquidity"))),
        (HOLDERS, values.count(row.get("holderCount"))),
        (CREATOR, values.address(row.get("dev"))),
        (DEV_RATIO, values.share(audit.get("devBalancePercentage"))),
        (MINT_AUTHORITY, _authority(row.get("mintAuthority"), audit.get("mintAuthorityDisabled"))),
        (FREEZE_AUTHORITY, _authority(row.get("freezeAuthority"), audit.get("freezeAuthorityDisabled"))),
        *_activity(row),
    )
    return TokenReport(token=token, facts=found, as_of=values.moment(row.get("updatedAt")))


def _activity(row: Mapping[str, Json]) -> list[tuple[Field[Any], Any]]:
    found: list[tuple[Field[Any], Any]] = []
    for span, key in _STATS.items():
        stats = values.mapping(row.get(key))
        bought, sold = values.number(stats.get("buyVolume")), values.number(stats.get("sellVolume"))
        found += [
            (CHANGE[span], values.ratio(stats.get("priceChange"))),
            (VOLUME_USD[span], None if bought is None or sold is None else bought + sold),
            (BUYS[span], values.count(stats.get("numBuys"))),
            (SELLS[span], values.count(stats.get("numSells"))),
        ]
    return found


def _links(row: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(*((label, row.get(key)) for key, label in _PAGES.items()))


def _authority(named: Json, disabled: Json) -> Authority | None:
    """Say who may act: a named address before the flag, which is left out where it would be false."""
    holder = values.address(named)
    if holder is not None:
        return Authority(holder)
    return Authority(None) if disabled is True else None


def bought_for(token: TokenKey) -> TokenKey:
    """Tell what a token is sold for: SOL, and SOL for dollars."""
    return USDC if token == SOL else SOL


def parse_quote(body: Json, ask: Ask, at: datetime) -> tuple[SwapQuote, ...]:
    """Read what selling an amount of the token would give.

    Raises:
        BadPayload: it is no quote of this sale.
    """
    quote = values.required_mapping(body, "quote")
    sold, bought = (values.token_on(Chain.SOLANA, quote.get(side)) for side in ("inputMint", "outputMint"))
    given, got = (values.raw_amount(quote.get(side)) for side in ("inAmount", "outAmount"))
    if sold != ask.token or bought != bought_for(ask.token) or given is None or not got:
        raise BadPayload("no quote of this sale")
    if ask.amount is not None and given != ask.amount:
        raise BadPayload("a quote of another amount")
    route = (
        values.mapping(values.mapping(leg).get("swapInfo")) for leg in values.items(quote.get("routePlan"))
    )
    return (
        SwapQuote(
            sold=ask.token, bought=bought_for(ask.token), in_amount=given, out_amount=got,
            impact_ratio=values.number(quote.get("priceImpactPct")),  # a ratio, for all its name
            venues=tuple(dict.fromkeys(name for leg in route if (name := values.text(leg.get("label"))))),
        ),
    )  # fmt: skip
