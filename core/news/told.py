"""What is told of a headline. Words are made visible as they come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.news.headlines import Headline
from data.models.news import NewsItem
from data.models.text import one_line, visible

KIND = "news"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineTold:
    """A headline as it stood when it was told."""

    title: str
    url: str
    outlet: str
    at: datetime
    source: str
    tickers: tuple[str, ...] = ()
    likes: int | None = None
    dislikes: int | None = None
    version: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", one_line(self.title, 200))
        object.__setattr__(self, "url", visible(self.url))
        object.__setattr__(self, "outlet", one_line(self.outlet, 60))

    @property
    def headline(self) -> str:
        """What it says, in a line."""
        return f"News: {one_line(self.title, 80)}"

    @property
    def item(self) -> NewsItem:
        """The headline as its source lists it."""
        return NewsItem(
            id="", title=self.title, url=self.url, outlet=self.outlet, at=self.at, tickers=self.tickers,
            likes=self.likes, dislikes=self.dislikes,
        )  # fmt: skip


def told(headline: Headline) -> HeadlineTold:
    """Make what is told of a headline."""
    item = headline.item
    return HeadlineTold(
        title=item.title, url=item.url, outlet=item.outlet, at=item.at, source=headline.source,
        tickers=item.tickers, likes=item.likes, dislikes=item.dislikes,
    )  # fmt: skip
