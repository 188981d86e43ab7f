"""CryptoPanic's JSON: posts that report what listed coins did, with markup in their titles and one paid post.

The headlines are of the practice market: every six hours, what a coin's price did in the day before.
Source: https://cryptopanic.com/developers/api/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from data.sandbox import seeds
from data.sandbox.tokens import Token
from data.sandbox.wire.call import Answer, Call, Vendor, iso
from data.sandbox.world import World

ID = "cryptopanic"
EVERY = timedelta(hours=6)
KEPT = 4  # posts of a coin
_PAGE = 20
_DAY_H = 24


def posts(world: World, call: Call) -> Answer:
    """Answer `/posts/`, newest first; the page after this one is named with the token of the caller."""
    codes = {code.upper() for code in call.listed("currencies")}
    page = max(1, call.number("page", 1))
    found = [
        post
        for token in world.tokens.values()
        if token.coingecko_id and (not codes or token.symbol.upper() in codes)
        for post in _posts(world, token)
    ]
    found.sort(key=lambda post: (str(post["published_at"]), str(post["id"])), reverse=True)
    shown = found[(page - 1) * _PAGE : page * _PAGE]
    if page == 1:
        shown = [_paid(world), *shown]
    more = len(found) > page * _PAGE
    token = call.query.get("auth_token", "")
    following = f"https://cryptopanic.example/api/growth/v2/posts/?auth_token={token}&page={page + 1}"
    return Answer(body={"next": following if more else None, "previous": None, "results": shown})


def marks(now: datetime) -> Iterator[datetime]:
    """Give the moments of the last posts, newest first."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    latest = midnight + (now - midnight) // EVERY * EVERY
    return (latest - EVERY * back for back in range(KEPT))


def _posts(world: World, token: Token) -> Iterator[dict[str, object]]:
    main = world.main_pool(token.mint)
    if main is None:
        return
    for at in marks(world.now):
        bars = world.candles(main, 3_600, before_s=at.timestamp(), limit=_DAY_H)
        if len(bars):
            yield _post(world, token, at, float(bars[-1, 4] / bars[0, 1]) - 1.0)


def _post(world: World, token: Token, at: datetime, change: float) -> dict[str, object]:
    number = int(seeds.fraction(world.seed, "post", token.mint, iso(at)) * 1e9)
    way, color = ("up", "green") if change >= 0 else ("down", "red")
    title = (
        f"{token.name} (${token.symbol}) price is {way} "
        f'<span class="color-{color}">{abs(change) * 100:.2f}%</span> in a day &amp; still traded'
    )
    liked = int(seeds.fraction(world.seed, "liked", str(number)) * 40)
    return _row(number, title, at, "news") | {
        "instruments": [
            {
                "code": token.symbol,
                "title": token.name,
                "slug": token.coingecko_id,
                "url": f"https://cryptopanic.example/coins/{token.coingecko_id}/",
            }
        ],
        "votes": _votes(liked, disliked=liked // 7),
    }


def _paid(world: World) -> dict[str, object]:
    return _row(1, "Trade with <b>100x</b> leverage", world.now, "sponsored") | {
        "instruments": [],
        "votes": _votes(0, disliked=0),
    }


def _row(number: int, title: str, at: datetime, kind: str) -> dict[str, object]:
    return {
        "id": number,
        "slug": f"post-{number}",
        "title": title,
        "description": None,
        "published_at": iso(at),
        "created_at": iso(at),
        "kind": kind,
        "source": {
            "title": "Practice Wire",
            "region": "en",
            "domain": "wire.example",
            "type": "feed",
        },
        "original_url": f"https://wire.example/{number}",
        "url": f"https://cryptopanic.example/news/{number}/post-{number}",
        "image": None,
    }


def _votes(liked: int, *, disliked: int) -> dict[str, int]:
    names = ("positive", "negative", "important", "lol", "toxic", "comments", "saved")
    return {**dict.fromkeys(names, 0), "positive": liked, "liked": liked, "disliked": disliked}


VENDOR = Vendor(
    id=ID,
    root="/api/growth/v2",
    routes={"/posts/": posts},
    throttled={"error": "Rate limited"},
    refusal={"status": "api_error", "info": "Something went wrong"},
)
