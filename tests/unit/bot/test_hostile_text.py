"""Hostile names on every card and every front end: nothing pings, links, hides or breaks."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import orjson
import pytest
from rich.console import Console

from bot.console import render as console
from bot.discord import render as discord
from bot.frontend import DISCORD, utf16_units
from bot.telegram import render as telegram
from bot.telegram.render import JOINER
from core.charts import candles
from handlers.reply import Reply
from tests.fakes import hostile
from tests.fakes.discord.ledger import Upload
from tests.fakes.discord.rules import message_errors
from tests.fakes.telegram.formatted import check_entities
from tests.unit.bot.discord.markdown import read
from tests.unit.core.charts.series import spec_of, walk

# What Telegram finds in plain words, as its own parser does: mentions, links, commands, tags.
DETECTED = re.compile(
    r"@\w+|(?<![\w/])/[A-Za-z0-9_]+|#\w+|\$[^\W\d_]|\w+://|[^\W_]\.[^\W\d_]|\d+\.\d+\.\d+\.\d+", re.UNICODE
)
OPAQUE = {"code", "pre", "text_link"}
MARKS = {"strong", "code", "block", "link", "command"}  # what our own styles become
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def judged_on_telegram(reply: Reply) -> None:
    for styled in (True, False):
        card = telegram.card(reply, styled=styled)
        assert utf16_units(card.text) <= (1024 if reply.image else 4096)
        check_entities(card.text, [entity.model_dump(exclude_none=True) for entity in card.entities])
        units = bytearray(card.text.encode("utf-16-le"))
        for entity in card.entities:
            assert entity.type in {*OPAQUE, "bold"}
            assert entity.url is None or entity.url in hostile.own_links(reply)
            if entity.type in OPAQUE:
                units[2 * entity.offset : 2 * (entity.offset + entity.length)] = b"\n\0" * entity.length
        searched = units.decode("utf-16-le")
        for command in hostile.own_commands(reply):
            searched = searched.replace(command, "\n")
        assert not DETECTED.search(searched)
        assert hostile.unseen(card.text, ours=JOINER) == []
        assert not hostile.piled(card.text)


def judged_on_discord(reply: Reply) -> None:
    card, plain = discord.card(reply, {}), discord.plain(reply)
    assert card.embed is not None and plain.content is not None
    files = {0: Upload(discord.file_name(card.image), card.image.png)} if card.image else {}
    assert message_errors({"embeds": [card.embed.to_dict()]}, files, may_hide=True) == []
    assert 0 < utf16_units(plain.content) <= discord.CONTENT_LIMIT
    targets = {discord._target(url) for url in hostile.own_links(reply)}
    assert card.embed.url is None or card.embed.url in targets
    values = [part for field in card.embed.fields for part in (field.name, field.value)]
    for part in (card.embed.title, card.embed.description, *values, plain.content):
        seen = read(part or "")
        assert seen.kinds <= MARKS
        assert {target for kind, target in seen.found if kind == "link"} <= targets
        assert hostile.unseen(part or "", ours="\u200b") == []
    assert read(plain.content).kinds == set()
    assert len(card.embed) <= DISCORD.total


def judged_on_a_terminal(reply: Reply) -> None:
    target = io.StringIO()
    screen = Console(file=target, force_terminal=True, width=80, highlight=False, color_system="256")
    screen.print(console.card(reply, "chart.png" if reply.image else ""))
    shown = _STYLE.sub("", target.getvalue())
    assert hostile.unseen(shown) == []
    frame = orjson.dumps(console.frame_json("t", 1, reply, ""))
    assert b"\n" not in frame
    told = json.loads(frame)
    assert hostile.unseen("\n".join((told["title"], told["text"]))) == []


def test_the_corpus_is_large_and_its_kinds_are_many() -> None:
    assert len(hostile.corpus()) >= 200
    assert len(hostile.KINDS) >= 20
    assert len({case.text for case in hostile.corpus()}) == len(hostile.corpus())


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_a_hostile_name_does_nothing_on_any_card_of_any_front_end(kind: str) -> None:
    for case in hostile.of_kind(kind):
        for number, reply in enumerate(hostile.cards(case.text)):
            try:
                judged_on_telegram(reply)
                judged_on_discord(reply)
                judged_on_a_terminal(reply)
            except Exception as error:
                error.add_note(f"card {number} of {case.text[:120]!a}")
                raise


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_a_button_shows_a_hostile_label_on_one_line_without_tricks(kind: str) -> None:
    for case in hostile.of_kind(kind):
        for reply in hostile.cards(case.text):
            for row in reply.rows:
                for button in row:
                    assert hostile.unseen(button.label) == []
                    assert "\n" not in button.label and len(button.label) <= 40
                    assert button.url == ""


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_a_hostile_title_is_drawn_and_told_harmlessly(kind: str) -> None:
    """Draw one picture a kind; the words that stand for every picture are judged for all."""
    for number, case in enumerate(hostile.of_kind(kind)):
        named = spec_of(walk(20), title=f"{case.text} · 1h", subtitle=case.text)
        spec = replace(named, footer=case.text)
        for words in (spec.title, spec.subtitle, spec.footer):
            assert hostile.unseen(words) == []
            assert "\n" not in words and len(words) <= 140
        if number == 0:
            drawn = candles.draw(spec)
            assert drawn.png.startswith(b"\x89PNG")
            assert hostile.unseen(drawn.alt) == []
