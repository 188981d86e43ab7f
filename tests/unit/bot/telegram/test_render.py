"""Replies as Telegram shows them: what fits, what is styled, and what stays inert."""

from __future__ import annotations

import re

import pytest
from aiogram.types import MessageEntity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.fit import PRACTICE
from bot.frontend import utf16_units
from bot.telegram import render
from bot.telegram.render import IN_CAPTION, JOINER, Card
from handlers.reply import (
    Attachment,
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
    lines,
    link,
    strong,
    tap,
    text,
)
from tests.fakes.replies import fields, texts
from tests.fakes.telegram.formatted import check_entities

patient = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
PICTURE = Image(b"png", "chart.png", "BONK over 24 h, from $1 to $2", "key")

# What Telegram finds in plain words, as its own parser does: mentions, links, commands, tags.
DETECTED = re.compile(
    r"@\w+|(?<![\w/])/[A-Za-z0-9_]+|#\w+|\$[^\W\d_]|\w+://|[^\W_]\.[^\W\d_]|\d+\.\d+\.\d+\.\d+", re.UNICODE
)
HOSTILE = (
    "@everyone", "/start", "/buy@evil_bot 1", "#moon", "$SCAM", "https://evil.example/x?y=1", "evil.com",
    "t.me/joinchat", "пример.рф", "a@b.com", "tg://resolve?domain=evil", "10.20.30.40", "ftp://x", "<b>x</b>",
    "*x*", "[x](http://evil.com)", "🐸.la", "www.evil.co.uk", "x.evil_", "😀@name😀", "&amp;", "`x`", "~x~",
    "||x||", "line\nbreak @x\n/cmd",
)  # fmt: skip


def inside(card: Card, entity: MessageEntity) -> str:
    """Read what an entity lies over."""
    units = card.text.encode("utf-16-le")
    return units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def outside(card: Card) -> str:
    """Read what Telegram searches: the text but for code and links, and for commands meant to be tapped."""
    units = bytearray(card.text.encode("utf-16-le"))
    for entity in card.entities:
        if entity.type in {"code", "pre", "text_link"}:
            blank = "\n".encode("utf-16-le") * entity.length
            units[2 * entity.offset : 2 * (entity.offset + entity.length)] = blank
    return units.decode("utf-16-le")


def test_a_card_reads_title_body_fields_and_footer() -> None:
    reply = Reply(
        title=text("Bonk"),
        body=text("up a lot"),
        fields=(
            Field("Price", text("$0.0012")),
            Field("24h", text("+4 %")),
            Field("Sources", text("4 of 6 agree"), inline=False),
            Field("Age", text("2 d")),
            Field("Why", lines("mint open", "one holder"), inline=True),
        ),
        footer=text("12:00 UTC"),
        tone=Tone.GOOD,
        practice=True,
    )
    assert render.card(reply).text == (
        "🟢 Bonk\nup a lot\n\nPrice: $0.0012 · 24h: +4 %\nSources: 4 of 6 agree\nAge: 2 d\n"
        f"Why:\nmint open\none holder\n\n12:00 UTC · {PRACTICE}"
    )


def test_styles_become_entities_counted_in_utf16_units() -> None:
    card = render.card(
        Reply(
            title=text("🐸 Pepe"),
            body=text(
                "a", code("0x1"), strong("b"), block("c\nd"), link("site", "https://x.example/1"), faint("e")
            ),
        )
    )
    assert [(entity.type, inside(card, entity)) for entity in card.entities] == [
        ("bold", "🐸 Pepe"),
        ("code", "0x1"),
        ("bold", "b"),
        ("pre", "c\nd"),
        ("text_link", "site"),
    ]
    assert card.entities[-1].url == "https://x.example/1"


def test_code_in_a_title_stays_code_and_not_bold() -> None:
    card = render.card(Reply(title=text("Mint ", code("So1"))))
    assert [(entity.type, inside(card, entity)) for entity in card.entities] == [
        ("bold", "Mint "),
        ("code", "So1"),
    ]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("style", [Style.PLAIN, Style.STRONG, Style.FAINT])
def test_foreign_words_start_nothing(words: str, style: Style) -> None:
    reply = Reply(
        title=text(Span(words, style)),
        body=text(Span(words, style), Span(words, style)),
        fields=(Field(words, text(Span(words, style))),),
        footer=text(Span(words, style)),
    )
    for styled in (True, False):
        shown = render.card(reply, styled=styled).text
        assert not DETECTED.search(shown), shown


@pytest.mark.parametrize(
    "parts", [("evil", ".", "com"), ("evil.", "com"), ("@", "name"), ("/", "start"), ("$", "X")]
)
def test_words_split_over_spans_start_nothing(parts: tuple[str, ...]) -> None:
    shown = render.card(Reply(body=text(*(strong(part) for part in parts)))).text
    assert not DETECTED.search(shown)


@pytest.mark.parametrize("number", ["1.23", "0.0000012", "$1.5m", "+12.3 %", "1.23.", "3 / 4"])
def test_numbers_stay_as_they_are(number: str) -> None:
    assert render.card(Reply(body=text(f"{number} "))).text == number


