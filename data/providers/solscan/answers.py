"""How Solscan's answers are read: tokens, prices, holders, pools, candles, lists and searches.

Knows that a batch is matched by address, never by place, that an absent key is not a null one, and that the
newest bar may come twice. Amounts beyond 2^53 are read from their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from data.errors import BadPayload, NotListed
from data.models.fields import (
    CHANGE,
    CREATOR,
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    HOLDERS,
    IMAGE_URL,
    LINKS,
    MARKET_CAP_USD,
    MINT_AUTHORITY,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Activity, Candle, CandleSeries, Pool, TokenMatch, TokenReport, TokenSide, facts
from data.providers import values
from data.providers.base import Ask, Json

ID = ProviderId("solscan")

# The programs, by the names other vendors use for them.
_DEXES = {
    "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8": "raydium",
    "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C": "raydium-cpmm",
    "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK": "raydium-clmm",
    "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc": "orca",
    "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo": "meteora",
    "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA": "pumpswap",
    "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P": "pumpfun",
}
_PAGES = {"website": "website", "twitter": "x", "telegram": "telegram", "discord": "discord"}


def parse_token(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read what is known of one token.

    Raises:
        BadPayload: the answer is about another token.
        NotListed: nothing is known of it.
    """
    row = values.required_mapping(content(body), "token")
    if values.token_on(ask.chain, row.get("address")) != ask.token:
        raise BadPayload("an answer about another token")
    places, raw = values.decimals(row.get("decimals")), values.raw_amount(row.get("supply"))
    said = facts(
        *_names(row),
        (LINKS, _links(row)),
        (SUPPLY, values.units(raw or None, places)),  # native SOL keeps no count
        (HOLDERS, values.count(row.get("holder"))),
        (CREATOR, values.address(row.get("creator"))),
        (PRICE_USD, values.positive(row.get("price"))),
        (MARKET_CAP_USD, values.positive(row.get("market_cap"))),
        (VOLUME_USD[Span.H24], values.number(row.get("total_dex_vol_24h"))),
        (CHANGE[Span.H24], values.ratio(row.get("price_change_24h"))),
        (MINT_AUTHORITY, _authority(row, "mint_authority")),
        (FREEZE_AUTHORITY, _authority(row, "freeze_authority")),
        (EXTENSIONS, _extensions(row)),
    )
    return (TokenReport(token=ask.token, facts=said),)


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the last prices; unknown tokens are left out.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: it prices none of the tokens.
    """
    rows = map(values.mapping, values.required_items(content(body), "prices"))
    by_token = {values.token_on(ask.chain, row.get("address")): row for row in rows}
    found = ((token, by_token.get(token, {})) for token in ask.tokens)
    reports = tuple(
        TokenReport(
            token=token,
            facts=facts(
                (PRICE_USD, price),
                (MARKET_CAP_USD, values.positive(row.get("market_cap"))),
                (CHANGE[Span.H24], values.ratio(row.get("price_change_24h"))),
            ),
            as_of=values.moment(row.get("updated_time")),
        )
        for token, row in found
        if (price := values.positive(row.get("price"))) is not None
    )
    if not reports:
        raise NotListed("no price")
    return reports


def parse_holders(body: Json, ask: Ask, at: datetime) -> tuple[HolderList, ...]:
    """Read the largest holders, pools among them, and how many there are.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: nobody is known to hold the token.
    """
    data = values.required_mapping(content(body), "holders")
    rows = map(values.mapping, values.required_items(data.get("items"), "holders"))
    found = [holder for row in rows if (holder := _holder(row)) is not None]
    if not found:
        raise NotListed("no holders of this token")
    found.sort(key=lambda holder: holder.amount or 0, reverse=True)
    return (HolderList(token=ask.token, holders=tuple(found), total=values.count(data.get("total"))),)


def parse_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pools of the token asked for, turned so that it is the base; no price is said.

    Raises:
        BadPayload: the answer holds no list.
        NotListed: none of them holds the token.
    """
    rows = map(values.mapping, values.required_items(content(body), "pools"))
    found = tuple(pool for row in rows if (pool := _pool(row, ask)) is not None)
    if not found:
        raise NotListed("no pool with this token")
    return found


def parse_candles(body: Json, ask: Ask, at: datetime) -> tuple[CandleSeries, ...]:
    """Read bars in USD, oldest first; of two with one time the last listed is the newer state of the bar.

    Raises:
        BadPayload: the answer holds no list, or bars in another currency or of another length.
        NotListed: there are no bars, as of a pool that the token is no side of.
    """
    data = values.required_mapping(content(body), "candles")
    if data.get("currency", "usd") != "usd" or data.get("res") != ask.timeframe:
        raise BadPayload("not the candles asked for")
    rows = values.required_items(data.get("data"), "candles")
    by_time = {candle.time: candle for row in rows if (candle := _candle(values.mapping(row))) is not None}
    candles = tuple(by_time[time] for time in sorted(by_time))
    if not candles:
        raise NotListed("no candles")
    return (CandleSeries(token=ask.token, pool=ask.pool, timeframe=ask.timeframe, candles=candles),)


