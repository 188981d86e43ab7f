"""One line a token: what it is worth, and how many say so."""

from __future__ import annotations

from typing import Any

from core.enrichment.finder import Found
from data.models.fields import CHANGE, FDV_USD, LIQUIDITY_USD, MARKET_CAP_USD, PRICE_USD, SYMBOL, Field, Span
from data.models.market import TokenSnapshot
from handlers import figures
from handlers.cards.provenance import remark
from handlers.reply import Text, faint, strong, text

WANTED: frozenset[Field[Any]] = frozenset(
    {PRICE_USD, SYMBOL, MARKET_CAP_USD, FDV_USD, LIQUIDITY_USD, CHANGE[Span.H1], CHANGE[Span.H24]}
)


def price_line(found: Found, snapshot: TokenSnapshot) -> Text:
    """Write a token on one line."""
    price = snapshot.get(PRICE_USD)
    symbol = snapshot.value(SYMBOL) or figures.address(found.token.address)
    if price is None:
        return text(strong(symbol), ": no source has a price")
    changes = [
        f"{span} {figures.percent(change, signed=True)}"
        for span in (Span.H1, Span.H24)
        if (change := snapshot.value(CHANGE[span])) is not None
    ]
    cap, liquidity = snapshot.value(MARKET_CAP_USD) or snapshot.value(FDV_USD), snapshot.value(LIQUIDITY_USD)
    parts = [
        *changes,
        f"mc {figures.usd(cap)}" if cap is not None else "",
        f"liq {figures.usd(liquidity)}" if liquidity is not None else "",
        f"{len(price.sources)} of {len(price.sources) + len(price.rejected)} sources",
    ]
    return text(
        strong(symbol), " ", strong(figures.price(price.value)), faint(remark(price, snapshot.at)), " · ",
        " · ".join(part for part in parts if part),
    )  # fmt: skip
