"""The fake Telegram's reading of marked-up texts."""

import html
import re
from collections.abc import Callable

import pytest
from aiogram.types import MessageEntity
from aiogram.utils.text_decorations import html_decoration, markdown_decoration
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.telegram.formatted import MarkupError
from tests.fakes.telegram.markup import parse

# what the server takes out of any text is tested apart
CLEANED = "\u202a\u202b\u202c\u202d\u202e\u0333\u033f\u030a"
TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n", exclude_characters=CLEANED
    )
)


def entity(kind: str, offset: int, length: int, **extra: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length} | extra


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt;&amp;&gt; &quot;&#128640;&#x1F680;", 'a <&> "🚀🚀', []),
        ("<b>a <i>b</i></b>", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
        ("🚀<code>x</code>", "🚀x", [entity("code", 2, 1)]),
        ("<STRONG>x</strong>", "x", [entity("bold", 0, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [entity("strikethrough", n, 1) for n in range(3)]),
        ('<span class="tg-spoiler">a</span>', "a", [entity("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [entity("spoiler", 0, 1)]),
        (
            '<a href="https://a.b/?x=1&amp;y=>">l</a>',
            "l",
            [entity("text_link", 0, 1, url="https://a.b/?x=1&y=>")],
        ),
        ("<a>example.com</a>", "example.com", [entity("text_link", 0, 11, url="example.com")]),
        ('<a href="not a link">l</a>', "l", []),
        ('<tg-emoji emoji-id="53">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="53")]),
        ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="python")],
        ),
        ("<code>a<b>b</b></code>", "ab", [entity("code", 0, 2)]),
        ("<blockquote>q</blockquote>", "q", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ("<b>x </b>\n ", "x", [entity("bold", 0, 1)]),
    ],
)
def test_html_is_shown_as_telegram_shows_it(
    source: str, text: str, entities: list[dict[str, object]]
) -> None:
    shown = parse(source, "HTML")
    assert (shown.text, list(shown.entities)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("x <b", 'Unclosed start tag "b" at byte offset 2'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="-5">x</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("AT&T", "Unsupported HTML entity at byte offset 2"),
        ("a&nbsp;b", "Unsupported HTML entity at byte offset 1"),
        ("&#xD800;", "Character 55296 does not exist"),
        ("a > b", 'Character ">" must be written as "&gt;" at byte offset 2'),
    ],
)
def test_html_that_telegram_cannot_parse_is_refused(source: str, complaint: str) -> None:
    with pytest.raises(MarkupError) as refused:
        parse(source, "HTML")
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        (r"a\.b\!", "a.b!", []),
        ("*a _b_*", "a b", [entity("bold", 0, 3), entity("italic", 2, 1)]),
        (
            "__a__~b~||c||",
            "abc",
            [entity(k, n, 1) for n, k in enumerate(("underline", "strikethrough", "spoiler"))],
        ),
        ("_a __b___", "a b", [entity("italic", 0, 3), entity("underline", 2, 1)]),
        (r"`a_b\``", "a_b`", [entity("code", 0, 4)]),
        ("```py\nx_1 `y`\n```", "x_1 `y`", [entity("pre", 0, 7, language="py")]),
        (r"[l](https://a.b/\))", "l", [entity("text_link", 0, 1, url="https://a.b/)")]),
        ("![👍](tg://emoji?id=53)", "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="53")]),
        (">a\n>b\nc", "a\nb\nc", [entity("blockquote", 0, 3)]),
        (">a\n>b||\nc", "a\nb\nc", [entity("expandable_blockquote", 0, 3)]),
    ],
)
def test_markdown_v2_is_shown_as_telegram_shows_it(
    source: str, text: str, entities: list[dict[str, object]]
) -> None:
    shown = parse(source, "MarkdownV2")
    assert (shown.text, list(shown.entities)) == (text, entities)


@pytest.mark.parametrize("reserved", list("_*[]()~`>#+-=|{}.!"))
def test_a_reserved_character_must_be_escaped_in_markdown_v2(reserved: str) -> None:
    with pytest.raises(MarkupError):
        parse(f"1 {reserved} 2", "MarkdownV2")
    assert parse(f"1 \\{reserved} 2", "MarkdownV2").text == f"1 {reserved} 2"


@pytest.mark.parametrize("source", ["*a", "_a", "__a_", "`a", "```a", "||a", "[a](b", ">*a\nb*", "*a _b* c_"])
def test_a_mark_that_is_not_closed_in_turn_is_refused_in_markdown_v2(source: str) -> None:
    with pytest.raises(MarkupError):
        parse(source, "MarkdownV2")


@pytest.mark.parametrize(
    "entities",
    [
        [entity("bold", 0, 5)],
        [entity("bold", -1, 2)],
        [entity("bold", 0, 0)],
        [entity("shiny", 0, 1)],
        [entity("bold", 0, 3), entity("italic", 2, 2)],
        [entity("bold", 1, 1)],
        [{"type": "bold"}],
    ],
    ids=["too long", "before the text", "empty", "unknown", "overlapping", "half a rocket", "without place"],
)
def test_entities_that_do_not_fit_the_text_are_refused(entities: list[dict[str, object]]) -> None:
    with pytest.raises(MarkupError):
        parse("🚀ab", entities=entities)


@given(TEXTS)
def test_escaped_text_is_shown_as_it_was(text: str) -> None:
    assert parse(html.escape(text), "HTML").text == text.rstrip(" \n")
    assert parse(re.sub(r"([\\_*\[\]()~`>#+\-=|{}.!])", r"\\\1", text), "MarkdownV2").text == text.rstrip(
        " \n"
    )


@given(
    st.lists(st.sampled_from([*"ab <>/&;=\"'!*_`|~[]()\\\n.", "<b>", "</b>", "<a href=", "||", "```"])).map(
        "".join
    )
)
def test_no_text_breaks_the_parsers(text: str) -> None:
    for mode in ("HTML", "MarkdownV2"):
        try:
            shown = parse(text, mode)
        except MarkupError:
            continue
        parse(shown.text, entities=shown.entities)


@pytest.mark.parametrize(
    ("mode", "unparse"), [("HTML", html_decoration.unparse), ("MarkdownV2", markdown_decoration.unparse)]
)
def test_what_aiogram_writes_is_read_back(mode: str, unparse: Callable[..., str]) -> None:
    entities = [
        entity("bold", 0, 9),
        entity("italic", 3, 6),
        entity("code", 10, 3),
        entity("text_link", 14, 4, url="https://a.b/c?d=1&e=2"),
        entity("spoiler", 19, 2),
    ]
    text = "🚀 <bold> a_b link 🚀 end."
    source = unparse(text, [MessageEntity.model_validate(e) for e in entities])
    shown = parse(source, mode)
    assert (shown.text, list(shown.entities)) == (text, entities)


def test_control_and_direction_characters_are_taken_out_and_entities_stay_in_place() -> None:
    hostile = "a\r\u202eb\tc"
    assert parse(f"{hostile}<b>d</b>", "HTML").entities == (entity("bold", 4, 1),)
    shown = parse(f"{hostile}d", entities=[entity("bold", 6, 1)])
    assert (shown.text, shown.entities) == ("ab cd", (entity("bold", 4, 1),))
