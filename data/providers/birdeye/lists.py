"""How Birdeye's lists are read: holders, new and trending tokens, what a search found, trades of a pool."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from data.errors import NotListed
from data.models.fields import (
    CHANGE,
    CREATED_AT,
    FDV_USD,
    LIQUIDITY_USD,
    MARKET_CAP_USD,
    PRICE_USD,
    VOLUME_USD,
    Span,
)
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId, TokenKey
from data.models.market import TokenMatch, TokenReport, Trade, facts
from data.providers import values
from data.providers.base import Ask, Json
from data.providers.birdeye.tokens import content, liquidity, names

ID = ProviderId("birdeye")


def parse_holders(body: Json, ask: Ask, at: datetime) -> tuple[HolderList, ...]:
    """Read who holds the token, pools among them.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: nobody is known to hold the token.
    """
    rows = map(values.mapping, values.required_items(content(body).get("items"), "holders"))
    found = [holder for row in rows if (holder := _holder(row, ask.token)) is not None]
    if not found:
        raise NotListed("no holders of this token")
    found.sort(key=lambda holder: holder.amount or Decimal(0), reverse=True)
    return (HolderList(token=ask.token, holders=tuple(found)),)


def parse_listing(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the tokens that were listed last; the times have no zone and are UTC.

    Raises:
        BadPayload: the answer holds no list.
    """
    rows = map(values.mapping, values.required_items(content(body).get("items"), "tokens"))
    return tuple(
        TokenReport(
            token=token,
            facts=facts(
                *names(row),
                (LIQUIDITY_USD, liquidity(token, row)),
                (CREATED_AT, values.moment(row.get("liquidityAddedAt"))),
            ),
        )
        for row in rows
        if (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def parse_trending(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the tokens that are looked at most, in the vendor's order.

    Raises:
        BadPayload: the answer holds no list.
    """
    data = content(body)
    rows = map(values.mapping, values.required_items(data.get("tokens"), "tokens"))
    return tuple(
        TokenReport(
            token=token,
            facts=facts(
                *names(row),
                (PRICE_USD, values.positive(row.get("price"))),
                (MARKET_CAP_USD, values.positive(row.get("marketcap"))),
                (FDV_USD, values.positive(row.get("fdv"))),
                (LIQUIDITY_USD, liquidity(token, row)),
                (VOLUME_USD[Span.H24], values.number(row.get("volume24hUSD"))),
                (CHANGE[Span.H24], values.ratio(row.get("price24hChangePercent"))),
            ),
            as_of=values.moment(data.get("updateUnixTime")),
        )
        for row in rows
        if (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found; markets among the results are left out.

    Raises:
        BadPayload: the answer holds no list.
    """
    groups = map(values.mapping, values.required_items(content(body).get("items"), "results"))
    rows = (
        values.mapping(row)
        for group in groups
        if group.get("type") == "token"
        for row in values.items(group.get("result"))
    )
    return tuple(
        TokenMatch(
            token=token,
            symbol=values.symbol(row.get("symbol")) or "",
            name=values.text(row.get("name")) or "",
            liquidity_usd=liquidity(token, row),
            market_cap_usd=values.positive(row.get("market_cap")),
            verified=row.get("verified") is True,
            source=ID,
        )
        for row in rows
        if row.get("network") == ask.chain
        and (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def parse_trades(body: Json, ask: Ask, at: datetime) -> tuple[Trade, ...]:
    """Read swaps of the token asked for in the pool asked for; those without a price are left out.

    Raises:
        BadPayload: the answer holds no list.
    """
    rows = map(values.mapping, values.required_items(content(body).get("items"), "trades"))
    return tuple(trade for row in rows if (trade := _trade(row, ask)) is not None)


def _holder(row: Mapping[str, Json], token: TokenKey) -> Holder | None:
    account = values.address(row.get("token_account"))
    owner = values.address(row.get("owner")) or account
    if owner is None or values.token_on(token.chain, row.get("mint")) != token:
        return None
    amount = values.units(values.raw_amount(row.get("amount")), values.decimals(row.get("decimals")))
    return Holder(owner=owner, account=account, amount=amount)


def _trade(row: Mapping[str, Json], ask: Ask) -> Trade | None:
    sides = {side: values.mapping(row.get(side)) for side in ("from", "to")}
    sold, bought = (values.token_on(ask.chain, side.get("address")) for side in sides.values())
    if ask.token not in (sold, bought) or sold == bought or row.get("pool_id") != ask.pool:
        return None
    signature, place = values.address(row.get("tx_hash")), values.count(row.get("ins_index"))
    at, volume = values.moment(row.get("block_unix_time")), values.number(row.get("volume_usd"))
    price = values.positive(sides["to" if bought == ask.token else "from"].get("price"))
    if signature is None or place is None or at is None or price is None or volume is None:
        return None
    return Trade(
        id=f"{signature}:{place}:{values.count(row.get('inner_ins_index')) or 0}",
        token=ask.token,
        pool=ask.pool,
        at=at,
        is_buy=bought == ask.token,
        price_usd=price,
        volume_usd=volume,
        owner=values.address(row.get("owner")),
    )
