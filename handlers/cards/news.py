"""Headlines with their age, outlet, votes and tone; words that open their page, by https alone. Pure."""

from __future__ import annotations

from datetime import datetime

from core.news.headlines import News
from core.news.told import HeadlineTold
from core.news.tone import Lean, tone
from data.models.market import GapReason
from data.models.news import NewsItem
from handlers import figures
from handlers.cards import provenance
from handlers.cards.layout import turned
from handlers.reply import Button, Invoke, Part, Reply, Text, Tone, faint, lines, link, text

_PAGE = 6
_SIGNS = {
    Lean.GOOD: "▲ taken well",
    Lean.BAD: "▼ taken badly",
    Lean.MIXED: "◆ mixed",
    Lean.UNKNOWN: "no tone",
}


def news_card(
    news: News, page: int, now: datetime, *, about: str, by_words: bool, switch: Button | None
) -> Reply:
    """Show a page of headlines; with `by_words` their words count where nobody voted."""
    asked = {"about": about} if about else {}
    shown, turned_to = turned(news.headlines, page, _PAGE, Invoke("news", asked))
    rows: list[Part] = [row(each.item, now, by_words=by_words) for each in shown]
    if not rows:
        rows = [_nothing(news)]
    silent = provenance.missing(news.gaps)
    return Reply(
        title=text(_title(news)),
        body=lines(*rows, faint(f"Missing: {silent}") if silent else "", faint(_how_to(news))),
        buttons=((*_more(about), *((switch,) if switch is not None else ())),),
        page=turned_to,
        tone=Tone.WARN if not news.answered else Tone.NEUTRAL,
        footer=text(_sources(news, now)),
    )


def told_card(told: HeadlineTold, now: datetime) -> Reply:
    """Tell one headline."""
    return Reply(
        title=text("News"),
        body=row(told.item, now, by_words=False),
        buttons=((Button("More news", Invoke("news")), Button("Mute", Invoke("notify", {"type": "news"}))),),
        footer=text(f"Listed by {told.source}"),
    )


def row(item: NewsItem, now: datetime, *, by_words: bool) -> Text:
    """Write a headline and what is known of it."""
    said = tone(item, by_words=by_words)
    known = [
        item.outlet, figures.ago(item.at, now), f"{_SIGNS[said.lean]} ({said.evidence})",
        " ".join(f"${each}" for each in item.tickers[:4]),
    ]  # fmt: skip
    title = link(item.title, item.url) if item.url.startswith("https://") else text(item.title)
    return lines(text("• ", title), faint(" · ".join(filter(None, known))))


def _title(news: News) -> str:
    if news.ticker:
        return f"News about ${news.ticker}"
    return f"News with {news.words!r}" if news.words else "News"


def _nothing(news: News) -> str:
    if not news.answered:
        return "No source of news answered."
    if news.words:
        return "None of the newest headlines holds these words."
    return f"No headline about ${news.ticker} is listed." if news.ticker else "No headline is listed."


def _how_to(news: News) -> str:
    """Say which key is missing, and where it belongs."""
    keyless = sorted({gap.source for gap in news.gaps if gap.reason is GapReason.KEY_MISSING})
    named = ", ".join(f"TRENCHCOAT_PROVIDERS__{name.upper()}__API_KEY" for name in keyless)
    return f"The operator gives one: trenchcoat keys set, or {named}." if named else ""


def _more(about: str) -> tuple[Button, ...]:
    refresh = Button("Refresh", Invoke("news", {"about": about} if about else {}))
    return (refresh, Button("All news", Invoke("news"))) if about else (refresh,)


def _sources(news: News, now: datetime) -> str:
    names = ", ".join(provenance.source(each) for each in news.answered)
    stale = f", {figures.ago(news.at, now)}" if news.stale else ""
    by_ticker = " A namesake's headlines may be among them." if news.ticker else ""
    return f"Listed by {names}{stale}.{by_ticker}" if names else ""
