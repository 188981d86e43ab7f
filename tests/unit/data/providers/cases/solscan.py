"""Solscan's answers, with what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from data.models.ids import SOL
from data.models.market import Timeframe
from data.providers.base import Ask
from tests.unit.data.providers.recorded import Case, ask, sample, solana

WATER = solana("2JHrkVb5NwQEKRgLbBu9CyrG7F7SmvJyLW1NkpdP8WWR")
PUMP = solana("pumpCmXqMfrsAkQ5r49WcJnRayYRqmXz6ae8H7H9Dfn")
AURA = solana("27G8MtK7VtTcCHkpASjSDdkWWYfoqT6ggEuKidVJidD4")
CHARTED = solana("9cRCn9rGT8V2imeM2BaKs13yhMEais3ruM3rPvTGpump")
MINUTES = replace(
    ask(CHARTED, pool="9AcnPiEASFjTVqGH5akz1PbJmoUeWx6NV3mMDUKZspy6"), timeframe=Timeframe.M1, limit=3
)


def cases() -> Iterator[tuple[str, Case]]:
    """List the answers by the endpoint's path."""

    def of(name: str) -> Any:
        return sample("solscan", f"v2-token-{name}.json")

    yield "solscan /token/price/latest", Case(of("price-latest"), ask(AURA, WATER, PUMP))
    yield "solscan /token/meta", Case(of("meta-token2022"), ask(WATER))
    yield "solscan /token/holders", Case(of("holders"), ask(PUMP))
    yield "solscan /token/markets", Case(of("markets"), ask(SOL))
    yield "solscan /token/price-ohlcv", Case(of("price-ohlcv"), MINUTES)
    yield "solscan /token/trending", Case(of("trending"), ask())
    holder = Ask(accounts=("BgaKshAaCd2bZf6EgwCiwQooDqncxGUbt58Tosu43Z9Z",))
    yield "solscan /account/portfolio", Case(sample("solscan", "v2-account-portfolio.json"), holder)
    yield "solscan /token/search", Case(of("search"), ask(query="jup"))