def parse_trending(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the tokens that are looked at most; no more than their names is said.

    Raises:
        BadPayload: the answer holds no list.
    """
    rows = map(values.mapping, values.required_items(content(body), "tokens"))
    return tuple(
        TokenReport(token=token, facts=facts(*_names(row)))
        for row in rows
        if (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found; several may carry one symbol.

    Raises:
        BadPayload: the answer holds no list.
    """
    data = values.required_mapping(content(body), "results")
    rows = map(values.mapping, values.required_items(data.get("items"), "tokens"))
    return tuple(
        TokenMatch(
            token=token,
            symbol=values.symbol(row.get("symbol")) or "",
            name=values.text(row.get("name")) or "",
            market_cap_usd=values.positive(row.get("market_cap")),
            verified=row.get("is_verified") is True,
            source=ID,
        )
        for row in rows
        if (token := values.token_on(ask.chain, row.get("address"))) is not None
    )


def content(body: Json) -> Json:
    """Read what the envelope holds: nothing, where what is asked for is unknown."""
    data = values.required_mapping(body, "answer").get("data")
    if data is None or data == {}:
        raise NotListed("nothing is known of it")
    return data


def _names(row: Mapping[str, Json]) -> Iterable[tuple[Field[Any], Any]]:
    return (
        (SYMBOL, values.symbol(row.get("symbol"))),
        (NAME, values.text(row.get("name"))),
        (DECIMALS, values.decimals(row.get("decimals"))),
        (IMAGE_URL, values.url(row.get("icon"))),
    )


def _links(row: Mapping[str, Json]) -> tuple[Link, ...] | None:
    pages = values.mapping(row.get("metadata"))
    return values.links(*((label, pages.get(key)) for key, label in _PAGES.items()))


def _authority(row: Mapping[str, Json], key: str) -> Authority | None:
    """Say who may act: null is nobody, an absent or unreadable one is unknown."""
    if key in row and row[key] is None:
        return Authority(None)
    named = values.address(row.get(key))
    return None if named is None else Authority(named)


def _extensions(row: Mapping[str, Json]) -> tuple[str, ...] | None:
    """Read the names of a Token-2022 mint's extensions; without the key, or a name, they are unknown."""
    if not isinstance(row.get("onchain_extensions"), list):
        return None
    names = [values.text(values.mapping(item).get("extension")) for item in row["onchain_extensions"]]
    return tuple(name for name in names if name) if all(names) else None


def _holder(row: Mapping[str, Json]) -> Holder | None:
    account = values.address(row.get("address"))
    owner = values.address(row.get("owner")) or account
    if owner is None:
        return None
    raw = values.raw_amount(row.get("amount_str"))
    return Holder(
        owner=owner,
        account=account,
        amount=values.units(raw, values.decimals(row.get("decimals"))),
        ratio=values.share(row.get("percentage")),
    )


def _pool(row: Mapping[str, Json], ask: Ask) -> Pool | None:
    address = values.address(row.get("pool_id"))
    first, second = (values.token_on(ask.chain, row.get(key)) for key in ("token_1", "token_2"))
    if address is None or first is None or second is None or ask.token not in (first, second):
        return None
    volume = values.number(row.get("total_volume_24h"))
    return Pool(
        chain=ask.chain,
        address=address,
        dex=_DEXES.get(values.address(row.get("program_id")) or "", "unknown"),
        base=TokenSide(token=ask.token),
        quote=TokenSide(token=second if first == ask.token else first),
        liquidity_usd=values.number(row.get("total_tvl")),
        activity={} if volume is None else {Span.H24: Activity(volume_usd=volume)},
    )


def _candle(row: Mapping[str, Json]) -> Candle | None:
    """Read one bar; None where it cannot be one."""
    time, volume = _minute(row.get("time")), values.number(row.get("volume"))
    opened, high, low, close = (
        values.positive(row.get(f"{part}_price")) for part in ("open", "high", "low", "close")
    )
    if time is None or volume is None or not (opened and high and low and close) or high < low:
        return None
    return Candle(time, float(opened), float(high), float(low), float(close), float(volume))


def _minute(value: Json) -> int | None:
    """Read a minute written as the number yyyyMMddHHmm, in unix seconds."""
    digits = str(values.count(value))
    if len(digits) != 12 or not digits.isdecimal():
        return None
    try:
        return int(datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
