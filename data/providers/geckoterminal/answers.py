"""How GeckoTerminal's JSON:API documents are read: tokens, pools, candles, trades.

Knows that nearly every number is a string and that candles must say which token they price; knows no path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from data.errors import BadPayload, NotListed
from data.models.fields import (
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
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    VOLUME_USD,
    Authority,
    Field,
    Link,
    Span,
)
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import (
    Candle,
    CandleSeries,
    Pool,
    TokenMatch,
    TokenReport,
    TokenSide,
    Trade,
    facts,
)
from data.providers import pools, values
from data.providers.base import Ask, Json

ID = ProviderId("geckoterminal")
CHAINS = {Chain.SOLANA: "solana", Chain.ETHEREUM: "eth", Chain.BSC: "bsc", Chain.BASE: "base"}


def parse_tokens(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport | Pool, ...]:
    """Read the tokens asked for, then the best pools that came along with them.

    Raises:
        BadPayload: the answer is not a document with a list.
        NotListed: it holds none of the tokens.
    """
    document = values.required_mapping(body, "document")
    rows = [values.mapping(row) for row in values.required_items(document.get("data"), "tokens")]
    reports = tuple(
        report for row in rows if (report := _token(row, ask.chain)) and report.token in ask.tokens
    )
    if not reports:
        raise NotListed("none of these tokens")
    best = _pools(values.items(document.get("included")), {}, ask.chain)
    return *reports, *(pool for pool in best if pool.base.token in ask.tokens)


def parse_info(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read what is known of the token beyond its market.

    A mint authority of "no" is nobody; "yes" names no address and so gives no fact.

    Raises:
        BadPayload: the answer is not about the token asked for.
    """
    said = _attributes(values.required_mapping(body, "document").get("data"))
    token = values.token_on(ask.chain, said.get("address"))
    if token != ask.token:
        raise BadPayload("token info of another token")
    holders = values.mapping(said.get("holders"))
    top10 = values.share(values.mapping(holders.get("distribution_percentage")).get("top_10"))
    found = facts(
        *_names(said),
        (LINKS, _links(said)),
        (HOLDERS, values.count(holders.get("count"))),
        (TOP10_RATIO, top10),
        (CREATOR, values.address_on(ask.chain, said.get("developer_address"))),
        (DEV_RATIO, values.share(said.get("developer_holding_percentage"))),
        (MINT_AUTHORITY, _revoked(said.get("mint_authority"))),
        (FREEZE_AUTHORITY, _revoked(said.get("freeze_authority"))),
    )
    return (TokenReport(token=ask.token, facts=found),)


def parse_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read a list of pools; where tokens are asked for, those with one of them as the base.

    Raises:
        BadPayload: the answer is not a document with a list.
    """
    document = values.required_mapping(body, "document")
    rows = values.required_items(document.get("data"), "pools")
    listed = _pools(rows, _sides(document, ask.chain), ask.chain)
    return tuple(pool for pool in listed if not ask.tokens or pool.base.token in ask.tokens)


def parse_token_pools(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pools whose base is the token asked for.

    Raises:
        BadPayload: the answer is not a document with a list.
        NotListed: none of them is a pool of the token.
    """
    listed = parse_pools(body, ask, at)
    if not listed:
        raise NotListed("no pool with this token as its base")
    return listed


