"""What is written about the market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One headline; `url` is never fetched. `tickers` are the vendor's guess."""

    id: str
    title: str
    url: str
    outlet: str
    at: datetime
    tickers: tuple[str, ...] = ()
    likes: int | None = None
    dislikes: int | None = None
