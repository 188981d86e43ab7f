"""Hostile names through the real aiogram and discord.py: what was sent, and what a person then sees."""

from __future__ import annotations

import random

import pytest

from bot.telegram.render import JOINER
from handlers.reply import Reply
from tests.fakes import hostile
from tests.fakes.discord.messages import SeenMessage
from tests.fakes.hostile import Case
from tests.fakes.snapshots import BONK
from tests.fakes.telegram import SentMessage
from tests.integration import discord_stage, telegram_stage
from tests.unit.bot.discord.markdown import read
from tests.unit.bot.test_hostile_text import DETECTED, MARKS, OPAQUE

SEED = 4
PER_KIND = 2


def sample() -> list[Case]:
    """Draw some cases of every kind."""
    rng = random.Random(SEED)
    return [case for kind in hostile.KINDS for case in rng.sample(hostile.of_kind(kind), PER_KIND)]


def shown_cards(words: str) -> list[Reply]:
    """Take the card of a token that is named so, and the words about one that is not found."""
    cards = list(hostile.cards(words))
    return [cards[5], cards[-1]]


def said(card: Reply) -> str:
    """Give our own words by which a card is known."""
    return BONK.address if BONK.address in card.body.plain else "No source knows"


def test_the_sample_is_of_every_kind() -> None:
    assert len(sample()) >= 25


async def test_on_telegram_nothing_is_tappable_that_a_stranger_wrote() -> None:
    cases = sample()
    async with telegram_stage.stage(practice=True) as on:
        alice = on.server.user(7, "Alice", "alice")
        chat = on.server.private(alice)
        for case in cases:
            for card in shown_cards(case.text):
                on.script.frames = [card]
                alice.send(chat, "/play")
                _judge_telegram(on.server.shown(await on.server.wait_for("sendMessage")), card)
    assert on.server.violations == []


def _judge_telegram(message: SentMessage, card: Reply) -> None:
    units = bytearray(message.text.encode("utf-16-le"))
    for entity in message.entities:
        assert entity["type"] in {*OPAQUE, "bold"}
        assert "url" not in entity or entity["url"].rstrip("/") in {
            url.rstrip("/") for url in hostile.own_links(card)
        }
        if entity["type"] in OPAQUE:
            start, length = entity["offset"], entity["length"]
            units[2 * start : 2 * (start + length)] = b"\n\0" * length
    searched = units.decode("utf-16-le")
    for command in hostile.own_commands(card):
        searched = searched.replace(command, "\n")
    assert not DETECTED.search(searched)
    assert hostile.unseen(message.text, ours=JOINER) == []
    assert said(card) in message.text
    assert message.text.endswith("practice market, not real prices")


async def test_on_discord_nothing_pings_or_links_that_a_stranger_wrote() -> None:
    cases = sample()
    async with discord_stage.stage() as on:
        await on.started()
        for case in cases:
            for card in shown_cards(case.text):
                on.script.frames = [card]
                (seen,) = await on.server.shown(on.alice.slash(on.general, "play"))
                _judge_discord(seen, card)
        sent = [call.body["data"] for call in on.server.calls if "callback" in call.template]
        assert len(sent) == 2 * len(cases)
        assert all(data["allowed_mentions"]["parse"] == [] for data in sent)
        on.server.verify()


def _judge_discord(message: SeenMessage, card: Reply) -> None:
    (embed,) = message.embeds
    targets = {url.rstrip("/") for url in hostile.own_links(card)}
    fields = [part for field in embed.get("fields", ()) for part in (field["name"], field["value"])]
    for part in (embed.get("title", ""), embed.get("description", ""), *fields):
        found = read(part)
        assert found.kinds <= MARKS
        assert {target.rstrip("/") for kind, target in found.found if kind == "link"} <= targets
        assert hostile.unseen(part, ours="\u200b") == []
    assert said(card) in read(str(embed.get("description", ""))).text
    assert message.content == ""
    assert "practice market" in embed["footer"]["text"]


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_what_a_person_types_comes_back_as_harmless(platform: str) -> None:
    """Ask for tokens of hostile names: the answer quotes the word, and the word does nothing."""
    typed = [" ".join(case.text.split())[:300] for case in sample()]
    typed = [words for words in typed if words and not any("\ud800" <= char <= "\udfff" for char in words)]
    assert len(typed) >= 25
    if platform == "telegram":
        async with telegram_stage.stage() as on:
            alice = on.server.user(7, "Alice", "alice")
            chat = on.server.private(alice)
            for words in typed:
                alice.send(chat, f"/p {words}")
                message = on.server.shown(await on.server.wait_for("sendMessage"))
                links = [entity for entity in message.entities if entity["type"] in {"text_link", "mention"}]
                assert links == []
                assert hostile.unseen(message.text, ours=JOINER) == []
        assert on.server.violations == []
        return
    async with discord_stage.stage() as scene:
        await scene.started()
        for words in typed:
            (seen,) = await scene.server.shown(scene.alice.slash(scene.general, "p", token=words))
            (embed,) = seen.embeds
            for part in (embed.get("title", ""), embed.get("description", "")):
                assert read(part).kinds <= MARKS - {"link"}
                assert hostile.unseen(part, ours="\u200b") == []
        scene.server.verify()
