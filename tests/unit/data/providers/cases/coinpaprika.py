"""CoinPaprika's tickers: as recorded in one currency, and with others added in the documented shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.unit.data.providers.recorded import Case, ask, sample

_PATH = "coinpaprika /tickers/sol-solana"


def ticker(**prices: Any) -> Any:
    """Build a ticker out of the recorded one, whose quotes are in dollars alone."""
    body = copy.deepcopy(sample("coinpaprika", "tickers-btc-free-live.json"))
    body["quotes"] |= {currency: {"price": price} for currency, price in prices.items()}
    return body


def two_quotes() -> Any:
    """Build a ticker around the recorded quotes, of which one has no highest price."""
    return ticker() | {"quotes": sample("coinpaprika", "quotes-btc-usd-null-ath.json")}


def cases() -> Iterator[tuple[str, Case]]:
    """List the answers of every endpoint."""
    yield _PATH, Case(ticker(), ask())
    yield _PATH, Case(ticker(EUR=Decimal("73819.70255817619"), GBP=Decimal("63519.27894540741")), ask())
    yield _PATH, Case(two_quotes(), ask())
