"""CoinGecko: listed coins, their all-time highs and supplies, and what a dollar is worth in other money.

Knows that a price of a stale coin stays in the answer and drops it. Offers no search: that names coins by the
vendor's own ids, without the contract that makes a token. Leaves volumes out: they cover every exchange, so
they do not compare with those of pools.
Source: https://docs.coingecko.com/reference/endpoint-overview
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CHANGE,
    CIRCULATING,
    DECIMALS,
    FDV_USD,
    IMAGE_URL,
    LINKS,
    LISTED_ID,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    Field,
    Link,
    Span,
)
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, FiatRate, TokenReport, facts
from data.models.money import divided
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota

_CHAINS = {
    Chain.SOLANA: "solana",
    Chain.ETHEREUM: "ethereum",
    Chain.BSC: "binance-smart-chain",
    Chain.BASE: "base",
}
CURRENCIES = (
    "usd,eur,gbp,jpy,cny,aed,ars,aud,bdt,bhd,bmd,brl,cad,chf,clp,czk,dkk,gel,hkd,huf,idr,ils,inr,krw,kwd,lkr,"
    "mmk,mxn,myr,ngn,nok,nzd,php,pkr,pln,rub,sar,sek,sgd,thb,try,twd,uah,vnd,zar"
)
_RULER = "usd-coin"  # any coin does: two of its prices give a rate
_TOO_OLD = timedelta(hours=1)  # a live coin is updated every minute
_BEYOND_PLAN = {10005, 10012}


def parse_coin(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read the coin behind the contract asked for.

    Raises:
        BadPayload: the answer is of another contract.
    """
    coin = values.required_mapping(body, "coin")
    if values.token_on(ask.chain, coin.get("contract_address")) != ask.token:
        raise BadPayload("a coin of another contract")
    market = values.mapping(coin.get("market_data"))
    platform = values.mapping(values.mapping(coin.get("detail_platforms")).get(_CHAINS.get(ask.chain, "")))
    as_of = values.moment(market.get("last_updated"))
    said = facts(
        (LISTED_ID, values.text(coin.get("id"))),
        (SYMBOL, _symbol(coin.get("symbol"))),
        (NAME, values.text(coin.get("name"))),
        (IMAGE_URL, values.url(values.mapping(coin.get("image")).get("large"))),
        (LINKS, _links(values.mapping(coin.get("links")))),
        (DECIMALS, values.decimals(platform.get("decimal_place"))),
        (SUPPLY, values.positive(market.get("total_supply"))),
        (CIRCULATING, values.positive(market.get("circulating_supply"))),
        (ATH_USD, values.positive(_usd(market, "ath"))),
        (ATH_AT, values.moment(_usd(market, "ath_date"))),
        *(_prices(market) if _live(as_of, at) else ()),
    )
    return (TokenReport(token=ask.token, facts=said, as_of=as_of),)


def parse_prices(body: Json, ask: Ask, at: datetime) -> tuple[TokenReport, ...]:
    """Read prices keyed by contract; an unknown contract is left out or empty.

    Raises:
        BadPayload: the answer is no object.
        NotListed: it has a live price of none of the tokens.
    """
    rows = {
        values.token_on(ask.chain, key): values.mapping(row)
        for key, row in values.required_mapping(body, "prices").items()
    }
    found: list[TokenReport] = []
    for token in ask.tokens:
        row = rows.get(token, {})
        price, as_of = values.positive(row.get("usd")), values.moment(row.get("last_updated_at"))
        if price is not None and _live(as_of, at):
            said = facts(
                (PRICE_USD, price),
                (MARKET_CAP_USD, values.positive(row.get("usd_market_cap"))),
                (CHANGE[Span.H24], values.ratio(row.get("usd_24h_change"))),
            )
            found.append(TokenReport(token=token, facts=said, as_of=as_of))
    if not found:
        raise NotListed("no live price")
    return tuple(found)


def parse_rates(body: Json, ask: Ask, at: datetime) -> tuple[FiatRate, ...]:
    """Read what a dollar is worth out of one coin's price in many currencies.

    Raises:
        BadPayload: the coin or its dollar price is missing.
    """
    quoted = values.mapping(next(iter(values.required_mapping(body, "prices").values()), None))
    dollars = values.positive(quoted.get("usd"))
    if dollars is None:
        raise BadPayload("no dollar price to compare with")
    as_of = values.moment(quoted.get("last_updated_at"))
    return tuple(
        FiatRate(currency=currency.upper(), per_usd=rate, as_of=as_of)
        for currency in CURRENCIES.split(",")
        if (price := values.positive(quoted.get(currency))) and (rate := divided(price, dollars))
    )


