"""The tree of a reply: clean as it is made, and never more than one thing at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reply import (
    Button,
    Image,
    Invoke,
    Page,
    Reply,
    Span,
    Style,
    Text,
    block,
    code,
    faint,
    joined,
    lines,
    link,
    strong,
    tap,
    text,
)

anything = st.text(st.characters(exclude_categories=()), max_size=40)


@given(anything)
def test_every_span_is_clean_as_it_is_made(words: str) -> None:
    for span in (strong(words), faint(words), code(words), block(words), Span(words)):
        span.text.encode()
        assert "\u202e" not in span.text and "\x1b" not in span.text
        assert Span(span.text, span.style) == span


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://user?id=1", "ftp://x", "//x", "x", "HTTPS://x"])
def test_a_link_leads_to_the_web_alone(url: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        link("here", url)


def test_a_link_has_an_address_and_nothing_else_has() -> None:
    with pytest.raises(ValueError, match="a link has a url"):
        Span("x", Style.LINK)
    with pytest.raises(ValueError, match="a link has a url"):
        Span("x", Style.STRONG, "https://a.example")
    assert link("x", "https://a.example").url == "https://a.example"


@pytest.mark.parametrize("name", ["", "Buy", "buy now", "buy@bot", "a" * 33, "/buy"])
def test_only_the_name_of_a_command_can_be_tapped(name: str) -> None:
    with pytest.raises(ValueError, match="not a command"):
        tap(name)


def test_what_is_tapped_is_a_command() -> None:
    assert tap("help").text == "/help"


def test_a_button_either_runs_or_opens() -> None:
    with pytest.raises(ValueError, match="invokes or opens"):
        Button("x")
    with pytest.raises(ValueError, match="invokes or opens"):
        Button("x", Invoke("t"), url="https://a.example")


@given(anything)
def test_a_label_is_one_short_line(words: str) -> None:
    label = Button(words, Invoke("t")).label
    assert len(label) <= 40 and "\n" not in label


def test_texts_are_put_together_without_empty_parts() -> None:
    assert lines("one", "", text(faint("")), strong("two")).plain == "one\ntwo"
    assert joined(["a", "b", "c"], ", ").plain == "a, b, c"
    assert (text("a") + strong("b")).plain == "ab"
    assert not text("", faint("\u200b"))
    assert text("a") and Text() == text()


def test_a_page_turns_only_where_there_is_another() -> None:
    def labels(number: int, pages: int) -> list[tuple[str, str]]:
        reply = Reply(page=Page(number, pages, Invoke("list", {"of": "x"})))
        row = reply.rows[-1] if reply.rows else ()
        return [(button.label[-4:], button.invoke.args["page"]) for button in row if button.invoke]

    assert labels(1, 1) == []
    assert labels(1, 3) == [("xt ›", "2")]
    assert labels(2, 3) == [("Back", "1"), ("xt ›", "3")]
    assert labels(3, 3) == [("Back", "2")]


def test_turning_keeps_the_other_arguments() -> None:
    (row,) = Reply(page=Page(1, 2, Invoke("list", {"of": "x"}))).rows
    assert row[0].invoke == Invoke("list", {"of": "x", "page": "2"})


def test_the_words_for_a_picture_hold_nothing_invisible() -> None:
    assert Image(b"", "a.png", "up\u202e 5 %\x1b[31m", "k").alt == "up 5 %[31m"
