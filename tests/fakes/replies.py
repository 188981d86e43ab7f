"""Replies of every shape for property tests: the whole tree, with the text that strangers write."""

from __future__ import annotations

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

PNG = b"\x89PNG\r\n\x1a\n"

# Markup of several platforms, mass mentions, bidi marks, fillers, pictures of two code units, zalgo.
HOSTILE = (
    "<b>bold</b>", "&amp;&lt;", "**x**", "__y__", "||z||", "[a](https://b.example)", "`code`", "```", "@everyone",
    "<@123>", "@here", "/buy", "#tag", "\u202eLOS", "\u200b", "\u3164", "\ufe0f", "\ud800", "\x1b[31m", "\r\n\n",
    "🚀", "👨‍👩‍👧", "𝕬", "Z\u0300\u0316\u0301", "柴犬", "‏مرحبا", "\\", "_*~|>", "https://evil.example/?a=b&c",
    "$0.0₅1234", "tg://user?id=1", "{0}", "%s", "A" * 100,
)  # fmt: skip
hostile_words = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=12), max_size=8
).map("".join)
long_words = st.tuples(hostile_words, st.integers(1, 400)).map(lambda pair: (pair[0] or "x") * pair[1])
words = st.one_of(hostile_words, hostile_words, long_words.map(lambda text: text[:12_000]))

urls = st.sampled_from(["https://a.example", "http://b.example/x?y=1&z=2", "https://c.example/" + "p" * 200])
plain_styles = st.sampled_from([style for style in Style if style not in {Style.LINK, Style.COMMAND}])
spans = st.one_of(
    st.builds(Span, words, plain_styles),
    st.builds(lambda text, url: Span(text, Style.LINK, url), words, urls),
    st.sampled_from(["/help", "/t", "/" + "a" * 32]).map(lambda name: Span(name, Style.COMMAND)),
)
texts = st.lists(spans, max_size=6).map(lambda parts: Text(tuple(part for part in parts if part.text)))

invokes = st.builds(
    Invoke,
    st.sampled_from(["t", "c", "why", "gone"]),
    st.dictionaries(st.sampled_from(["token", "tf", "page"]), hostile_words, max_size=3),
)
buttons = st.one_of(
    st.builds(Button, hostile_words, invokes, active=st.booleans(), danger=st.booleans()),
    st.builds(lambda label, url: Button(label, url=url), hostile_words, urls),
)
rows = st.lists(st.lists(buttons, max_size=12).map(tuple), max_size=16).map(tuple)
fields = st.builds(
    Field, st.sampled_from(["Price", "Liquidity", "N" * 300]), texts, st.integers(0, 110), st.booleans()
)
images = st.builds(Image, st.just(PNG), st.just("chart.png"), hostile_words, st.just("0" * 32))

replies = st.builds(
    Reply,
    title=texts,
    body=texts,
    fields=st.lists(fields, max_size=45).map(tuple),
    image=st.none() | images,
    attachment=st.none() | st.just(Attachment(b"content", "rules.csv")),
    buttons=rows,
    page=st.none() | st.builds(Page, st.integers(1, 3), st.just(3), invokes),
    tone=st.sampled_from(Tone),
    footer=texts,
    private=st.booleans(),
    practice=st.booleans(),
    error=st.sampled_from(["", "internal"]),
)