def _live(as_of: datetime | None, at: datetime) -> bool:
    return as_of is None or at - as_of <= _TOO_OLD


def _prices(market: Mapping[str, Json]) -> tuple[tuple[Field[Any], Decimal | None], ...]:
    hour = _usd(market, "price_change_percentage_1h_in_currency")
    return (
        (PRICE_USD, values.positive(_usd(market, "current_price"))),
        (MARKET_CAP_USD, values.positive(_usd(market, "market_cap"))),
        (FDV_USD, values.positive(_usd(market, "fully_diluted_valuation"))),
        (CHANGE[Span.H1], values.ratio(hour)),
        (CHANGE[Span.H24], values.ratio(market.get("price_change_percentage_24h"))),
    )


def _usd(market: Mapping[str, Json], key: str) -> Json:
    return values.mapping(market.get(key)).get("usd")


def _symbol(value: Json) -> str | None:
    """Read a ticker in capitals: the vendor writes all of them small."""
    found = values.symbol(value)
    return None if found is None else found.upper()


def _links(pages: Mapping[str, Json]) -> tuple[Link, ...] | None:
    return values.links(
        *(("website", page) for page in values.items(pages.get("homepage"))),
        ("x", values.profile("https://x.com/", pages.get("twitter_screen_name"))),
        ("telegram", values.profile("https://t.me/", pages.get("telegram_channel_identifier"))),
        *(("chat", page) for page in values.items(pages.get("chat_url"))),
    )


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read the code out of `{status: {...}}` or `{error: {status: {...}}}`, also in a 200."""
    answer = values.mapping(body)
    error = answer.get("error")
    said = values.mapping(answer.get("status")) or values.mapping(values.mapping(error).get("status"))
    code = values.count(said.get("error_code")) or status
    message = values.text(said.get("error_message"), 120) or values.text(error, 120) or f"HTTP {status}"
    if code == 429:
        return RateLimited(message)
    # A 401 may mean the plan: the key works and the thing asked for is not in it.
    if code == 404 or code in _BEYOND_PLAN:
        return NotListed(message)
    if status == 401 or code == 401:
        return KeyRejected(message)
    return Unavailable(message) if status >= 500 or (status < 400 and (error or code != status)) else None


PROVIDER = Provider(
    id=ProviderId("coingecko"),
    title="CoinGecko",
    docs="https://docs.coingecko.com/reference/endpoint-overview",
    base_url="https://api.coingecko.com/api/v3",
    trust=0.6,
    chains=_CHAINS,
    quotas={"default": Quota(calls=5, per_s=60, burst=2)},  # without a key
    auth=Auth(header="x-cg-demo-api-key"),
    attribution="Data provided by CoinGecko",
    endpoints=(
        Endpoint(
            capability=Capability.META,
            path="/coins/{chain}/contract/{address}",
            parse=parse_coin,
            ttl_s=300,
            stale_s=3600,
            timeout_s=6.0,
            fields=frozenset(
                {
                    LISTED_ID,
                    SYMBOL,
                    NAME,
                    IMAGE_URL,
                    LINKS,
                    DECIMALS,
                    SUPPLY,
                    CIRCULATING,
                    ATH_USD,
                    ATH_AT,
                    PRICE_USD,
                    MARKET_CAP_USD,
                    FDV_USD,
                    CHANGE[Span.H1],
                    CHANGE[Span.H24],
                }
            ),
            samples=("coins-contract-weth.json",),
        ),
        Endpoint(
            capability=Capability.PRICE,
            path="/simple/token_price/{chain}",
            query={
                "contract_addresses": "{addresses}",
                "vs_currencies": "usd",
                "include_market_cap": "true",
                "include_24hr_change": "true",
                "include_last_updated_at": "true",
                "precision": "full",
            },
            parse=parse_prices,
            ttl_s=60,
            stale_s=600,
            fields=frozenset({PRICE_USD, MARKET_CAP_USD, CHANGE[Span.H24]}),
            batch=100,
            samples=("simple-token-price-wbtc.json",),
        ),
        Endpoint(
            capability=Capability.RATES,
            path="/simple/price",
            query={
                "ids": _RULER,
                "vs_currencies": CURRENCIES,
                "include_last_updated_at": "true",
                "precision": "full",
            },
            parse=parse_rates,
            ttl_s=600,
            stale_s=86400,
            samples=("simple-price-btc.json", "simple-price-two-ids-live.json"),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
