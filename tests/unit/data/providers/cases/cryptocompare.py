"""CryptoCompare's prices; the sample is of a coin, which does as a ruler for a dollar too."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.data.providers.recorded import Case, ask, sample


def cases() -> Iterator[tuple[str, Case]]:
    yield "cryptocompare /price", Case(sample("cryptocompare", "price-btc.json"), ask())
    yield "cryptocompare /price", Case({"USD": 1, "EUR": 0.8574, "JPY": 152.31}, ask())
