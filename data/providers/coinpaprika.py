"""CoinPaprika: what a dollar is worth in euros and pounds, for when nobody better answers.

Offers nothing by a token's address: the one path that takes one answers with a redirect to the vendor's own
coin id, and redirects are not followed. Offers no search, which names coins by those ids without a contract.
Source: https://docs.coinpaprika.com/api-reference and its OpenAPI description 1.7.10
"""

from __future__ import annotations

from datetime import datetime

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.ids import Chain, ProviderId
from data.models.market import Capability, FiatRate
from data.models.money import divided
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota

CURRENCIES = ("USD", "EUR", "GBP")  # three at a time, and the dollar is one
_RULER = "sol-solana"  # any coin does: two of its prices give a rate
_BEYOND_PLAN, _UNKNOWN, _TOO_MANY = "plan", "not found", "request limit"  # parts of its messages


def parse_rates(body: Json, ask: Ask, at: datetime) -> tuple[FiatRate, ...]:
    """Read what a dollar is worth out of one coin's price in several currencies; an empty one is unknown.

    Raises:
        BadPayload: the coin or its dollar price is missing.
    """
    coin = values.required_mapping(body, "coin")
    quotes = values.mapping(coin.get("quotes"))
    prices = {
        currency: values.positive(values.mapping(quotes.get(currency)).get("price"))
        for currency in CURRENCIES
    }
    dollars = prices["USD"]
    if dollars is None:
        raise BadPayload("no dollar price to compare with")
    as_of = values.moment(coin.get("last_updated"))
    return tuple(
        FiatRate(currency=currency, per_usd=rate, as_of=as_of)
        for currency, price in prices.items()
        if price is not None and (rate := divided(price, dollars))
    )


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Read `{error}` by its words: one of the plan comes with several statuses, also with 200."""
    message = values.text(values.mapping(body).get("error"), 120)
    if message is None:
        return None
    if _TOO_MANY in message:
        return RateLimited(message)
    if _UNKNOWN in message or _BEYOND_PLAN in message:
        return NotListed(message)
    return Unavailable(message) if status < 400 else None


PROVIDER = Provider(
    id=ProviderId("coinpaprika"),
    title="CoinPaprika",
    docs="https://docs.coinpaprika.com/api-reference",
    base_url="https://api.coinpaprika.com/v1",
    trust=0.4,  # of the free plan: five minutes old, and personal use only
    chains={
        Chain.SOLANA: "sol-solana",
        Chain.ETHEREUM: "eth-ethereum",
        Chain.BSC: "bnb-binance-coin",
        Chain.BASE: "base-base",
    },
    quotas={"default": Quota(calls=25, per_s=3600, burst=2)},  # 20,000 a month
    auth=Auth(header="Authorization"),
    endpoints=(
        Endpoint(
            capability=Capability.RATES,
            path=f"/tickers/{_RULER}",
            query={"quotes": ",".join(CURRENCIES)},
            parse=parse_rates,
            ttl_s=600,
            stale_s=86400,
            samples=("tickers-btc-free-live.json", "quotes-btc-usd-null-ath.json"),
        ),
    ),
    errors=ErrorMap(
        by_status={402: NotListed, 403: KeyRejected, 404: NotListed, 429: RateLimited}, in_body=_fault
    ),
)
