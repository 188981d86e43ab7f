"""CryptoCompare (CoinDesk Data): what a dollar is worth in other money; nothing without a paid key.

Knows that it names coins by ticker, never by contract, and so refuses to price a token by it, to search, or
to draw candles: a token that borrows a well-known ticker would get that one's figures. Knows that a refusal
comes with status 200.
Source: https://developers.coindesk.com/documentation/legacy/Price/SingleSymbolPriceEndpoint
"""

from __future__ import annotations

from datetime import datetime

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, FiatRate
from data.models.money import divided
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota

CURRENCIES = (
    "USD,EUR,GBP,JPY,CNY,INR,KRW,CAD,AUD,CHF,BRL,TRY,SGD,HKD,MXN,PLN,SEK,NOK,DKK,ZAR,NZD,THB,IDR,PHP,VND,UAH,"
    "CZK,HUF,ILS,AED"
)
_RATE_LIMIT = 99
_NO_MARKET = "does not exist"


def parse_rates(body: Json, ask: Ask, at: datetime) -> tuple[FiatRate, ...]:
    """Read what a dollar is worth; the dollar's own price is the ruler, so any coin's prices will do.

    Raises:
        BadPayload: the dollar is missing.
    """
    prices = values.required_mapping(body, "prices")
    dollars = values.positive(prices.get("USD"))
    if dollars is None:
        raise BadPayload("no dollar price to compare with")
    return tuple(
        FiatRate(currency=currency, per_usd=rate)
        for currency in CURRENCIES.split(",")
        if (price := values.positive(prices.get(currency))) and (rate := divided(price, dollars))
    )


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{Err: {type, message}}` and, also in a 200, `{Response: "Error", Type, Message}`."""
    answer = values.mapping(body)
    error = values.mapping(answer.get("Err"))
    if error:
        code = values.count(error.get("http_status_code")) or status
        return _kind(code, values.text(error.get("message"), 120) or f"HTTP {status}")
    if answer.get("Response") == "Error":
        code = 429 if values.count(answer.get("Type")) == _RATE_LIMIT else status
        return _kind(code, values.text(answer.get("Message"), 120) or "Response: Error")
    return None


def _kind(code: int, message: str) -> UpstreamError:
    words = message.lower()
    if code == 429 or "rate limit" in words:
        return RateLimited(message)
    if code in (401, 403) or "api key" in words or "auth key" in words:
        return KeyRejected(message)
    return NotListed(message) if code == 404 or _NO_MARKET in words else Unavailable(message)


PROVIDER = Provider(
    id=ProviderId("cryptocompare"),
    title="CryptoCompare",
    docs="https://developers.coindesk.com/",
    base_url="https://min-api.cryptocompare.com/data",
    trust=0.4,
    chains={chain: chain.value for chain in Chain},
    quotas={"default": Quota(calls=10, per_s=60, burst=2)},
    auth=Auth(parameter="api_key", required=True),
    endpoints=(
        Endpoint(
            capability=Capability.RATES,
            path="/price",
            query={"fsym": "USD", "tsyms": CURRENCIES},
            parse=parse_rates,
            ttl_s=600,
            stale_s=86400,
            samples=("price-btc.json",),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
