"""Replies as Discord shows them: what fits, what is styled, and what stays as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import render
from bot.fit import PRACTICE
from bot.frontend import DISCORD, utf16_units
from handlers.reply import (
    Button,
    Field,
    Image,
    Invoke,
    Reply,
    Span,
    Style,
    Text,
    Tone,
    block,
    code,
    faint,
    link,
    strong,
    tap,
    text,
)
from tests.fakes.discord.ledger import Upload
from tests.fakes.discord.rules import message_errors
from tests.unit.bot.discord.markdown import read

PICTURE = Image(b"png", "chart.png", "BONK over 24 h, from $1 to $2", "key")
COMMANDS = {"p": "</p:7>", "stats": "</admin stats:8>"}
HOSTILE = (
    "@everyone", "@here", "<@1>", "<@!1>", "<@&2>", "<#3>", "</buy:4>", "<t:0:R>", "<a:x:1>", "<:x:1>",
    "<id:guide>", ":smile:", "https://evil.example/x?y=1", "discord://x", "discord.gg/x", "<https://x.y>",
    "[x](http://evil.com)", "**x**", "*x*", "__x__", "_x_", "~~x~~", "||x||", "`x`", "``x``", "```x```",
    "```", "`", "\\", "\\*", "# x", "## x", "-# x", "> x", ">>> x", "- x", "* x", "+ x", "1. x",
    "12) x", "1.23", "-5 %", "a\nb", "a\n# b", "\n", " ", "🐸🐸", "![x](y)", "](", ")", "¯\\_(ツ)_/¯",
    "x\n- y", "http:", "//evil.com", "mailto:a@b.c", "$1,000", "(x)",
)  # fmt: skip

words = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join),
    st.text(max_size=20),
    st.text(alphabet="*_~|`\\<>[]()#-+:/@.1a \n", max_size=12),
)
urls = st.sampled_from(
    (
        "https://x.y/z",
        "https://x.y/(a)?b='c'",
        "http://x.y/`*_~|\\",
        "https://x.y/>)[",
        f"https://x.y/{'a' * 900}",
    )
)
spans = st.one_of(
    st.builds(
        Span,
        words,
        st.sampled_from((Style.PLAIN, Style.FAINT, Style.STRONG, Style.CODE, Style.BLOCK)),
    ),
    st.builds(lambda label, url: Span(label, Style.LINK, url), words, urls),
    st.sampled_from((tap("p"), tap("stats"), tap("unlisted"))),
)
texts = st.lists(spans, max_size=6).map(lambda some: Text(tuple(some)))
fields = st.builds(Field, words.map(lambda name: name[:40]), texts, st.integers(0, 150), st.booleans())
buttons = st.builds(lambda label: Button(label, Invoke("p")), words)
replies = st.builds(
    Reply,
    title=texts, body=texts, fields=st.lists(fields, max_size=4).map(tuple), footer=texts,
    image=st.sampled_from((None, PICTURE)), tone=st.sampled_from(Tone), practice=st.booleans(),
    buttons=st.lists(st.lists(buttons, max_size=6).map(tuple), max_size=6).map(tuple),
)  # fmt: skip


def squeezed(some: str) -> str:
    """Take off what layout adds: white space, and the invisible sign in blocks."""
    return "".join(some.replace("\u200b", "").split())


def kinds_of(some: Text) -> set[str]:
    """Say which constructs a text asks for itself."""
    asked = {Style.STRONG: "strong", Style.CODE: "code", Style.BLOCK: "block", Style.LINK: "link"}
    asked |= {Style.COMMAND: "command"}
    return {asked[span.style] for span in some.spans if span.style in asked}


@settings(max_examples=120, deadline=None)
@given(texts)
def test_a_reader_sees_the_clean_text_and_no_construct_of_a_strangers(some: Text) -> None:
    seen = read(render.written(some, COMMANDS))
    assert squeezed(seen.text) == squeezed(some.plain.replace("/stats", "/admin stats"))
    assert seen.kinds <= kinds_of(some)


@settings(max_examples=120, deadline=None)
@given(words)
def test_plain_words_come_through_to_the_letter(some: str) -> None:
    clean = text(some)
    seen = read(render.written(clean, {}))
    assert (seen.text, seen.kinds) == (clean.plain, set())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(lambda label, url: Span(label, Style.LINK, url), words, urls), min_size=1, max_size=3)
)
def test_links_lead_nowhere_but_where_they_say(some: list[Span]) -> None:
    given_targets = {span.url[:11] for span in some}
    seen = read(render.written(Text(tuple(some)), {}))
    for kind, target in seen.found:
        assert kind == "link"
        assert target[:11] in given_targets


@settings(max_examples=60, deadline=None)
@given(replies)
def test_any_reply_is_taken_as_an_embed_and_as_plain_words(reply: Reply) -> None:
    card, plain = render.card(reply, COMMANDS), render.plain(reply)
    assert card.embed is not None
    files = {0: Upload(render.file_name(card.image), card.image.png)} if card.image else {}
    assert message_errors({"embeds": [card.embed.to_dict()]}, files, may_hide=True) == []
    assert len(card.rows) <= 5
    assert plain.content is not None
    assert 0 < utf16_units(plain.content) <= render.CONTENT_LIMIT
    assert "\u200b" in plain.content or read(plain.content).kinds == set()


@pytest.mark.parametrize("letter", ["*", "a", "🐸", "[", "https://x.y "])
@pytest.mark.parametrize("style", [Style.PLAIN, Style.STRONG, Style.CODE, Style.BLOCK])
def test_however_long_a_reply_is_it_fits(letter: str, style: Style) -> None:
    long = Text((Span((letter * 7000)[:7000], style),))
    reply = Reply(
        title=long, body=long, fields=tuple(Field(letter * 300, long) for _ in range(26)), footer=long,
        practice=True, image=PICTURE,
    )  # fmt: skip
    embed = render.card(reply, {}).embed
    assert embed is not None
    assert utf16_units(embed.title or "") <= 256
    assert utf16_units(embed.description or "") <= 4096
    assert all(
        utf16_units(str(field.value)) <= 1024 and utf16_units(str(field.name)) <= 256
        for field in embed.fields
    )
    total = [embed.title, embed.description, embed.footer.text]
    total += [part for field in embed.fields for part in (field.name, field.value)]
    assert sum(utf16_units(part or "") for part in total) <= DISCORD.total
    assert (embed.footer.text or "").endswith(PRACTICE)
    assert utf16_units(render.plain(reply).content or "") <= render.CONTENT_LIMIT


def test_a_body_of_many_links_is_cut_to_what_a_description_holds() -> None:
    rows = [link(f"token {number}", f"https://x.y/{number:0400}") for number in range(60)]
    embed = render.card(Reply(body=text(*rows)), {}).embed
    assert embed is not None
    assert 2000 < len(embed.description or "") <= 4096


def test_every_style_has_its_mark() -> None:
    some = text(
        "a ", strong("b"), " ", faint("c"), " ", code("d"), block("e\nf"), link("g", "https://x.y/z"), " ",
        tap("p"), " ", tap("stats"), " ", tap("unlisted"),
    )  # fmt: skip
    assert render.written(some, COMMANDS) == (
        "a **b** c `d`\n```\ne\nf\n```[g](https://x.y/z) </p:7> </admin stats:8> /unlisted"
    )


def test_code_that_holds_a_backtick_is_shown_as_plain_words() -> None:
    seen = read(render.written(text(code("a`b")), {}))
    assert (seen.text, seen.kinds) == ("a`b", set())


def test_a_block_cannot_be_left_from_within() -> None:
    seen = read(render.written(text(block("SYM\n```\n@everyone"), "after"), {}))
    assert seen.kinds == {"block"}
    assert squeezed(seen.text) == "SYM```@everyoneafter"


def test_figures_stay_free_of_signs() -> None:
    assert render.written(text("-5.2 % · $1.23 · +4 %\n1.5m"), {}) == "-5.2 % · $1.23 · +4 %\n1.5m"


def test_an_embed_holds_every_part() -> None:
    reply = Reply(
        title=text("BONK"), body=text("body"), tone=Tone.GOOD, image=PICTURE, practice=True,
        footer=text("4 sources"),
        fields=(Field("Price", text("$1")), Field("Chart", text("wide"), inline=False)),
    )  # fmt: skip
    embed = render.card(reply, {}).embed
    assert embed is not None
    shown = embed.to_dict()
    assert (shown["title"], shown["description"]) == ("BONK", "body")
    assert shown["image"]["url"] == "attachment://chart.png"
    assert shown["footer"]["text"] == f"4 sources · {PRACTICE}"
    assert [(field["name"], field["value"], field["inline"]) for field in shown["fields"]] == [
        ("Price", "$1", True),
        ("Chart", "wide", False),
    ]


def test_tones_have_colours_of_their_own() -> None:
    embeds = [render.card(Reply(body=text("x"), tone=tone), {}).embed for tone in Tone]
    assert len({embed.colour for embed in embeds if embed is not None}) == len(Tone)


def test_a_linked_title_carries_its_address() -> None:
    embed = render.card(Reply(title=text(link("BONK", "https://x.y/z"))), {}).embed
    assert embed is not None
    assert (embed.title, embed.url) == ("BONK", "https://x.y/z")


def test_a_picture_gets_a_name_that_an_embed_can_refer_to() -> None:
    odd = Image(b"png", "my chart/../ü.png", "alt", "key")
    assert render.file_name(odd) == "my_chart_..__.png"
    assert render.file_name(Image(b"", "", "", "")) == "picture.png"


def test_an_empty_reply_is_still_a_message() -> None:
    embed = render.card(Reply(), {}).embed
    assert embed is not None
    assert embed.description == "\u200b"
