"""The reader of Discord's markdown that the rendering is held against."""

from __future__ import annotations

import pytest

from tests.unit.bot.discord.markdown import read


@pytest.mark.parametrize(
    ("source", "seen", "kinds"),
    [
        ("**a** b", "a b", {"strong"}),
        (r"\*\*a\*\*", "**a**", set()),
        ("_a_ and *b*", "a and b", {"italic"}),
        ("__a__ ~~b~~ ||c||", "a b c", {"underline", "strike", "spoiler"}),
        ("`a*b*`", "a*b*", {"code"}),
        ("```\na\n```", "a", {"block"}),
        ("[a](https://x.y)", "a", {"link"}),
        ("https://x.y/z", "https://x.y/z", {"url"}),
        (r"https\://x.y/z", "https://x.y/z", set()),
        ("<@1> @everyone <#2> <@&3>", "<@1> @everyone <#2> <@&3>", {"mention"}),
        ("<t:1:R> <a:x:1> :smile:", "<t:1:R> <a:x:1> :smile:", {"timestamp", "emoji"}),
        ("</p:1>", "/p", {"command"}),
        ("# a\n> b\n- c\n1. d\n-# e", "a\nb\nc\nd\ne", {"heading", "quote", "list", "subtext"}),
        ("-5 % and #1", "-5 % and #1", set()),
    ],
)
def test_what_a_person_sees_is_read(source: str, seen: str, kinds: set[str]) -> None:
    result = read(source)
    assert (result.text, result.kinds) == (seen, kinds)
