"""CryptoPanic's headlines, read by hand: markup, paid posts, and the key that the vendor repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data.errors import BadPayload, KeyRejected, RateLimited, Unavailable
from data.models.news import NewsItem
from data.providers import cryptopanic
from data.providers.base import Ask, Call, classify
from tests.unit.data.providers.recorded import NOW, ask, sample

SECRET = "0123456789abcdef"


def read(*posts: Any) -> tuple[NewsItem, ...]:
    return cryptopanic.parse_posts({"next": None, "results": list(posts)}, ask(query="BTC"), NOW)


def post(**changes: Any) -> Any:
    return sample("cryptopanic", "v2-posts-shape.json")["results"][0] | changes


def test_a_headline_of_version_2_is_read() -> None:
    body = sample("cryptopanic", "v2-posts-shape.json")
    assert cryptopanic.parse_posts(body, ask(query="BTC"), NOW) == (
        NewsItem(
            id="12345",
            title="Bitcoin Surges Past $100K",
            url="https://coindesk.com/bitcoin-surges",
            outlet="CoinDesk",
            at=datetime(2025, 1, 15, 10, 30, tzinfo=UTC),
            tickers=("BTC",),
            likes=100,
            dislikes=3,
        ),
    )


def test_a_recorded_headline_of_version_1_is_read_without_its_markup() -> None:
    (item,) = cryptopanic.parse_posts(sample("cryptopanic", "v1-posts-2018.json"), ask(query="NEO"), NOW)
    assert item.title == "NEO ($NEO) price is up 20.99%"
    assert item.url == "https://cryptopanic.com/news/841770/NEO-NEO-price-is-up-2099-in-the-last-24h"
    assert item.at == datetime(2018, 1, 18, 9, 45, 28, 965353, tzinfo=UTC)
    assert (item.tickers, item.likes, item.dislikes) == (("NEO",), None, None)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("AT&amp;T &#8220;buys&#8221; <b>BTC</b>", "AT&T “buys” BTC"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hi", "alert(1)Hi"),
        ("fees < 5 and > 3", "fees < 5 and > 3"),
        ("cut <a href='https://evil.example'", "cut <a href='https://evil.example'"),
        ("<!-- x -->one\n<br/>two", "one two"),
        ("&#x202e;gnp.exe&#0;", "gnp.exe\ufffd"),
    ],
)
def test_a_title_is_what_a_reader_of_the_page_would_see(title: str, shown: str) -> None:
    assert read(post(title=title))[0].title == shown


def test_a_title_of_any_length_is_one_line() -> None:
    (item,) = read(post(title="<" * 100_000 + "a" * 100_000))
    assert len(item.title) == 200


def test_a_paid_post_and_a_second_copy_are_left_out() -> None:
    assert [item.id for item in read(post(kind="sponsored", id=1), post(id=2), post(id=2), post(id=3))] == [
        "2",
        "3",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"title": "<b></b>"},
        {"title": None},
        {"url": None, "original_url": ""},
        {"url": "javascript:alert(1)", "original_url": None},
        {"published_at": None, "created_at": "soon"},
    ],
)
def test_a_post_without_its_title_page_or_time_is_left_out(change: dict[str, Any]) -> None:
    assert read(post(**change)) == ()


def test_what_is_missing_besides_is_unknown() -> None:
    (item,) = read(post(source=None, votes=None, instruments=None, original_url="", published_at=None))
    assert (item.outlet, item.tickers, item.likes, item.dislikes) == ("", (), None, None)
    assert item.url == "https://cryptopanic.com/news/12345/bitcoin-surges"
    assert item.at == datetime(2025, 1, 15, 10, 31, tzinfo=UTC)


def test_our_key_is_nowhere_in_what_is_kept() -> None:
    body = {
        "next": f"https://cryptopanic.com/api/growth/v2/posts/?auth_token={SECRET}&page=2",
        "previous": f"https://cryptopanic.com/api/growth/v2/posts/?auth_token={SECRET}&page=0",
        "results": [post(original_url=f"https://cryptopanic.com/r?auth_token={SECRET}")],
    }
    records = cryptopanic.parse_posts(body, ask(query="BTC"), NOW)
    assert SECRET not in repr(records)
    assert records[0].url == "https://cryptopanic.com/news/12345/bitcoin-surges"


def test_no_news_is_an_answer_and_no_list_is_none() -> None:
    assert read() == ()
    with pytest.raises(BadPayload):
        cryptopanic.parse_posts({"next": None}, ask(query="BTC"), NOW)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, sample("cryptopanic", "error-401-shape.json")["body"], KeyRejected),
        (200, sample("cryptopanic", "error-401-shape.json")["body"], KeyRejected),
        (429, sample("cryptopanic", "error-429-shape.json")["body"], RateLimited),
        (200, sample("cryptopanic", "error-429-shape.json")["body"], RateLimited),
        (403, {"detail": "Monthly quota exceeded"}, RateLimited),
        (403, {"info": "Rate limit reached", "status": "api_error"}, RateLimited),
        (403, {"error": "Your plan does not include this"}, KeyRejected),
        (403, None, Unavailable),
        (200, {"status": "api_error", "info": "Something went wrong"}, Unavailable),
        (500, {"error": "rate limit store is down"}, Unavailable),
    ],
)
def test_a_refusal_is_the_right_error(status: int, body: Any, error: type[Exception]) -> None:
    assert type(classify(cryptopanic.PROVIDER, status, body)) is error


def test_the_words_of_a_refusal_are_not_repeated() -> None:
    for status in (200, 401, 403, 429, 500):
        fault = classify(cryptopanic.PROVIDER, status, {"error": f"bad ?auth_token={SECRET}"})
        assert SECRET not in repr(fault)


@pytest.mark.parametrize(
    ("query", "asked"), [("$bonk", "currencies=BONK&"), ("btc,eth", "currencies=BTC,ETH&"), ("", "")]
)
def test_headlines_are_asked_for_by_tickers_in_capitals(query: str, asked: str) -> None:
    (endpoint,) = cryptopanic.PROVIDER.endpoints
    call = Call(provider=cryptopanic.PROVIDER, endpoint=endpoint, ask=Ask(query=query))
    assert call.target == f"/posts/?{asked}public=true&kind=news"
