"""Replies of every shape for property tests: the whole tree, with the text that strangers write.

A reply is made from a number, so that a failing one is named by it: `for seed in SEEDS: reply_of(seed)`.
"""

from __future__ import annotations

import random
from functools import cache

from hypothesis import strategies as st

from handlers.reply import (
    Attachment,
    Button,
    Field,
    Image,
    Invoke,
    Page,
    Reply,
    Span,
    Style,
    Text,
    Tone,
)

SEEDS = range(150)
PNG = b"\x89PNG\r\n\x1a\n"

# Markup of several platforms, mass mentions, bidi marks, fillers, pictures of two code units, piles of marks.
HOSTILE = (
    "<b>bold</b>", "&amp;&lt;", "**x**", "__y__", "||z||", "[a](https://b.example)", "`code`", "```",
    "@everyone", "<@123>", "@here", "/buy", "#tag", "\u202eLOS", "\u200b", "\u3164", "\ufe0f", "\ud800",
    "\x1b[31m", "\r\n\n", "🚀", "👨‍👩‍👧", "𝕬", "Z\u0300\u0316\u0301", "柴犬", "\u200fمرحبا", "\\", "_*~|>",
    "https://evil.example/?a=b&c", "$0.0₅1234", "tg://user?id=1", "%s", "{0}", "A" * 100, " ", "plain words ",
)  # fmt: skip
URLS = ("https://a.example", "http://b.example/x?y=1&z=2", "https://c.example/" + "p" * 200)
_PLAIN_STYLES = [style for style in Style if style not in {Style.LINK, Style.COMMAND}]


def words_of(rng: random.Random, most: int = 5_000) -> str:
    """Make a stranger's words: none, a few, or far too many."""
    words = "".join(rng.choice((*HOSTILE, chr(rng.randrange(0x110000)))) for _ in range(rng.randrange(8)))
    return (words * rng.choice((1, 1, 1, 1, 3, 300)))[:most]


def text_of(rng: random.Random) -> Text:
    """Make a text of several spans in every style."""
    spans = [_span(rng) for _ in range(rng.randrange(6))]
    return Text(tuple(span for span in spans if span.text))


@cache
def reply_of(seed: int) -> Reply:
    """Make a reply."""
    rng = random.Random(seed)
    rows = [[_button(rng) for _ in range(rng.randrange(12))] for _ in range(rng.choice((0, 1, 3, 16)))]
    return Reply(
        title=text_of(rng),
        body=text_of(rng),
        fields=tuple(_field(rng) for _ in range(rng.choice((0, 1, 5, 45)))),
        image=Image(PNG, "chart.png", words_of(rng, 500), "0" * 32) if rng.random() < 0.3 else None,
        attachment=Attachment(b"content", "rules.csv") if rng.random() < 0.1 else None,
        buttons=tuple(map(tuple, rows)),
        page=Page(rng.randint(1, 3), 3, _invoke(rng)) if rng.random() < 0.3 else None,
        tone=rng.choice(list(Tone)),
        footer=text_of(rng),
        private=rng.random() < 0.5,
        practice=rng.random() < 0.5,
        error=rng.choice(("", "internal")),
    )


def _span(rng: random.Random) -> Span:
    match rng.randrange(6):
        case 0:
            return Span(words_of(rng), Style.LINK, rng.choice(URLS))
        case 1:
            return Span(rng.choice(("/help", "/t", "/" + "a" * 32)), Style.COMMAND)
        case _:
            return Span(words_of(rng), rng.choice(_PLAIN_STYLES))


def _field(rng: random.Random) -> Field:
    name = rng.choice(("Price", "Liquidity", "N" * 300))
    return Field(name, text_of(rng), rng.randrange(111), rng.random() < 0.5)


def _button(rng: random.Random) -> Button:
    if rng.random() < 0.2:
        return Button(words_of(rng, 100), url=rng.choice(URLS))
    return Button(words_of(rng, 100), _invoke(rng), active=rng.random() < 0.2, danger=rng.random() < 0.2)


def _invoke(rng: random.Random) -> Invoke:
    names = rng.sample(("token", "tf", "page"), rng.randrange(4))
    return Invoke(rng.choice(("t", "c", "why", "gone")), {name: words_of(rng, 100) for name in names})


_seeds = st.integers(0, 2**32).map(random.Random)
texts = _seeds.map(text_of)
fields = _seeds.map(_field)