def test_a_command_meant_to_be_tapped_stays_tappable() -> None:
    assert render.card(Reply(body=text("See ", tap("help"), "."))).text.startswith("See /help.")


@pytest.mark.parametrize("behind", ["er", "_x", "@evil_bot", "9"])
def test_letters_behind_a_command_do_not_become_part_of_it(behind: str) -> None:
    shown = render.card(Reply(body=text(tap("help"), strong(behind)))).text
    assert re.match(r"/[A-Za-z0-9_]+(?:@\w+)?", shown)[0] == "/help"  # type: ignore[index]


def test_without_styles_code_and_links_are_as_inert_as_the_rest() -> None:
    reply = Reply(
        body=text(code("@name evil.com"), " ", link("evil.com", "https://evil.com"), block("/start"))
    )
    card = render.card(reply, styled=False)
    assert card.entities == ()
    assert not DETECTED.search(card.text)


def test_text_past_the_last_entity_that_telegram_keeps_is_inert() -> None:
    body = Text(tuple(span for n in range(120) for span in (code("@x"), Span(" "))))
    card = render.card(Reply(body=body))
    assert len(card.entities) == 100
    assert not DETECTED.search(outside(card))


def test_white_space_at_the_end_goes_and_entities_end_with_the_text() -> None:
    card = render.card(Reply(body=text("a ", strong("b  \n"), code(" "))))
    assert card.text == "a b"
    assert [inside(card, entity) for entity in card.entities] == ["b"]


def test_the_words_of_a_picture_are_said_where_they_are_short() -> None:
    assert PICTURE.alt in render.card(Reply(title=text("BONK"), image=PICTURE)).text
    talkative = Image(b"png", "chart.png", "so much to say " * 20, "key")
    assert render.card(Reply(title=text("BONK"), image=talkative)).text == "BONK"


def test_an_empty_reply_is_an_empty_text() -> None:
    assert render.card(Reply(attachment=Attachment(b"x", "x.csv"))).text == ""


def test_a_body_of_nothing_but_signs_still_shows_most_of_itself() -> None:
    """A joiner after each sign doubles the text: cutting as much as is over left nothing at all."""
    card = render.card(Reply(body=text("@" * 4096)))
    assert 3500 < utf16_units(card.text) <= 4096


def test_a_text_under_a_picture_fits_a_caption() -> None:
    reply = Reply(body=text("/a" * 3000))
    assert utf16_units(render.card(reply.with_(image=PICTURE)).text) <= 1024
    assert utf16_units(render.card(reply, IN_CAPTION).text) <= 1024


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(title=text("Sorry"), body=text("No @token.")), "Sorry\nNo @token."),
        (Reply(body=text("x" * 200)), "x" * 200),
        (Reply(body=text("x" * 201)), None),
        (Reply(), None),
        (Reply(body=text("Which?"), buttons=((Button("1", Invoke("p")),),)), None),
        (Reply(body=text("There."), buttons=((Button("Open", url="https://t.me/x"),),)), "There."),
        (Reply(body=text("x"), image=PICTURE), None),
    ],
)
def test_a_box_takes_what_is_short_and_asks_nothing(reply: Reply, words: str | None) -> None:
    assert render.alert(reply) == words


replies = st.builds(
    Reply,
    title=texts,
    body=texts,
    fields=st.lists(fields, max_size=4).map(tuple),
    footer=texts,
    tone=st.sampled_from(Tone),
    practice=st.booleans(),
    image=st.sampled_from([None, PICTURE]),
)


@patient
@given(replies, st.booleans())
def test_any_reply_fits_is_valid_and_starts_nothing(reply: Reply, styled: bool) -> None:
    card = render.card(reply, styled=styled)
    assert utf16_units(card.text) <= (1024 if reply.image else 4096)
    check_entities(card.text, [entity.model_dump(exclude_none=True) for entity in card.entities])
    assert not DETECTED.search(re.sub(r"/(?:help|t|a{32})(?![A-Za-z0-9_])", "\n\n", outside(card)))
    assert PRACTICE in card.text or not reply.practice


@patient
@given(texts)
def test_without_joiners_the_words_are_as_they_were(words: Text) -> None:
    shown, _ = render.write(words)
    assert shown.replace(JOINER, "") == words.plain.rstrip()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 5000), st.integers(0, 100), st.booleans())
def test_the_largest_replies_fit(count: int, size: int, priority: int, captioned: bool) -> None:
    """Fields of the highest priority beside a long body once exceeded what a message holds."""
    reply = Reply(
        title=text("t" * size),
        body=text("b@" * size),
        fields=tuple(Field(f"n{n}", text("v." * size), priority) for n in range(count)),
        footer=text("f" * size),
        image=PICTURE if captioned else None,
        practice=True,
    )
    card = render.card(reply)
    assert utf16_units(card.text) <= (1024 if captioned else 4096)
    assert PRACTICE in card.text
