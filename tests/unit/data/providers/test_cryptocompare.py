"""CryptoCompare's rates, read by hand, and its refusals with a good status."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, NotListed, RateLimited, Unavailable
from data.models.market import Capability, FiatRate
from data.providers import cryptocompare
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.recorded import NOW, ask, sample


def rates(body: Any) -> dict[str, Decimal]:
    return {rate.currency: rate.per_usd for rate in cryptocompare.parse_rates(body, ask(), NOW)}


def test_a_dollar_is_worth_what_the_answer_says() -> None:
    assert cryptocompare.parse_rates({"USD": 1, "EUR": Decimal("0.8574")}, ask(), NOW) == (
        FiatRate(currency="USD", per_usd=Decimal(1)),
        FiatRate(currency="EUR", per_usd=Decimal("0.8574")),
    )


def test_the_prices_of_a_coin_are_a_ruler_too() -> None:
    found = rates(sample("cryptocompare", "price-btc.json"))
    assert found["USD"] == 1
    assert round(found["EUR"], 6) == Decimal("0.857473")


@pytest.mark.parametrize("price", [0, None, "NaN", -1, "x", {}])
def test_a_currency_without_a_price_is_left_out(price: Any) -> None:
    assert set(rates({"USD": 1, "EUR": price, "GBP": "0.74", "BTC": 0.00001})) == {"USD", "GBP"}


@pytest.mark.parametrize("body", [{}, {"USD": 0, "EUR": 1}, {"EUR": 0.85}, [], None])
def test_without_a_dollar_nothing_can_be_told(body: Any) -> None:
    with pytest.raises(BadPayload):
        rates(body)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, sample("cryptocompare", "error-401-key-required.json"), KeyRejected),
        (200, sample("cryptocompare", "error-401-key-required.json"), KeyRejected),
        (200, sample("cryptocompare", "error-200-rate-limit-type99.json"), RateLimited),
        (200, sample("cryptocompare", "error-200-no-market.json"), NotListed),
        (200, {"Response": "Error", "Message": "limit is larger than max value.", "Type": 2}, Unavailable),
        (
            200,
            {"Response": "Error", "Message": "You need a valid auth key or api key", "Type": 1},
            KeyRejected,
        ),
        (200, {"Data": {}, "Err": {"type": 1, "message": "slow down", "http_status_code": 429}}, RateLimited),
        (404, {"Data": {}, "Err": {"type": 1, "message": "gone"}}, NotListed),
        (503, None, Unavailable),
    ],
)
def test_a_refusal_is_the_right_error(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(cryptocompare.PROVIDER, status, body)) is error


def test_an_empty_err_is_no_error() -> None:
    assert classify(cryptocompare.PROVIDER, 200, {"USD": 1, "Err": {}}) is None


def test_a_dollar_is_asked_for_and_no_token_can_be() -> None:
    (endpoint,) = cryptocompare.PROVIDER.endpoints
    assert (endpoint.capability, endpoint.by) == (Capability.RATES, "nothing")
    call = Call(provider=cryptocompare.PROVIDER, endpoint=endpoint, ask=Ask())
    assert call.target.startswith("/price?fsym=USD&tsyms=USD,EUR,")
    assert cryptocompare.PROVIDER.auth.required
