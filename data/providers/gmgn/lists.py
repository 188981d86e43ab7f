"""GMGN's lists: who holds a token, and which tokens are traded most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from data.errors import NotListed
from data.models.fields import (
    BUYS,
    CHANGE,
    CREATED_AT,
    CREATOR,
    HOLDERS,
    LAUNCHPAD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    SELLS,
    SNIPER_RATIO,
    SUPPLY,
    TOP10_RATIO,
    VOLUME_USD,
    Field,
    Span,
)
from data.models.holders import Holder, HolderList
from data.models.ids import Chain, TokenKey
from data.models.market import TokenReport, facts
from data.providers import values
from data.providers.base import Ask, Json
from data.providers.gmgn.reading import CHAINS, NAMED, named, rate, unwrapped

RANK_FIELDS: frozenset[Field[Any]] = NAMED | {
    LAUNCHPAD, SUPPLY, PRICE_USD, MARKET_CAP_USD, LIQUIDITY_USD, HOLDERS, CREATED_AT, CREATOR, TOP10_RATIO,
    SNIPER_RATIO, CHANGE[Span.M5], CHANGE[Span.H1], VOLUME_USD[Span.H1], BUYS[Span.H1], SELLS[Span.H1],
}  # fmt: skip

_BURNT, _POOLED = 1, 2  # kinds of a holder's address


def parse_holders(body: Json, ask: Ask, at: datetime) -> tuple[HolderList, ...]:
    """Read who holds a token, pools and burn addresses among them.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: nobody is on it.
    """
    rows = map(values.mapping, values.required_items(unwrapped(body, "list").get("list"), "holders"))
    found = [holder for row in rows if (holder := _holder(row, ask.token.chain)) is not None]
    if not found:
        raise NotListed("no holders")
    found.sort(key=lambda holder: holder.ratio or Decimal(0), reverse=True)
    return (HolderList(token=ask.token, holders=tuple(found)),)


def parse_rank(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the most traded tokens of the hour; on Solana those with a live authority are not among them.

    Raises:
        BadPayload: the answer holds no list.
    """
    rows = map(values.mapping, values.required_items(unwrapped(body, "rank").get("rank"), "rank"))
    chain = CHAINS.get(ask.chain)
    return tuple(
        _ranked(row, token)
        for row in rows
        if row.get("chain", chain) == chain
        and (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def _holder(row: Mapping[str, Json], chain: Chain) -> Holder | None:
    owner = values.address_on(chain, row.get("address"))
    if owner is None:
        return None
    return Holder(
        owner=owner,
        account=values.address(row.get("account_address")),
        amount=values.number(row.get("balance")),
        ratio=rate(row.get("amount_percentage")),
        label=_label(row),
        pooled=values.count(row.get("addr_type")) == _POOLED,
    )


def _label(row: Mapping[str, Json]) -> str:
    """Name a holder: its exchange, its own name, or what kind of wallet the vendor takes it for."""
    kind = values.count(row.get("addr_type"))
    if kind == _BURNT:
        return "burnt"
    place = values.text(row.get("exchange")) if kind == _POOLED else None
    tags = (values.text(tag) for tag in values.items(row.get("maker_token_tags")))
    return place or values.text(row.get("name")) or next((tag for tag in tags if tag), "")


def _ranked(row: Mapping[str, Json], token: TokenKey) -> TokenReport:
    return TokenReport(
        token=token,
        facts=facts(
            *named(row, row),
            (LAUNCHPAD, _launchpad(row.get("launchpad_platform"))),
            (SUPPLY, values.positive(row.get("total_supply"))),
            (PRICE_USD, values.positive(row.get("price"))),
            (MARKET_CAP_USD, values.positive(row.get("market_cap"))),
            (LIQUIDITY_USD, values.number(row.get("liquidity"))),
            (HOLDERS, values.count(row.get("holder_count"))),
            (CREATED_AT, values.moment(row.get("open_timestamp"))),
            (CREATOR, values.address_on(token.chain, row.get("creator"))),
            (TOP10_RATIO, rate(row.get("top_10_holder_rate"))),
            (SNIPER_RATIO, rate(row.get("top70_sniper_hold_rate"))),
            (CHANGE[Span.M5], values.ratio(row.get("price_change_percent5m"))),
            (CHANGE[Span.H1], values.ratio(row.get("price_change_percent1h"))),
            (VOLUME_USD[Span.H1], values.number(row.get("volume"))),
            (BUYS[Span.H1], values.count(row.get("buys"))),
            (SELLS[Span.H1], values.count(row.get("sells"))),
        ),
    )


def _launchpad(value: Json) -> str | None:
    """Read where a token was launched; `pool_…` is where it is traded."""
    found = values.text(value)
    return None if found is None or found.startswith("pool_") else found
