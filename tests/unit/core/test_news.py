"""Headlines and releases: tone with its evidence, what is important, what a changelog says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import events
from core.news.headlines import Headline
from core.news.newsroom import FRESH, IMPORTANT, important
from core.news.releases import Release, Releases, parse
from core.news.told import HeadlineTold, told
from core.news.tone import Lean, tone
from data.models.ids import ProviderId
from data.models.news import NewsItem
from handlers.cards.changelog import entry_text
from handlers.cards.news import row
from handlers.reply import Style
from tests.fakes.clock import START


def item(
    title: str = "SOL moves",
    *,
    likes: int | None = None,
    dislikes: int | None = None,
    url: str = "https://wire.example/1",
    age: timedelta = timedelta(hours=1),
) -> NewsItem:
    return NewsItem(
        id="1", title=title, url=url, outlet="Wire", at=START - age, tickers=("SOL",), likes=likes,
        dislikes=dislikes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("likes", "dislikes", "lean", "evidence"),
    [
        (34, 5, Lean.GOOD, "34 of 39 votes like it"),
        (7, 3, Lean.GOOD, "7 of 10 votes like it"),
        (6, 4, Lean.MIXED, "6 of 10 votes like it"),
        (3, 7, Lean.BAD, "3 of 10 votes like it"),
        (0, 5, Lean.BAD, "0 of 5 votes like it"),
        (4, 0, Lean.UNKNOWN, "4 votes, too few"),
        (1, None, Lean.UNKNOWN, "1 vote, too few"),
        (0, 0, Lean.UNKNOWN, "nobody voted"),
        (None, None, Lean.UNKNOWN, "nobody voted"),
    ],
)
def test_a_tone_stands_on_votes_and_says_so(
    likes: int | None, dislikes: int | None, lean: Lean, evidence: str
) -> None:
    said = tone(item("Bridge hacked, funds stolen", likes=likes, dislikes=dislikes))
    assert (said.lean, said.evidence) == (lean, evidence)


@pytest.mark.parametrize(
    ("title", "lean", "found"),
    [
        ("Bridge HACKED, funds stolen", Lean.BAD, "hacked, stolen"),
        ("ETF approved as SOL soars", Lean.GOOD, "approved, soars"),
        ("SOL soars after hack", Lean.MIXED, "soars, hack"),
        ("Hackathon upstream downtown", Lean.UNKNOWN, ""),  # whole words alone
    ],
)
def test_words_count_only_where_asked_for_and_too_few_voted(title: str, lean: Lean, found: str) -> None:
    said = tone(item(title), by_words=True)
    assert said.lean is lean
    assert said.evidence == (f"nobody voted; its words: {found}" if found else "nobody voted")
    assert tone(item(title)).lean is Lean.UNKNOWN
    assert tone(item(title, likes=1, dislikes=9), by_words=True).evidence == "1 of 10 votes like it"


def test_only_what_is_fresh_and_many_voted_on_is_important() -> None:
    def one(number: int, votes: int, age: timedelta) -> Headline:
        listed = item(likes=votes, url=f"https://wire.example/{number}", age=age)
        return Headline(listed, ProviderId("cryptopanic"))

    hour = timedelta(hours=1)
    kept = important(
        [
            one(1, IMPORTANT, hour),
            one(2, IMPORTANT - 1, hour),
            one(3, 99, FRESH),
            one(4, 99, FRESH + timedelta(seconds=1)),
            one(5, 99, -hour),  # of tomorrow: a slip of somebody's clock
        ],
        START,
    )
    assert [each.item.url[-1] for each in kept] == ["3", "1"]


@pytest.mark.parametrize("url", ["http://wire.example/1", "javascript:alert(1)", "ftp://x", ""])
def test_what_is_no_https_address_is_never_a_link(url: str) -> None:
    styles = {span.style for span in row(item(url=url), START, by_words=False).spans}
    assert Style.LINK not in styles
    assert "SOL moves" in row(item(url=url), START, by_words=False).plain


def test_a_hostile_title_is_a_title() -> None:
    shown = row(item("\u202e<b>@everyone</b> [a](http://evil)\u200b /forget"), START, by_words=True)
    assert "@everyone" in shown.plain
    assert not set(shown.plain) & set("\u202e\u200b")
    assert {span.style for span in shown.spans} <= {Style.LINK, Style.FAINT, Style.PLAIN}


def test_a_headline_that_was_told_is_read_back_as_it_was() -> None:
    event = told(Headline(item(likes=3, dislikes=1), ProviderId("cryptopanic")))
    assert events.decode(HeadlineTold, events.encode(event)) == event
    assert (event.item.title, event.item.likes, event.item.tickers) == ("SOL moves", 3, ("SOL",))


CHANGELOG = """# Changelog

What users notice.

## 1.1

- `/news`: headlines, [see](docs/news.md)
  on two lines.
* Another

## 1.0
No list here.

## 0.9

- First
"""


def test_a_changelog_is_read_as_releases_with_their_entries() -> None:
    assert parse(CHANGELOG) == Releases(
        (
            Release("1.1", ("`/news`: headlines, [see](docs/news.md) on two lines.", "Another")),
            Release("0.9", ("First",)),
        )
    )
    assert parse("") == parse("words\n- alone") == Releases(())


def test_code_is_code_and_links_are_words() -> None:
    shown = entry_text("`/news`: headlines, [see](docs/news.md) <b>")
    assert shown.plain == "/news: headlines, see <b>"
    assert [span.text for span in shown.spans if span.style is Style.CODE] == ["/news"]


def test_pages_hold_every_entry_once_under_its_release() -> None:
    entries = tuple(f"{number} {'x' * 500}" for number in range(20))
    pages = Releases((Release("2", entries), Release("1", ("old",)))).pages()
    assert len(pages) > 3
    assert [entry for page in pages for release in page for entry in release.entries] == [*entries, "old"]
    assert all(sum(map(len, release.entries)) <= 2_400 for page in pages for release in page)
    assert pages[1][0].name == "2"
    assert Releases(()).pages() == ()
