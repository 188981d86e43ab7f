"""CryptoPanic's truth: what a listed coin did in the day before each quarter of a day, and no paid word."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.market import Record
from data.models.news import NewsItem
from data.models.text import one_line
from data.providers.base import Ask
from data.sandbox.tokens import Token
from tests.unit.data.wire_law.agreement import ANYTHING, Expected, Key, Near
from tests.unit.data.wire_law.truth import Eye, Truths

_QUARTER_S = 21_600
_POSTS = 4


def posts(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected]:
    """Expect the headlines of the one listed coin of a ticker, newest first."""
    code = ask.query.upper()
    listed = [
        token for token in eye.world.tokens.values() if token.coingecko_id and token.symbol.upper() == code
    ]
    assert len(listed) <= 1
    told = [record.id for record in records if isinstance(record, NewsItem)]
    expected = [post for token in listed for post in _posts(eye, token)]
    # The vendor numbers its posts as it likes.
    for post, number in zip(expected, told, strict=False):
        post |= {"id": number, "url": f"https://wire.example/{number}"}
    return expected


def _posts(eye: Eye, token: Token) -> list[dict[Key, object]]:
    main = eye.world.main_pool(token.mint)
    if main is None:
        return []
    now_s = int(eye.world.now.timestamp())
    latest_s = now_s - now_s % _QUARTER_S
    found = []
    for at_s in range(latest_s, latest_s - _POSTS * _QUARTER_S, -_QUARTER_S):
        bars = eye.world.candles(main, 3_600, before_s=at_s, limit=24).tolist()
        if bars:
            found.append(_post(token, at_s, bars[-1][4] / bars[0][1] - 1))
    return found


def _post(token: Token, at_s: int, change: float) -> dict[Key, object]:
    way = "up" if change >= 0 else "down"
    title = f"{token.name} (${token.symbol}) price is {way} {abs(change) * 100:.2f}% in a day & still traded"
    return {
        "title": one_line(title, 200),
        "outlet": "Practice Wire",
        "at": Near(value=at_s),
        "tickers": (token.symbol,),
        "likes": ANYTHING,
        "dislikes": ANYTHING,
    }


TRUTHS: Truths = {"news:/posts/": posts}
