"""Replies on a terminal and as JSON: hostile words move no cursor, take no style, break no line of JSON."""

from __future__ import annotations

import io
import json
import re

import orjson
import pytest
from rich.console import Console

from bot.console import render
from bot.fit import PRACTICE
from data.models.text import visible
from handlers.reply import Button, Field, Image, Invoke, Page, Reply, Tone, code, link, strong, tap, text
from tests.fakes.replies import PNG, SEEDS, reply_of

KEYS = {"command", "frame", "title", "text", "fields", "buttons", "image", "error"}
# What rich itself writes: colours and styles, and links never.
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def printed(reply: Reply, image_path: str = "", *, terminal: bool = True, width: int = 80) -> str:
    target = io.StringIO()
    color = "256" if terminal else None
    console = Console(file=target, force_terminal=terminal, width=width, highlight=False, color_system=color)
    console.print(render.card(reply, image_path))
    return target.getvalue()


def test_no_reply_writes_an_escape_of_its_own() -> None:
    for seed in SEEDS[::5]:
        plain = _STYLE.sub("", printed(reply_of(seed)))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", plain), seed
        plain.encode()


def test_every_reply_is_one_line_of_json_with_the_same_keys() -> None:
    for seed in SEEDS:
        reply = reply_of(seed)
        frame = render.frame_json("t", 1, reply, "")
        assert set(frame) == KEYS
        told = json.loads(json.dumps(frame).encode("utf-8", "surrogatepass"))
        assert (reply.practice and told["text"].endswith(PRACTICE)) or PRACTICE not in told["text"]
        assert told["error"] == (reply.error or None)


@pytest.mark.parametrize(
    "name",
    [
        "[bold red]x[/]",
        "[link=https://evil.example]claim[/link]",
        "[/]",
        ":boom:",
        "[1]",
        "\\[x]",
        "\x1b]0;owned\x07",
        "\x1b]8;;https://evil.example\x1b\\claim\x1b]8;;\x1b\\",
        "\x9b31mred",
        "\r\x1b[2Kgone",
        "\u202egpj.exe",
    ],
)
def test_a_token_cannot_style_hide_or_link_by_its_name(name: str) -> None:
    reply = Reply(
        title=text(name), body=text(strong(name), " ", code(name)), fields=(Field("Name", text(name)),),
        footer=text(name), buttons=((Button(name, Invoke("t")),),), tone=Tone.WARN,
    )  # fmt: skip
    shown = printed(reply)
    assert "\x1b]" not in shown and "\x9b" not in shown and "\r" not in shown
    assert "\x1b[31m" not in shown and "\x1b[2K" not in shown
    seen = visible(name)
    assert _STYLE.sub("", shown).count(seen.strip()) >= 4
    assert json.loads(orjson.dumps(render.frame_json("t", 1, reply, "")))["title"] == seen


def test_a_link_shows_where_it_leads() -> None:
    shown = printed(Reply(body=text(link("bonkcoin.com", "https://evil.example/x"))), terminal=False)
    assert "bonkcoin.com <https://evil.example/x>" in shown


def test_a_card_names_its_picture_and_numbers_its_buttons() -> None:
    reply = Reply(
        title=text("BONK"), body=text("see ", tap("help")), image=Image(PNG, "x.png", "a chart", "0"),
        buttons=((Button("1h", Invoke("t"), active=True), Button("Site", url="https://a.example")),),
        page=Page(1, 2, Invoke("list")), practice=True,
    )  # fmt: skip
    shown = printed(reply, "/tmp/x.png", terminal=False)
    assert "chart: /tmp/x.png" in shown and "a chart" in shown
    assert "[1] •1h   [2] Site   [3] Next ›" in shown
    assert PRACTICE in shown
    assert "\x1b" not in shown
    frame = render.frame_json("t", 1, reply, "/tmp/x.png")
    assert frame["image"] == "/tmp/x.png"
    assert frame["buttons"] == [
        {"label": "1h", "command": "t", "args": {}},
        {"label": "Site", "url": "https://a.example"},
        {"label": "Next ›", "command": "list", "args": {"page": "2"}},
    ]


@pytest.mark.parametrize("width", [1, 10, 20, 400])
def test_a_card_fits_any_terminal(width: int) -> None:
    lines = printed(reply_of(3), terminal=False, width=width).splitlines()
    assert lines
