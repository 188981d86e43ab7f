"""CryptoPanic: headlines about a ticker, with what its readers think of them.

Knows that titles hold HTML, that a 403 may mean the rate, and that the answer repeats our key in the
addresses of its pages: those are never read, and no word of a refusal is passed on. Leaves paid posts out. A
ticker is all it is asked by, so a young token's headlines may be those of its namesake.
Source: https://cryptopanic.com/developers/api/
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime

from data.errors import KeyRejected, RateLimited, Unavailable, UpstreamError
from data.models.ids import Chain, ProviderId
from data.models.market import Capability
from data.models.news import NewsItem
from data.providers import values
from data.providers.base import Ask, Auth, Endpoint, ErrorMap, Json, Provider, Quota

_TAG = re.compile(r"<[!/A-Za-z][^<>]*>")
_TITLE_READ, _TITLE = 2_000, 200
_MOST_TICKERS = 10
_KEY = "auth_token"
_SPOKEN = ("error", "detail", "info", "errors")
_LIMITED = ("rate limit", "quota", "too many", "throttl")


def parse_posts(body: Json, ask: Ask, at: datetime) -> tuple[NewsItem, ...]:
    """Read headlines in the vendor's order, each once; none is an answer too.

    Raises:
        BadPayload: the answer holds no list.
    """
    answer = values.required_mapping(body, "answer")
    rows = map(values.mapping, values.required_items(answer.get("results"), "posts"))
    found: dict[str, NewsItem] = {}
    for row in rows:
        item = None if row.get("kind") == "sponsored" else _item(row)
        if item is not None:
            found.setdefault(item.id, item)
    return tuple(found.values())


def _item(row: Mapping[str, Json]) -> NewsItem | None:
    """Read a post; None where it lacks its title, its page or its time."""
    number, title = values.count(row.get("id")), _plain(row.get("title"))
    page = _page(row.get("original_url")) or _page(row.get("url"))
    at = values.moment(row.get("published_at")) or values.moment(row.get("created_at"))
    if number is None or title is None or page is None or at is None:
        return None
    source, votes = values.mapping(row.get("source")), values.mapping(row.get("votes"))
    return NewsItem(
        id=str(number),
        title=title,
        url=page,
        outlet=values.text(source.get("title")) or values.text(source.get("domain")) or "",
        at=at,
        tickers=_tickers(row),
        likes=values.count(votes.get("liked")),
        dislikes=values.count(votes.get("disliked")),
    )


def _plain(title: Json) -> str | None:
    """Take markup out of a title, also markup that was escaped once."""
    if not isinstance(title, str):
        return None
    bare = _TAG.sub("", html.unescape(_TAG.sub("", title[:_TITLE_READ])))
    return values.text(bare, _TITLE)


def _page(value: Json) -> str | None:
    found = values.url(value)
    return None if found is None or _KEY in found else found


def _tickers(row: Mapping[str, Json]) -> tuple[str, ...]:
    """Read the tickers: `instruments` of version 2, `currencies` of version 1."""
    named = map(values.mapping, values.items(row.get("instruments")) or values.items(row.get("currencies")))
    codes = (values.symbol(each.get("code")) for each in named)
    return tuple(dict.fromkeys(code for code in codes if code))[:_MOST_TICKERS]


def _fault(status: int, body: Json) -> UpstreamError | None:
    """Tell a refusal from an answer; its words decide between the key and the rate, and are not repeated."""
    answer = values.mapping(body)
    spoken = any(answer.get(key) for key in _SPOKEN) and "results" not in answer
    # Any other status speaks for itself, and a 403 without words is a bot check.
    if not (spoken or answer.get("status") == "api_error") or not (status < 400 or status == 403):
        return None
    words = " ".join(values.text(answer.get(key), 500) or "" for key in _SPOKEN).lower()
    if any(word in words for word in _LIMITED):
        return RateLimited("asked too often")
    if status == 403 or "token" in words:
        return KeyRejected("the key or its plan is refused")
    return Unavailable("refused")


def _ticker(ask: Ask) -> Mapping[str, str]:
    return {"query": ask.query.lstrip("$").upper()}


PROVIDER = Provider(
    id=ProviderId("cryptopanic"),
    title="CryptoPanic",
    docs="https://cryptopanic.com/developers/api/",
    base_url="https://cryptopanic.com/api/growth/v2",  # another plan is another address
    trust=0.5,
    chains={chain: chain.value for chain in Chain},
    quotas={"default": Quota(calls=60, per_s=3600, burst=5)},  # no limit is published: kept low
    auth=Auth(parameter=_KEY, required=True),
    endpoints=(
        Endpoint(
            capability=Capability.NEWS,
            path="/posts/",
            query={"currencies": "{query}", "public": "true", "kind": "news"},
            slots=_ticker,
            parse=parse_posts,
            ttl_s=300,
            stale_s=3600,
            samples=("v2-posts-shape.json", "v1-posts-2018.json"),
        ),
    ),
    errors=ErrorMap(in_body=_fault),
)