def parse_pool(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the pool asked for, whatever its tokens.

    Raises:
        BadPayload: the answer is not about that pool.
    """
    document = values.required_mapping(body, "document")
    listed = tuple(_pools([document.get("data")], _sides(document, ask.chain), ask.chain))
    if not listed or listed[0].address != values.address_on(ask.chain, ask.pool):
        raise BadPayload("not the pool asked for")
    return listed


def parse_search(body: Json, ask: Ask, at: datetime) -> tuple[TokenMatch, ...]:
    """Read the tokens that a text found: the base of each pool, by its deepest.

    Raises:
        BadPayload: the answer is not a document with a list.
    """
    return pools.matches(parse_pools(body, replace(ask, tokens=()), at), ID)


def parse_candles(body: Json, ask: Ask, at: datetime) -> tuple[CandleSeries, ...]:
    """Read candles, oldest first; of two with one time the last listed stays.

    Raises:
        BadPayload: the answer holds no list, or does not price the token asked for.
    """
    document = values.required_mapping(body, "document")
    priced = values.mapping(values.mapping(document.get("meta")).get("base")).get("address")
    # A wrong side is the inverse of the price, and nothing else in the answer would show it.
    if values.token_on(ask.chain, priced) != ask.token:
        raise BadPayload("candles of another token")
    rows = values.required_items(_attributes(document.get("data")).get("ohlcv_list"), "candles")
    by_time = {candle.time: candle for row in rows if (candle := _candle(row)) is not None}
    candles = tuple(by_time[time] for time in sorted(by_time))
    return (CandleSeries(token=ask.token, pool=ask.pool, timeframe=ask.timeframe, candles=candles),)


def parse_trades(body: Json, ask: Ask, at: datetime) -> tuple[Trade, ...]:
    """Read swaps of the token asked for, newest first; those that name no price of it are left out.

    Raises:
        BadPayload: the answer is not a document with a list.
    """
    document = values.required_mapping(body, "document")
    rows = (values.mapping(row) for row in values.required_items(document.get("data"), "trades"))
    return tuple(trade for row in rows if (trade := _trade(row, ask)) is not None)


def _attributes(value: Json) -> Mapping[str, Json]:
    return values.mapping(values.mapping(value).get("attributes"))


def _related(row: Mapping[str, Json], name: str) -> Json:
    """Find the id of what a row refers to."""
    relation = values.mapping(values.mapping(row.get("relationships")).get(name))
    return values.mapping(relation.get("data")).get("id")


def _key(identifier: Json, chain: Chain) -> TokenKey | None:
    """Read a token out of `solana_<mint>`; None where it is of another chain."""
    prefix = f"{CHAINS.get(chain)}_"
    if not isinstance(identifier, str) or not identifier.startswith(prefix):
        return None
    return values.token_on(chain, identifier.removeprefix(prefix))


def _token(row: Mapping[str, Json], chain: Chain) -> TokenReport | None:
    token, said = _key(row.get("id"), chain), _attributes(row)
    if token is None:
        return None
    found = facts(
        *_names(said),
        (PRICE_USD, values.positive(said.get("price_usd"))),
        (FDV_USD, values.positive(said.get("fdv_usd"))),
        (MARKET_CAP_USD, values.positive(said.get("market_cap_usd"))),
        (LIQUIDITY_USD, values.number(said.get("total_reserve_in_usd"))),
        (VOLUME_USD[Span.H24], values.number(values.mapping(said.get("volume_usd")).get("h24"))),
        (SUPPLY, values.number(said.get("normalized_total_supply"))),
    )
    return TokenReport(token=token, facts=found)


def _names(said: Mapping[str, Json]) -> tuple[tuple[Field[Any], Any], ...]:
    """Read what every token object carries."""
    return (
        (SYMBOL, values.symbol(said.get("symbol"))),
        (NAME, values.text(said.get("name"))),
        (DECIMALS, values.decimals(said.get("decimals"))),
        (IMAGE_URL, values.url(said.get("image_url"))),
        (LISTED_ID, values.text(said.get("coingecko_coin_id"))),
    )


def _links(said: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(
        *(("website", page) for page in values.items(said.get("websites"))),
        ("x", values.profile("https://x.com/", said.get("twitter_handle"))),
        ("telegram", values.profile("https://t.me/", said.get("telegram_handle"))),
        ("discord", said.get("discord_url")),
    )


def _revoked(value: Json) -> Authority | None:
    return Authority(None) if value == "no" else None


def _sides(document: Mapping[str, Json], chain: Chain) -> dict[TokenKey, Mapping[str, Json]]:
    """Collect the token objects that came along with a list of pools."""
    rows = map(values.mapping, values.items(document.get("included")))
    return {key: _attributes(row) for row in rows if (key := _key(row.get("id"), chain)) is not None}


def _pools(
    rows: Iterable[Json], tokens: Mapping[TokenKey, Mapping[str, Json]], chain: Chain
) -> Iterator[Pool]:
    """Read the pools among `rows` that are on `chain`."""
    for row in map(values.mapping, rows):
        said = _attributes(row)
        address = values.address_on(chain, said.get("address"))
        base, quote = _key(_related(row, "base_token"), chain), _key(_related(row, "quote_token"), chain)
        if address is None or base is None or quote is None:
            continue
        yield Pool(
            chain=chain,
            address=address,
            dex=values.text(_related(row, "dex")) or "unknown",
            base=_side(base, tokens),
            quote=_side(quote, tokens),
            price_usd=values.positive(said.get("base_token_price_usd")),
            price_quote=values.positive(said.get("base_token_price_quote_token")),
            liquidity_usd=values.number(said.get("reserve_in_usd")),
            market_cap_usd=values.positive(said.get("market_cap_usd")),
            fdv_usd=values.positive(said.get("fdv_usd")),
            activity=pools.activity(
                said.get("volume_usd"), said.get("transactions"), said.get("price_change_percentage")
            ),
            created_at=values.moment(said.get("pool_created_at")),
            image_url=values.url(tokens.get(base, {}).get("image_url")),
        )


def _side(token: TokenKey, tokens: Mapping[TokenKey, Mapping[str, Json]]) -> TokenSide:
    said = tokens.get(token, {})
    return TokenSide(
        token=token, symbol=values.symbol(said.get("symbol")), name=values.text(said.get("name"))
    )


def _candle(row: Json) -> Candle | None:
    """Read `[unix_s, open, high, low, close, volume]`; None where it cannot be a candle."""
    figures = values.items(row)
    if len(figures) != 6:
        return None
    time, prices, volume = values.moment(figures[0]), figures[1:5], values.number(figures[5])
    opened, high, low, close = map(values.positive, prices)
    if time is None or volume is None or not (opened and high and low and close) or high < low:
        return None
    return Candle(int(time.timestamp()), float(opened), float(high), float(low), float(close), float(volume))


def _trade(row: Mapping[str, Json], ask: Ask) -> Trade | None:
    said = _attributes(row)
    sold = values.token_on(ask.chain, said.get("from_token_address"))
    bought = values.token_on(ask.chain, said.get("to_token_address"))
    side = "to" if bought == ask.token else "from"
    identifier, at = values.text(row.get("id"), 200), values.moment(said.get("block_timestamp"))
    price = values.positive(said.get(f"price_{side}_in_usd"))
    volume = values.number(said.get("volume_in_usd"))
    if ask.token not in (sold, bought) or sold == bought:
        return None
    if identifier is None or at is None or price is None or volume is None:
        return None
    return Trade(
        id=identifier,
        token=ask.token,
        pool=ask.pool,
        at=at,
        is_buy=bought == ask.token,
        price_usd=price,
        volume_usd=volume,
        owner=values.address_on(ask.chain, said.get("tx_from_address")),
    )
