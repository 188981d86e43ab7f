"""What Birdeye says of one token: its figures, and the security facts.

Knows that shares are fractions in the security facts and per cent elsewhere, that a null flag there is no
finding, and that a token it does not know comes as nothing in a success.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.errors import BadPayload, NotListed
from data.models.fields import (
    BUYS,
    CHANGE,
    CIRCULATING,
    CREATOR,
    DECIMALS,
    DEV_RATIO,
    FDV_USD,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LINKS,
    LIQUIDITY_USD,
    LISTED_ID,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    NON_TRANSFERABLE,
    PRICE_USD,
    SELLS,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Field,
    Span,
)
from data.models.ids import SOL, USDC, TokenKey
from data.models.market import Fact, TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Json

_WINDOWS = {Span.M5: "5m", Span.H1: "1h", Span.H6: "6h", Span.H24: "24h"}
_PAGES = {
    "website": "website",
    "twitter": "x",
    "telegram": "telegram",
    "discord": "discord",
    "medium": "medium",
}


def parse_market(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the market data of one token.

    Raises:
        BadPayload: the answer is about another token.
        NotListed: nothing is known of it.
    """
    row = _about(body, ask)
    return _report(
        ask.token,
        facts(
            (PRICE_USD, values.positive(row.get("price"))),
            (MARKET_CAP_USD, values.positive(row.get("market_cap"))),
            (FDV_USD, values.positive(row.get("fdv"))),
            (LIQUIDITY_USD, liquidity(ask.token, row)),
            (SUPPLY, values.positive(row.get("total_supply"))),
            (CIRCULATING, values.positive(row.get("circulating_supply"))),
            (HOLDERS, values.count(row.get("holder"))),
        ),
    )


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read prices keyed by mint; an unknown one is null or missing.

    Raises:
        BadPayload: the answer is no such object.
        NotListed: it prices none of the tokens.
    """
    prices = content(body)
    rows = ((token, values.mapping(prices.get(token.address))) for token in ask.tokens)
    reports = tuple(
        TokenReport(
            token=token,
            facts=facts(
                (PRICE_USD, price),
                (CHANGE[Span.H24], values.ratio(row.get("priceChange24h"))),
                (LIQUIDITY_USD, liquidity(token, row)),
            ),
            as_of=values.moment(row.get("updateUnixTime")),
        )
        for token, row in rows
        if (price := values.positive(row.get("value"))) is not None
    )
    if not reports:
        raise NotListed("no price")
    return reports


def parse_overview(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the overview of one token; a quiet one lacks spans, and six hours have a price alone.

    Raises:
        BadPayload: the answer is about another token.
        NotListed: nothing is known of it.
    """
    row = _about(body, ask)
    pages = values.mapping(row.get("extensions"))
    said = facts(
        *names(row),
        (LINKS, values.links(*((label, pages.get(key)) for key, label in _PAGES.items()))),
        (LISTED_ID, values.text(pages.get("coingeckoId"))),
        (PRICE_USD, values.positive(row.get("price"))),
        (MARKET_CAP_USD, values.positive(row.get("marketCap"))),
        (FDV_USD, values.positive(row.get("fdv"))),
        (LIQUIDITY_USD, liquidity(ask.token, row)),
        (SUPPLY, values.positive(row.get("totalSupply"))),
        (CIRCULATING, values.positive(row.get("circulatingSupply"))),
        (HOLDERS, values.count(row.get("holder"))),
        *_activity(row),
    )
    return _report(ask.token, said)


def parse_security(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the security facts of one token: authorities, shares as fractions, flags; no verdict.

    Raises:
        BadPayload: the answer holds no facts.
        NotListed: nothing is known of the token.
    """
    row = content(body)
    frozen = row.get("freezeable") is True
    said = facts(
        (CREATOR, values.address(row.get("creatorAddress"))),
        (DEV_RATIO, _fraction(row.get("creatorPercentage"))),
        (TOP10_RATIO, _fraction(row.get("top10UserPercent"))),
        (MINT_AUTHORITY, _authority(row, "ownerAddress", "mintAuthority")),
        (FREEZE_AUTHORITY, _authority(row, "freezeAuthority", contradicted=frozen)),
        (SUPPLY, values.positive(row.get("totalSupply"))),
        (MUTABLE, _flag(row.get("mutableMetadata"))),
        (NON_TRANSFERABLE, _flag(row.get("nonTransferable"))),
    )
    return _report(ask.token, said)


def content(body: Json) -> Mapping[str, Json]:
    """Read what the envelope holds.

    Raises:
        BadPayload: it is no envelope.
        NotListed: it holds nothing, as where the token is unknown.
    """
    data = values.required_mapping(body, "answer").get("data")
    if data is None or data == {}:
        raise NotListed("nothing is known of it")
    return values.required_mapping(data, "data")


def _about(body: Json, ask: Ask) -> Mapping[str, Json]:
    row = content(body)
    if values.token_on(ask.chain, row.get("address")) != ask.token:
        raise BadPayload("an answer about another token")
    return row


def _report(token: TokenKey, said: tuple[Fact[Any], ...]) -> tuple[TokenReport, ...]:
    if not said:
        raise NotListed("nothing is known of it")
    return (TokenReport(token=token, facts=said),)


def names(row: Mapping[str, Json]) -> tuple[tuple[Field[Any], Any], ...]:
    """Read what every token object carries."""
    return (
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (DECIMALS, values.decimals(row.get("decimals"))),
        (IMAGE_URL, values.url(row.get("logoURI"))),
    )


def _activity(row: Mapping[str, Json]) -> Iterator[tuple[Field[Any], Any]]:
    for span, window in _WINDOWS.items():
        yield CHANGE[span], values.ratio(row.get(f"priceChange{window}Percent"))
        yield VOLUME_USD[span], values.number(row.get(f"v{window}USD"))
        yield BUYS[span], values.count(row.get(f"buy{window}"))
        yield SELLS[span], values.count(row.get(f"sell{window}"))


def liquidity(token: TokenKey, row: Mapping[str, Json]) -> Decimal | None:
    """Read the liquidity, in USD; that of SOL and USDC adds up every pool of the chain and is none."""
    return None if token in (SOL, USDC) else values.number(row.get("liquidity"))


def _fraction(value: Json) -> Decimal | None:
    """Read a part of a whole that is a ratio already."""
    part = values.number(value)
    return part if part is not None and part <= 1 else None


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _authority(row: Mapping[str, Json], *keys: str, contradicted: bool = False) -> Authority | None:
    """Say who may act: nobody only where null is said, no key names an address, and nothing contradicts."""
    said = [row[key] for key in keys if key in row]
    named = next((found for value in said if (found := values.address(value)) is not None), None)
    if named is not None:
        return Authority(named)
    revoked = bool(said) and all(value is None for value in said) and not contradicted
    return Authority(None) if revoked else None
