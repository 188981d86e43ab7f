"""CoinGecko's truths: the dozen coins it lists, their highs their supplies, and its own currency rates."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.fields import (
    ATH_AT,
    ATH_USD,
    CHANGE,
    CIRCULATING,
    DECIMALS,
    FDV_USD,
    IMAGE_URL,
    LISTED_ID,
    MARKET_CAP_USD,
    NAME,
    PRICE_USD,
    SUPPLY,
    SYMBOL,
    Span,
)
from data.models.market import Record
from data.providers.base import Ask
from data.providers.coingecko import CURRENCIES
from data.sandbox.tokens import Token
from data.sandbox.wire.coingecko.figures import rates_per_usd
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import ANYTHING, Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_PERCENT_DIGITS = 0.5e-7  # five decimals of a percent


def _listed(eye: Eye, ask: Ask) -> list[Token]:
    return [token for token in eye.known(ask) if token.coingecko_id is not None]


def coins(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_coin(eye, token) for token in _listed(eye, ask))


def _coin(eye: Eye, token: Token) -> Expected:
    world = eye.world
    peak, price = world.peak(token.mint), world.price_usd(token.mint)
    hour, day = (world.token_activity(token.mint, span.seconds).change_ratio for span in (Span.H1, Span.H24))
    return {
        "token": truth.key(token.mint),
        "as_of": Near(value=world.now.timestamp(), within=0.001),
        LISTED_ID: token.coingecko_id,
        SYMBOL: token.symbol.upper(),
        NAME: truth.name(token),
        IMAGE_URL: ANYTHING,
        **truth.links(truth.pages(token) | {"telegram": None}),
        DECIMALS: token.decimals,
        SUPPLY: Near(value=token.supply_units),
        CIRCULATING: Near(value=token.supply_units),
        ATH_USD: eye.usd(token.mint, peak.price_usd),
        ATH_AT: Near(value=peak.at.timestamp(), within=0.001),
        PRICE_USD: eye.usd(token.mint, price),
        MARKET_CAP_USD: eye.usd(token.mint, price * token.supply_units),
        FDV_USD: eye.usd(token.mint, price * token.supply_units),
        CHANGE[Span.H1]: truth.change(hour),
        CHANGE[Span.H24]: Near(value=day or 0.0, within=_PERCENT_DIGITS),
    }


def prices(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    world = eye.world
    return truth.or_unlisted(
        {
            "token": truth.key(token.mint),
            "as_of": truth.whole_second(world.now),
            PRICE_USD: eye.usd(token.mint, world.price_usd(token.mint)),
            MARKET_CAP_USD: eye.usd(token.mint, world.price_usd(token.mint) * token.supply_units),
            CHANGE[Span.H24]: Near(value=world.token_activity(token.mint, 86_400).change_ratio or 0.0),
        }
        for token in _listed(eye, ask)
    )


def rates(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the vendor's own constants: the world has no market of currencies."""
    known = rates_per_usd(eye.world, CURRENCIES.split(","))
    assert known["usd"] == 1.0
    at = truth.whole_second(eye.world.now)
    return [
        {"currency": code.upper(), "per_usd": Near(value=rate), "as_of": at} for code, rate in known.items()
    ]


TRUTHS: Truths = {
    "meta:/coins/{chain}/contract/{address}": coins,
    "price:/simple/token_price/{chain}": prices,
    "rates:/simple/price": rates,
}
