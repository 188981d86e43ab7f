"""CoinPaprika's tickers, read by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable, UpstreamError
from data.models.ids import Chain
from data.models.market import Capability, FiatRate
from data.providers import coinpaprika
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.cases.coinpaprika import ticker, two_quotes
from tests.unit.data.providers.recorded import NOW, ask, sample


def rates(body: Any) -> dict[str, Decimal]:
    found = coinpaprika.parse_rates(body, ask(), NOW)
    return {rate.currency: rate.per_usd for rate in found}


def test_a_rate_is_a_coin_s_price_in_one_currency_over_that_in_dollars() -> None:
    half, twice = Decimal("42918.43171986825"), Decimal("171673.726879473")
    assert rates(ticker(EUR=half, GBP=twice)) == {"USD": 1, "EUR": Decimal("0.5"), "GBP": 2}


def test_a_rate_is_as_old_as_the_vendor_says() -> None:
    at = datetime(2026, 10, 5, 9, 36, 15, tzinfo=UTC)
    (dollar,) = coinpaprika.parse_rates(ticker(), ask(), NOW)
    assert dollar == FiatRate(currency="USD", per_usd=Decimal(1), as_of=at)


@pytest.mark.parametrize("price", ["", None, 0, -1, "NaN", True, [], {}])
def test_a_price_that_cannot_be_read_gives_no_rate(price: Any) -> None:
    assert rates(ticker(EUR=price)) == {"USD": 1}


def test_quotes_in_coins_are_no_currencies() -> None:
    assert rates(two_quotes()) == {"USD": 1}


@pytest.mark.parametrize("body", [None, [], {}, {"quotes": {}}, {"quotes": {"EUR": {"price": 3}}}])
def test_without_a_dollar_price_there_is_nothing_to_compare_with(body: Any) -> None:
    with pytest.raises(BadPayload):
        rates(body)


def test_an_empty_dollar_price_is_none() -> None:
    with pytest.raises(BadPayload):
        rates(ticker(USD="", EUR=Decimal(3)))


@pytest.mark.parametrize(
    ("file", "status", "error"),
    [
        ("error-402-history-not-in-plan.json", 402, NotListed),
        ("error-402-history-not-in-plan.json", 429, RateLimited),
        ("error-402-history-not-in-plan.json", 200, NotListed),
        ("error-404-id-not-found.json", 404, NotListed),
        ("error-404-id-not-found.json", 200, NotListed),
        ("error-429-docs.json", 429, RateLimited),
        ("error-429-docs.json", 200, RateLimited),
    ],
)
def test_a_refusal_is_the_right_error(file: str, status: int, error: type[UpstreamError]) -> None:
    assert type(classify(coinpaprika.PROVIDER, status, sample("coinpaprika", file))) is error


@pytest.mark.parametrize(
    ("status", "error"), [(200, Unavailable), (400, BadPayload), (403, KeyRejected), (500, Unavailable)]
)
def test_a_refusal_in_other_words_goes_by_its_status(status: int, error: type[UpstreamError]) -> None:
    assert type(classify(coinpaprika.PROVIDER, status, {"error": "something else"})) is error


def test_one_call_asks_for_three_currencies_the_most_there_can_be() -> None:
    (endpoint,) = coinpaprika.PROVIDER.endpoints_for(Capability.RATES, Chain.SOLANA)
    call = Call(provider=coinpaprika.PROVIDER, endpoint=endpoint, ask=Ask())
    assert endpoint.by == "nothing"
    assert call.target == "/tickers/sol-solana?quotes=USD,EUR,GBP"
