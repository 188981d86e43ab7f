"""Text from strangers: the letters that a reader cannot see, and the laws that cleaning keeps."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.models.text import one_line, shortened, visible

# Every code point, lone surrogates among them, and the troublesome ones more often.
TROUBLE = (
    "\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\u2069\u061c\ud800\udfff\ue000\U000f0000\x00\x1b\x9b\x7f\u2028"
    "\u3164\u115f\u2800\ufe0f\u034f\u0301\u0308\u0344\u0323\u1160\u0958\u1fef\u212a\n\t\r abZ"
)
anything = st.text(st.one_of(st.sampled_from(TROUBLE), st.characters(exclude_categories=())), max_size=60)


@given(anything)
@example("e\u200b\u0301")
@example("a\u0344\u0344\u0344")
@example("\u1112\u1161\u034f\u11ab")
def test_what_was_cleaned_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert one_line(one_line(text, 20), 20) == one_line(text, 20)


@given(anything)
def test_nothing_that_cannot_be_seen_is_left(text: str) -> None:
    for char in visible(text):
        category = unicodedata.category(char)
        is_new_picture = category == "Cn" and 0x1F000 <= ord(char) < 0x1FB00
        assert char == "\n" or category[0] != "C" or is_new_picture
        assert char in "\n " or category[0] != "Z"
        assert not 0xFE00 <= ord(char) <= 0xFE0F
        assert char not in "\u3164\u115f\u1160\uffa0\u2800\u034f"


@given(anything)
def test_what_is_left_can_be_encoded(text: str) -> None:
    visible(text).encode()
    json.dumps(one_line(text, 30), ensure_ascii=False).encode()


@given(anything, st.integers(1, 40))
def test_a_limit_is_kept(text: str, limit: int) -> None:
    assert len(visible(text, limit)) <= limit
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line and "  " not in line and line == line.strip()


@given(anything)
def test_never_more_than_two_marks_stand_in_a_row(text: str) -> None:
    marks = 0
    for char in visible(text):
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        assert marks <= 2


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=200))
def test_plain_letters_pass_untouched(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u202eLOS", "LOS"),
        ("JU\u200bP", "JUP"),
        ("a\u2066b\u2069c", "abc"),
        ("x\x1b[31mred", "x[31mred"),
        ("\x9b2Jgone", "2Jgone"),
        ("a\x00b", "ab"),
        ("a\tb\u00a0c\u2003d", "a b c d"),
        ("\u3164", " "),
        ("one\r\ntwo", "one \ntwo"),
        ("half \ud83d a pair", "half  a pair"),
        ("\ue000icon\U0010fffd", "icon"),
        ("cafe\u0301", "café"),
        ("Tiếng Việt", "Tiếng Việt"),
        ("ลูกหมา", "ลูกหมา"),
        ("हिन्दी", "हिन्दी"),
        ("柴犬コイン", "柴犬コイン"),
    ],
)
def test_a_name_is_shown_as_a_reader_sees_it(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("🚀🐕", "🚀🐕"),
        ("⚠️ hot", "⚠ hot"),
        ("1️⃣", "1⃣"),
        ("👨‍👩‍👧", "👨👩👧"),
        ("👍🏽", "👍🏽"),
        ("🇺🇸", "🇺🇸"),
        ("🩷 \U0001fae8 \U0001fabf", "🩷 \U0001fae8 \U0001fabf"),  # Unicode 15
        ("\U0001fae9", "\U0001fae9"),  # Unicode 16
    ],
)
def test_pictures_survive_also_those_newer_than_our_tables(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_pile_of_marks_is_flattened() -> None:
    assert len(visible("Z" + "\u0300\u0316" * 500)) == 3
    assert visible("Z" + "\u034f\u200d\u0300" * 500 + "!") in {"Z\u0300\u0300!"}


def test_the_end_of_a_long_text_is_an_ellipsis() -> None:
    assert visible("abcdef", 4) == "abc…"
    assert one_line("  many \n\n  lines\tof text ", 100) == "many lines of text"
    assert one_line("one two three", 8) == "one two…"
    assert shortened("abc def", 5) == "abc…"
    assert shortened("abc", 3) == "abc"


@pytest.mark.parametrize(
    "piece", ["\u0300\u0316", "\u202e", "ㅤ", "a\u0301", "\ud800", "가", "\u0344", "\u0fb2\u0f71\u0f80", "𝕬"]
)
def test_a_hundred_thousand_characters_are_read_at_once(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    visible(text)
    one_line(text, 64)
    assert time.process_time() - started < 1.0
